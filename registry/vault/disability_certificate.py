"""The number of a disability certificate (残疾人证): its holder's identity number, a category, a grade, perhaps a reissue."""

import re

from registry.refusal import Violation
from registry.vault.id_number import normalise

_FORM = re.compile(r"(?P<holder>\d{17}[\dX])(?P<category>[1-7])(?P<grade>[1-4])(B\d)?", re.ASCII)


def violations_of_certificate(certificate: str, *, id_number: str, at: str = "disability_certificate") -> list[Violation]:
    """What is wrong with the certificate's number; empty where nothing is. Never repeats it.

    20 characters: the holder's identity number, category 1 (sight) to 7 (several), grade 1 to 4; 22 where it was
    issued again: the same and B with a digit.
    """
    form = _FORM.fullmatch(normalise(certificate))
    if form is None:
        rule = "identity number, category 1-7, grade 1-4, then nothing or B and a digit"
        return [Violation("E-DISABILITY-CERT", at, {"rule": rule})]
    if form["holder"] != normalise(id_number):
        return [Violation("E-DISABILITY-CERT", at, {"rule": "begins with its holder's identity number"})]
    return []
