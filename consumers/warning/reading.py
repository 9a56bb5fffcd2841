"""What an assessment needs, out of the two read models: expenses and memberships of one, households' standing of the other."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row

from consumers.warning.assessment import PolicyFor, Standing
from consumers.warning.belonging import Bill, Membership
from projections.expenses.queries.expenses import expenses_of
from projections.expenses.queries.membership import members_ever, memberships_of
from projections.register.queries.household_standing import HouseholdStanding, household_standing
from registry.early_warning.burden import Expense
from registry.early_warning.rules import EXITED, MONITORED, OTHER_RURAL, REGISTERED
from registry.household.months import months_later

NOTICE: Final = "IN_HOSPITAL_NOTICE"
_EPOCH: Final = date(1970, 1, 1)
_ON_THE_REGISTER: Final = frozenset({"REGISTERED", "PRE_EXIT", "RELAPSED"})
_EXITED: Final = frozenset({"EXITED_WITH_POLICY", "EXITED_STABLE"})


class NotYetKnown(Exception):
    """The register's read model does not show a household yet that the other one knows of: to be asked again later."""


def bills_of(connection: Connection, persons: Collection[UUID]) -> list[Bill]:
    """What counts of these persons' expenses, and of newborns in their care."""
    return [_bill(row) for row in expenses_of(connection, [person_id.bytes for person_id in persons])]


def memberships(connection: Connection, persons: Collection[UUID]) -> Mapping[UUID, Sequence[Membership]]:
    """Of each person who ever was in a household."""
    found: dict[UUID, list[Membership]] = {}
    for row in memberships_of(connection, [person_id.bytes for person_id in persons]):
        left_on = None if row.left_on is None else _day(row.left_on)
        membership = Membership(UUID(bytes=row.household_id), _day(row.joined_on), left_on)
        found.setdefault(UUID(bytes=row.person_id), []).append(membership)
    return found


def persons_of(connection: Connection, household_id: UUID) -> set[UUID]:
    """Everybody who ever was in a household."""
    return {UUID(bytes=person_id) for person_id in members_ever(connection, household_id.bytes)}


def standing_on(connection: Connection, policy_for: PolicyFor, household_id: UUID, day: date) -> Standing:
    """How a household stood on a day. Raises NotYetKnown."""
    found = household_standing(connection, household_id.bytes, (day - _EPOCH).days)
    if found is None:
        raise NotYetKnown(f"household {household_id}")
    months = policy_for(found.division, day).warning_income_months
    declared = found.income is not None and found.income_on is not None and _day(found.income_on) >= months_later(day, -months)
    return Standing(found.division, group_of(found), max(found.size, 1), _yuan(found.income) if declared else None)


def group_of(standing: HouseholdStanding) -> str:
    """Code of warning_group: on the register, monitored, exited, or any other household in the countryside."""
    if standing.status in _ON_THE_REGISTER:
        return REGISTERED
    if standing.overlay == "ACTIVE":
        return MONITORED
    return EXITED if standing.status in _EXITED else OTHER_RURAL


def _bill(row: Row[Any]) -> Bill:
    person_id = UUID(bytes=row.person_id)
    day = row.admitted_on if row.discharged_on is None else row.discharged_on
    expense = Expense(
        UUID(bytes=row.expense_id),
        person_id,
        _day(day),
        row.care,
        _yuan(row.total_fee),
        _yuan(row.personal_pay),
        _yuan(row.personal_in_scope),
        row.stage != NOTICE,
    )
    carer_id = person_id if row.guardian_id is None else UUID(bytes=row.guardian_id)
    return Bill(expense, carer_id, f"{row.residence_division:012}", row.hukou_kind, row.insutype)


def _day(number: int) -> date:
    return _EPOCH + timedelta(days=number)


def _yuan(fen: int | None) -> Decimal:
    return Decimal(fen or 0).scaleb(-2)
