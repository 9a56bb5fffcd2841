"""Whose an expense is: the household's in which the person was on the day, or the person's own where there was none.

A window's days are days of discharge, so who changes the household between admission and discharge counts in the later one. What
somebody spent before any household of the register had him belongs to the first that takes him in: his case goes on there.
Source: domain, early warning.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from registry.early_warning.burden import Expense

RURAL: Final = "RURAL"
UNKNOWN: Final = "UNKNOWN"
RESIDENTS_INSURANCE: Final = frozenset({"390", "NRCMS"})


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's time in a household: from `joined_on` to the day before `left_on`."""

    household_id: UUID
    joined_on: date
    left_on: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the person is a member on the day."""
        return self.joined_on <= day and (self.left_on is None or day < self.left_on)


@dataclass(frozen=True, slots=True)
class Bill:
    """An expense that counts, and what is told with it. carer_id: whose memberships decide; of a newborn, the mother."""

    expense: Expense
    carer_id: UUID
    residence_division: str
    hukou_kind: str
    insutype: str

    @property
    def is_rural(self) -> bool:
        """Whether somebody has to look for the patient's household."""
        return self.hukou_kind == RURAL or (self.hukou_kind == UNKNOWN and self.insutype in RESIDENTS_INSURANCE)


def household_of(memberships: Sequence[Membership], day: date) -> UUID | None:
    """The household whose expense it is. memberships: the person's, in the order in which the register learnt them."""
    there = [membership for membership in memberships if membership.holds_on(day)]
    if there:
        return there[-1].household_id
    # Who never came, as was found later, left on the day of joining.
    lived = [membership for membership in memberships if membership.left_on is None or membership.left_on > membership.joined_on]
    if lived and all(day < membership.joined_on for membership in lived):
        return min(lived, key=lambda membership: membership.joined_on).household_id
    return None


def of_household(bills: Iterable[Bill], members: Mapping[UUID, Sequence[Membership]], household_id: UUID) -> list[Expense]:
    """The household's, of these. members: the memberships of everybody who was ever in it."""
    return [bill.expense for bill in bills if household_of(members.get(bill.carer_id, ()), bill.expense.on) == household_id]


def of_nobody(bills: Iterable[Bill], memberships: Sequence[Membership]) -> list[Bill]:
    """Of one person's: those that are no household's, and of somebody whose household is to be looked for."""
    return [bill for bill in bills if bill.is_rural and household_of(memberships, bill.expense.on) is None]
