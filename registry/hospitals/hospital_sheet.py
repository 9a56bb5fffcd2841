"""The sheet of hospitals: a row is a hospital as it is from now on."""

from types import MappingProxyType
from typing import Final

from registry.importing.columns import Column, Form, Sheet, of_field
from registry.reference.hospital_set import ChangedHospital

_IDENTIFIERS: Final = frozenset({"institution", "division"})
_OPTIONAL: Final = frozenset({"usual_interval_hours", "until"})


def _column(name: str) -> Column:
    required = name not in _OPTIONAL
    if name in _IDENTIFIERS:
        return Column(name, Form.IDENTIFIER, required=required)
    return of_field(ChangedHospital, name, required=required)


HOSPITALS: Final = Sheet("HOSPITALS", tuple(_column(name) for name in ChangedHospital.__dataclass_fields__))
SHEETS: Final = MappingProxyType({HOSPITALS.kind: HOSPITALS})
