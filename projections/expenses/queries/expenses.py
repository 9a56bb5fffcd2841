"""The expenses of persons that count now."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, func, or_, select

from projections.expenses.settlements import REVERSED
from projections.expenses.tables import SETTLEMENT

FINAL: Final = "FINAL"
_OTHER: Final = SETTLEMENT.alias("other")
_IDS_AT_ONCE: Final = 300
_TOLD: Final = (
    "expense_id", "person_id", "guardian_id", "encounter_ref", "stage", "insutype", "care", "admitted_on", "discharged_on",
    "residence_division", "hukou_kind", "settlement_version", "total_fee", "personal_pay", "personal_in_scope",
)  # fmt: skip
"""What is told of an expense: it is asked for by the thousand."""


def counts() -> ColumnElement[bool]:
    """Of the table of settlements: no other version of the same settlement has a higher rank."""
    mine, other = SETTLEMENT.c, _OTHER.c
    return ~exists().where(other.expense_id == mine.expense_id, other.rank > mine.rank)


def expenses_of(connection: Connection, persons: Collection[bytes]) -> list[Row[Any]]:
    """What counts of these persons and of newborns in their care, by expense id.

    Neither reversals, nor a notice or a preliminary settlement of a stay or visit that was settled for good.
    """
    found: list[Row[Any]] = []
    ids = sorted(persons)
    for start in range(0, len(ids), _IDS_AT_ONCE):
        found += connection.execute(_of_persons(ids[start : start + _IDS_AT_ONCE])).all()
    # A newborn whom the register knows by now may be asked for together with the mother.
    by_id = {row.expense_id: row for row in found}
    settled = {row.encounter_ref for row in by_id.values() if row.stage == FINAL}
    return [
        by_id[expense_id]
        for expense_id in sorted(by_id)
        if by_id[expense_id].stage == FINAL or by_id[expense_id].encounter_ref not in settled
    ]


def _of_persons(ids: Collection[bytes]) -> Select[Any]:
    s = SETTLEMENT.c
    return select(*(s[name] for name in _TOLD)).where(
        or_(s.person_id.in_(ids), s.guardian_id.in_(ids)), s.kind != REVERSED, counts()
    )


def with_expenses(connection: Connection, persons: Collection[bytes]) -> set[bytes]:
    """Those of these persons of whom, or of whose newborns, any record was accepted: also one that counts no more."""
    s, ids = SETTLEMENT.c, sorted(persons)
    found: set[bytes] = set()
    for start in range(0, len(ids), _IDS_AT_ONCE):
        some = ids[start : start + _IDS_AT_ONCE]
        for column in (s.person_id, s.guardian_id):
            found |= set(connection.execute(select(column).where(column.in_(some)).distinct()).scalars())
    return found


def with_expenses_between(connection: Connection, first: int, last: int) -> set[bytes]:
    """Who was discharged (or, of a notice, admitted) on a day from the first to the last, or whose newborn was."""
    s = SETTLEMENT.c
    on = func.coalesce(s.discharged_on, s.admitted_on)
    carers = select(func.coalesce(s.guardian_id, s.person_id)).where(on >= first, on <= last).distinct()
    return set(connection.execute(carers).scalars())
