"""The one check of a hospital's record, whichever door it came through: every violation at once.

What is behind the seal is checked by whoever opens it (`registry.expenses.persons`). No violation repeats what stands in a field.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final

from registry.expenses.amounts import check_amounts
from registry.refusal import Refusals, Violation
from schemas.clock import shanghai_date
from schemas.code_tables import table
from schemas.divisions import Divisions
from schemas.topics import topic_spec

REPORTED: Final = "hospital.medical_expense_reported"
CORRECTED: Final = "hospital.medical_expense_corrected"
REVERSED: Final = "hospital.medical_expense_reversed"
NOTICE: Final = "IN_HOSPITAL_NOTICE"
FINAL: Final = "FINAL"
DAYS_MAX: Final = topic_spec("expenses.accepted").retention_days or 0
"""How long after discharge an expense is taken in: as long as it is kept."""
VERSION_MAX: Final = 1000
NEWBORNS_MAX: Final = 9

_CODES: Final = {
    "stage": "expense_stage",
    "insutype": "insurance_type",
    "med_type": "medical_type",
    "hukou_kind": "hukou_kind",
    "diagnosis_category": "diagnosis_category",
}
_NUMBER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}")
_LIKE_ID_NUMBER: Final = re.compile(r"\d{17}[0-9Xx]")
_SKEW: Final = timedelta(hours=24)
"""How far ahead of ours a hospital's clock may be."""


@dataclass(frozen=True, slots=True)
class Door:
    """What a record is held against: whose it must be, what time it is, how old it may be, where people may live.

    institution: the hospital whose topic or credentials these are; days_max: since discharge or reversal.
    """

    institution: str
    now: datetime
    days_max: int
    divisions: Divisions
    today: date = field(init=False)
    latest: datetime = field(init=False)
    """The latest instant that a hospital's clock may show, and its day."""
    latest_day: date = field(init=False)

    def __post_init__(self) -> None:
        latest = self.now + _SKEW
        for name, value in (("today", shanghai_date(self.now)), ("latest", latest), ("latest_day", shanghai_date(latest))):
            object.__setattr__(self, name, value)


def check(record_type: str, values: Mapping[str, Any], door: Door) -> tuple[Violation, ...]:
    """Everything that is wrong with a decoded record; empty where nothing is.

    E-INSTITUTION-KEY, E-RECORD-NUMBER, E-FIELD-RANGE, E-FIELD-MISSING, E-PERSON-REF, E-DATE-FUTURE, E-CODE-UNKNOWN, and of a
    settlement also E-DATE-ORDER, E-EXPENSE-TOO-OLD, E-RESIDENCE-UNKNOWN, E-AMOUNT-NEGATIVE, E-AMOUNT-BALANCE.
    """
    refusals = Refusals()
    refusals.unless(values["institution"] == door.institution, "E-INSTITUTION-KEY", at="institution")
    _check_number(values, "settlement_id", refusals)
    _check_range(values["settlement_version"], "settlement_version", VERSION_MAX, refusals)
    _check_person(values, refusals)
    if record_type == REVERSED:
        _check_instant(values["reversed_at"], "reversed_at", door, refusals)
        _check_code(values["reversal_reason"], "reversal_reason", "reversal_reason", refusals)
    else:
        _check_settlement(values, door, refusals)
    return refusals.found


def _check_settlement(values: Mapping[str, Any], door: Door, refusals: Refusals) -> None:
    for name, table_name in _CODES.items():
        _check_code(values[name], name, table_name, refusals)
    _check_number(values, "encounter_id", refusals)
    _check_days(values, door, refusals)
    known_place = door.divisions.get(values["residence_division"]) is not None
    refusals.unless(known_place, "E-RESIDENCE-UNKNOWN", at="residence_division")
    check_amounts(values, refusals, settled=values["stage"] != NOTICE)


def _check_person(values: Mapping[str, Any], refusals: Refusals) -> None:
    one = (values["sealed_id"] is None) is not (values["person_token"] is None)
    refusals.unless(one, "E-PERSON-REF", at="sealed_id")
    if values["sealed_id"] is not None:
        refusals.unless(bool(values["key_id"]), "E-FIELD-MISSING", at="key_id")
    if values["newborn_no"] is not None:
        _check_range(values["newborn_no"], "newborn_no", NEWBORNS_MAX, refusals)


def _check_days(values: Mapping[str, Any], door: Door, refusals: Refusals) -> None:
    admitted: date = values["admitted_on"]
    discharged: date | None = values["discharged_on"]
    _check_instant(values["settled_at"], "settled_at", door, refusals)
    _check_day(admitted, "admitted_on", door, refusals)
    if discharged is None:
        refusals.unless(values["stage"] == NOTICE, "E-FIELD-MISSING", at="discharged_on")
        return
    _check_day(discharged, "discharged_on", door, refusals)
    refusals.unless(admitted <= discharged, "E-DATE-ORDER", at="discharged_on", first="admitted_on", then="discharged_on")
    age = (door.today - discharged).days
    refusals.unless(age <= door.days_max, "E-EXPENSE-TOO-OLD", at="discharged_on", days=door.days_max)


def _check_instant(instant: datetime, at: str, door: Door, refusals: Refusals) -> None:
    refusals.unless(instant <= door.latest, "E-DATE-FUTURE", at=at, today=door.today)


def _check_day(day: date, at: str, door: Door, refusals: Refusals) -> None:
    refusals.unless(day <= door.latest_day, "E-DATE-FUTURE", at=at, today=door.today)


def _check_code(code: str, at: str, table_name: str, refusals: Refusals) -> None:
    if code not in _codes_of(table_name):
        refusals.add("E-CODE-UNKNOWN", at=at, table=table_name)


@cache
def _codes_of(table_name: str) -> frozenset[str]:
    return frozenset(table(table_name).codes)


def _check_range(value: int, at: str, maximum: int, refusals: Refusals) -> None:
    refusals.unless(1 <= value <= maximum, "E-FIELD-RANGE", at=at, minimum=1, maximum=maximum)


def _check_number(values: Mapping[str, Any], at: str, refusals: Refusals) -> None:
    """A hospital's own number: short, plain, and nobody's ID number."""
    number: str = values[at]
    good = _NUMBER.fullmatch(number) is not None and not _LIKE_ID_NUMBER.search(number)
    refusals.unless(good, "E-RECORD-NUMBER", at=at)
