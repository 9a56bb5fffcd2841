"""Which kind of care a medical type is: stays and chronic outpatients have targets of their own (three-year plan, item 9)."""

from typing import Final

INPATIENT: Final = "INPATIENT"
OUTPATIENT: Final = "OUTPATIENT"
CHRONIC_OUTPATIENT: Final = "CHRONIC_OUTPATIENT"

_CHRONIC: Final = frozenset({"14"})
_INPATIENT: Final = frozenset({"21", "22", "23", "24", "52"})


def care_of(med_type: str) -> str:
    """Code of the table `care_kind` for a code of `medical_type`; whatever is not known as a stay is a visit."""
    if med_type in _INPATIENT:
        return INPATIENT
    return CHRONIC_OUTPATIENT if med_type in _CHRONIC else OUTPATIENT
