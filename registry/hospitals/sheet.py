"""The sheet of expenses: a row is a settlement, or one that is taken back."""

from types import MappingProxyType
from typing import Final

from registry.hospitals.sent import Reversal, Settlement
from registry.importing.columns import Column, Form, Sheet, of_field

_IDENTIFIERS: Final = frozenset(
    {"institution", "settlement_id", "encounter_id", "id_number", "sealed_id", "key_id", "person_token", "residence_division"}
)
SETTLED: Final = (
    *("stage", "encounter_id", "insutype", "med_type", "admitted_on", "settled_at", "residence_division", "hukou_kind"),
    *("diagnosis_category", "total_fee", "personal_pay"),
)
"""What every settlement says. A file of reversals alone has none of these columns."""
REVERSED_ONLY: Final = ("reversed_at", "reversal_reason")


def _column(record: type[Settlement] | type[Reversal], name: str) -> Column:
    if name in _IDENTIFIERS:
        return Column(name, Form.IDENTIFIER, required=name == "settlement_id")
    return of_field(record, name)


EXPENSES: Final = Sheet(
    "EXPENSES",
    (
        *(_column(Settlement, name) for name in Settlement.__dataclass_fields__),
        *(_column(Reversal, name) for name in REVERSED_ONLY),
    ),
    together=(frozenset(SETTLED), frozenset(REVERSED_ONLY)),
)
SHEETS: Final = MappingProxyType({EXPENSES.kind: EXPENSES})
