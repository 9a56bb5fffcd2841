"""Whether a resource is one of FHIR R4: asked of the library `fhir.resources`, which is an extra and loaded when first needed.

Its R4B is asked: claims, benefits, patients and coverages are in it what they are in R4. What it says of values is not passed on.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from registry.refusal import Violation, refuse

_NAME: Final = re.compile("[A-Za-z_][A-Za-z0-9_]{0,63}")
_FAULTS_MAX: Final = 20
"""Told of one resource: beyond it is another kind of document."""


def faults_of(resource: Mapping[str, Any]) -> list[Violation]:
    """E-FHIR for each element that is missing, unknown or malformed. Raises Refused (E-FHIR-NOT-INSTALLED)."""
    try:
        from fhir.resources.R4B import get_fhir_model_class
        from pydantic import ValidationError
    except ImportError:
        refuse("E-FHIR-NOT-INSTALLED")
    kind = str(resource["resourceType"])
    try:
        get_fhir_model_class(kind).model_validate(dict(resource))
    except ValidationError as error:
        told = error.errors(include_url=False, include_context=False, include_input=False)
        return [Violation("E-FHIR", _path(kind, fault["loc"]), {"rule": "STRUCTURE"}) for fault in told[:_FAULTS_MAX]]
    return []


def _path(kind: str, places: Sequence[str | int]) -> str:
    """`Claim.insurance[0].coverage`. What cannot be a name is not repeated: it may be what a client put there by mistake."""
    path = kind
    for place in places:
        if isinstance(place, int):
            path += f"[{place}]"
        else:
            path += f".{place if _NAME.fullmatch(place) else '?'}"
    return path
