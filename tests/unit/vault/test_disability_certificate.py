"""Numbers of disability certificates."""

import pytest

from registry.vault.disability_certificate import violations_of_certificate

HOLDER = "469999198504120016"
OTHER = "469999196011030021"


@pytest.mark.parametrize("ending", ["11", "74", "43", "43B1", "43b2", " 43 B1"])
def test_a_certificate_of_twenty_or_twenty_two_characters_is_in_order(ending: str) -> None:
    assert violations_of_certificate(HOLDER + ending, id_number=HOLDER) == []


@pytest.mark.parametrize("ending", ["", "4", "03", "83", "40", "45", "43B", "43BB", "43C1", "43B12"])
def test_another_category_grade_or_length_is_refused(ending: str) -> None:
    (violation,) = violations_of_certificate(HOLDER + ending, id_number=HOLDER)
    assert (violation.code, violation.field) == ("E-DISABILITY-CERT", "disability_certificate")


def test_a_certificate_of_somebody_else_is_refused_without_repeating_it() -> None:
    (violation,) = violations_of_certificate(f"{OTHER}43", id_number=HOLDER)
    assert violation.code == "E-DISABILITY-CERT"
    assert OTHER not in repr(violation)
    assert HOLDER not in repr(violation)
