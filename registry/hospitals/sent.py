"""What a hospital says in JSON or in a row of a sheet: the fields of its records, the ID number sealed or not.

`kind` says which record it is; `institution` may be left out, since a hospital speaks of itself alone. Printing one says nothing.
"""

import base64
import binascii
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from registry.application.parsing import RawText, parse
from registry.command import code, number
from registry.expenses.check import CORRECTED, NEWBORNS_MAX, REPORTED, REVERSED, VERSION_MAX
from registry.refusal import refuse

NOTHING: Final = Decimal("0.00")
RECORD_TYPES: Final = MappingProxyType({"REPORTED": REPORTED, "CORRECTED": CORRECTED, "REVERSED": REVERSED})
"""Code of expense_kind -> type of the record."""
KIND: Final = "kind"
CLEAR: Final = "id_number"
_NO_FIELDS_OF_RECORDS: Final = frozenset({KIND, CLEAR})


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Settlement:
    """A settlement, a preliminary one, or notice of a stay. Amounts in yuan; those not said are nothing."""

    kind: str = code("expense_kind", "REPORTED")
    institution: str | None = None
    settlement_id: str
    settlement_version: int = number(1, VERSION_MAX, 1)
    stage: str = code("expense_stage")
    encounter_id: str
    id_number: RawText | None = None
    sealed_id: str | None = None
    key_id: str | None = None
    person_token: str | None = None
    newborn_no: int | None = number(1, NEWBORNS_MAX, None)
    insutype: str = code("insurance_type")
    med_type: str = code("medical_type")
    admitted_on: date
    discharged_on: date | None = None
    settled_at: datetime
    residence_division: str
    hukou_kind: str = code("hukou_kind")
    diagnosis_category: str = code("diagnosis_category")
    total_fee: Decimal
    out_of_scope_fee: Decimal = NOTHING
    over_limit: Decimal = NOTHING
    pre_self_pay: Decimal = NOTHING
    in_scope: Decimal = NOTHING
    deductible: Decimal = NOTHING
    basic_pay: Decimal = NOTHING
    critical_pay: Decimal = NOTHING
    commercial_pay: Decimal = NOTHING
    civil_assist_pay: Decimal = NOTHING
    special_fund_pay: Decimal = NOTHING
    hospital_pay: Decimal = NOTHING
    personal_pay: Decimal
    cash_pay: Decimal = NOTHING
    account_pay: Decimal = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Reversal:
    """A settlement taken back. Its version is higher than that of what it takes back."""

    kind: str = code("expense_kind")
    institution: str | None = None
    settlement_id: str
    settlement_version: int = number(1, VERSION_MAX)
    id_number: RawText | None = None
    sealed_id: str | None = None
    key_id: str | None = None
    person_token: str | None = None
    newborn_no: int | None = number(1, NEWBORNS_MAX, None)
    reversed_at: datetime
    reversal_reason: str = code("reversal_reason")


Sent = Settlement | Reversal


def read_sent(data: Any) -> Sent:
    """What parsed JSON, or the cells of a row, say. Raises Refused with every violation of form."""
    if not isinstance(data, Mapping):
        refuse("E-FIELD-TYPE", expected="OBJECT")
    if data.get(KIND) == "REVERSED":
        return parse(Reversal, data)
    return parse(Settlement, data)


def record_values(sent: Sent, institution: str) -> dict[str, Any]:
    """The values of the record that it becomes, without a clear ID number. Raises Refused (E-SEAL): a seal that is no base64."""
    names = [field.name for field in dataclasses.fields(sent) if field.name not in _NO_FIELDS_OF_RECORDS]
    values = {name: _in_cents(getattr(sent, name)) for name in names}
    if sent.institution is None:
        values["institution"] = institution
    if sent.sealed_id is not None:
        try:
            values["sealed_id"] = base64.b64decode(sent.sealed_id, validate=True)
        except (binascii.Error, ValueError):
            refuse("E-SEAL", at="sealed_id")
    return values


def _in_cents(value: Any) -> Any:
    """An amount with its two decimals, however it was written."""
    return value.quantize(NOTHING) if isinstance(value, Decimal) else value
