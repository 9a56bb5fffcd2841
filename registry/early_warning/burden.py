"""What medical expenses come to within a window: gross, personal, and of the personal what lies within the policy's scope.

A window ends on a day of discharge, that day included. Source: domain, early warning; three-year plan, items 9 and 23.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from registry.expenses.care import INPATIENT

ROLLING_DAYS: Final = 365
_NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Expense:
    """A settlement as it counts now, or a notice of a stay (`settled` False, whose parts nobody knows yet). Yuan.

    on: the day of discharge; of a notice, of admission.
    """

    expense_id: UUID
    person_id: UUID
    on: date
    care: str
    total: Decimal
    personal: Decimal
    personal_in_scope: Decimal
    settled: bool = True

    @property
    def is_stay(self) -> bool:
        """Whether somebody was, or is, in hospital."""
        return self.care == INPATIENT


@dataclass(frozen=True, slots=True)
class Burden:
    """Sums of a window, yuan, and the settlements that they are made of."""

    gross: Decimal = _NOTHING
    personal: Decimal = _NOTHING
    personal_in_scope: Decimal = _NOTHING
    expenses: tuple[UUID, ...] = ()


def rolling(expenses: Iterable[Expense], until: date, floor: Decimal = _NOTHING) -> Burden:
    """The 365 days up to a day. floor: a personal part below it is left out of the personal sums."""
    return _sum(expenses, until - timedelta(days=ROLLING_DAYS - 1), until, floor)


def calendar_year(expenses: Iterable[Expense], until: date, floor: Decimal = _NOTHING) -> Burden:
    """The year of a day, up to that day."""
    return _sum(expenses, until.replace(month=1, day=1), until, floor)


def by_person(expenses: Iterable[Expense]) -> Mapping[UUID, Sequence[Expense]]:
    """The expenses of each person."""
    found: dict[UUID, list[Expense]] = {}
    for expense in expenses:
        found.setdefault(expense.person_id, []).append(expense)
    return found


def by_care(expenses: Iterable[Expense], until: date) -> Mapping[str, Burden]:
    """The 365 days up to a day, by kind of care."""
    found: dict[str, list[Expense]] = {}
    for expense in expenses:
        found.setdefault(expense.care, []).append(expense)
    return {care: rolling(of_care, until) for care, of_care in found.items()}


def _sum(expenses: Iterable[Expense], first: date, last: date, floor: Decimal) -> Burden:
    within = sorted((e for e in expenses if e.settled and first <= e.on <= last), key=lambda e: e.expense_id)
    counted = [e for e in within if e.personal >= floor]
    return Burden(
        sum((e.total for e in within), _NOTHING),
        sum((e.personal for e in counted), _NOTHING),
        sum((e.personal_in_scope for e in counted), _NOTHING),
        tuple(e.expense_id for e in within),
    )
