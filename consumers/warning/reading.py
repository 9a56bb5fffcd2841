"""What an assessment needs, out of the two read models: expenses and memberships of one, households' standing of the other."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row

from consumers.warning.assessment import PolicyFor, Standing
from consumers.warning.belonging import Bill
from projections.expenses.belonging import Membership
from projections.expenses.queries.expenses import expenses_of
from projections.expenses.queries.membership import members_ever, memberships_of
from projections.register.queries.household_standing import HouseholdStanding, Standings, standings
from registry.early_warning.burden import Expense
from registry.early_warning.rules import EXITED, MONITORED, OTHER_RURAL, REGISTERED
from registry.household.months import months_later
from registry.policy.policy import Policy

CLOSED: Final = "CLOSED"
NOTICE: Final = "IN_HOSPITAL_NOTICE"
_EPOCH: Final = date(1970, 1, 1)
_ON_THE_REGISTER: Final = frozenset({"REGISTERED", "PRE_EXIT", "RELAPSED"})
_EXITED: Final = frozenset({"EXITED_WITH_POLICY", "EXITED_STABLE"})


class NotYetKnown(Exception):
    """The register's read model does not show a household yet that the other one knows of: to be asked again later."""


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of some persons and of every household in which one of them ever was, with all its members ever.

    rows: what counts of the expenses, by who cares (of a newborn the mother); memberships: by person, in the order in which the
    register learnt them; members: everybody who ever was in a household; standings: of the households that the register's read
    model shows.
    """

    rows: Mapping[bytes, Sequence[Row[Any]]]
    memberships: Mapping[UUID, Sequence[Membership]]
    members: Mapping[UUID, Collection[UUID]]
    standings: Mapping[UUID, Standings]

    def bills_of(self, persons: Iterable[UUID], until: date | None = None) -> list[Bill]:
        """What counts of these persons' expenses, and of newborns in their care; up to a day, if one is given."""
        bills = [_bill(row) for person_id in persons for row in self.rows.get(person_id.bytes, ())]
        return bills if until is None else [bill for bill in bills if bill.expense.on <= until]

    def households_of(self, persons: Iterable[UUID]) -> set[UUID]:
        """Every household in which one of these persons ever was."""
        return {membership.household_id for person_id in persons for membership in self.memberships.get(person_id, ())}

    def is_small(self, person_id: UUID, policy_for: PolicyFor) -> bool:
        """Whether nothing of a person in no household can fire: all that is known together lies below what any rule asks for.

        No amount is below zero, so no window holds more; most bills are small, and need no further look.
        """
        rows = self.rows.get(person_id.bytes, ())
        gross = sum(row.total_fee or 0 for row in rows)
        personal = sum(row.personal_pay or 0 for row in rows)
        divisions = {row.residence_division for row in rows}
        return all(
            gross < stay and personal < least
            for row in rows
            for division in divisions
            for least, stay in [_least(policy_for(f"{division:012}", _day(_day_of(row))))]
        )

    def standing_on(self, policy_for: PolicyFor, household_id: UUID, day: date) -> Standing:
        """How a household stood on a day. Raises NotYetKnown."""
        standings = self.standings.get(household_id)
        if standings is None:
            raise NotYetKnown(f"household {household_id}")
        found = standings.on((day - _EPOCH).days)
        months = policy_for(found.division, day).warning_income_months
        declared = (
            found.income is not None and found.income_on is not None and _day(found.income_on) >= months_later(day, -months)
        )
        return Standing(found.division, group_of(found), max(found.size, 1), _yuan(found.income) if declared else None)

    def is_gone(self, household_id: UUID, day: date) -> bool:
        """Whether a household was closed, or merged into another, by a day. Raises NotYetKnown."""
        standings = self.standings.get(household_id)
        if standings is None:
            raise NotYetKnown(f"household {household_id}")
        return standings.on((day - _EPOCH).days).status == CLOSED


def read_known(expenses: Connection, register: Connection, persons: Collection[UUID]) -> Known:
    """What is known about these persons: some statements for all of them."""
    own = memberships_of(expenses, [person_id.bytes for person_id in persons])
    households = {membership.household_id for lives in own.values() for membership in lives}
    ids = [household_id.bytes for household_id in households]
    members: dict[UUID, set[UUID]] = {}
    for household_id, person_id in members_ever(expenses, ids):
        members.setdefault(UUID(bytes=household_id), set()).add(UUID(bytes=person_id))
    everybody = {*persons, *(person_id for some in members.values() for person_id in some)}
    others = [person_id.bytes for person_id in everybody - own.keys()] if members else []
    rows: dict[bytes, list[Row[Any]]] = {}
    for row in expenses_of(expenses, [person_id.bytes for person_id in everybody]):
        rows.setdefault(row.guardian_id or row.person_id, []).append(row)
    return Known(
        rows,
        {**own, **memberships_of(expenses, others)},
        members,
        {UUID(bytes=household_id): found for household_id, found in standings(register, ids).items()},
    )


def group_of(standing: HouseholdStanding) -> str:
    """Code of warning_group: on the register, monitored, exited, or any other household in the countryside."""
    if standing.status in _ON_THE_REGISTER:
        return REGISTERED
    if standing.overlay == "ACTIVE":
        return MONITORED
    return EXITED if standing.status in _EXITED else OTHER_RURAL


def _bill(row: Row[Any]) -> Bill:
    person_id = UUID(bytes=row.person_id)
    expense = Expense(
        UUID(bytes=row.expense_id),
        person_id,
        _day(_day_of(row)),
        row.care,
        _yuan(row.total_fee),
        _yuan(row.personal_pay),
        _yuan(row.personal_in_scope),
        row.stage != NOTICE,
    )
    carer_id = person_id if row.guardian_id is None else UUID(bytes=row.guardian_id)
    return Bill(expense, carer_id, f"{row.residence_division:012}", row.hukou_kind, row.insutype)


def _day_of(row: Row[Any]) -> int:
    day: int = row.admitted_on if row.discharged_on is None else row.discharged_on
    return day


@lru_cache(maxsize=1024)
def _least(policy: Policy) -> tuple[int, int]:
    """The least personal and the least gross burden, fen, of which any rule warns where nobody knows the household."""
    thresholds = policy.warning_thresholds_unlisted
    personal = min(thresholds[rule] for rule in ("P1", "P2", "P3", "P4"))
    gross = min(thresholds[rule] for rule in ("G1", "G2"))
    return int(personal * 100), int(gross * 100)


def _day(number: int) -> date:
    return _EPOCH + timedelta(days=number)


def _yuan(fen: int | None) -> Decimal:
    return Decimal(fen or 0).scaleb(-2)
