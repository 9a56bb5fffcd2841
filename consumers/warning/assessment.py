"""One assessment: what fires for a household, or for a person in none, and where the case would lie."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from consumers.warning.belonging import Bill
from registry.early_warning.assess import AssessEarlyWarning
from registry.early_warning.burden import Expense
from registry.early_warning.rules import OTHER_RURAL, Facts, Finding, find
from registry.early_warning.warnings import HOUSEHOLD, PERSON
from registry.policy.policy import Policy
from schemas.division_codes import DivisionUnknown, county_code, township_code

LATE_DAYS: Final = 395
"""A settlement may come thirteen months late; a window that ended before raises nothing any more."""
RESIDENCE: Final = "RESIDENCE"
HOUSEHOLD_DIVISION: Final = "HOUSEHOLD_DIVISION"

PolicyFor = Callable[[str, date], Policy]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a household stood on a day. group: code table warning_group; income: net, of twelve months, yuan; None: not known."""

    division: str
    group: str
    size: int
    income: Decimal | None = None


StandingOn = Callable[[date], Standing]


def assess_household(
    household_id: UUID,
    expenses: Sequence[Expense],
    standing_on: StandingOn,
    policy_for: PolicyFor,
    today: date,
    since: date | None = None,
) -> AssessEarlyWarning:
    """How it stands with a household; where nothing fires that is said too. expenses: the household's own, see `belonging`.

    since: the first day on which a window may end; so late as a settlement may come, unless given.
    """

    def facts_on(day: date) -> Facts:
        standing = standing_on(day)
        return Facts(standing.group, standing.size, standing.income, policy_for(standing.division, day))

    finding = find(expenses, facts_on, since or today - timedelta(days=LATE_DAYS))
    decided_on = _decided_on(finding, today)
    standing = standing_on(decided_on)
    return AssessEarlyWarning(
        effective_on=decided_on,
        subject_kind=HOUSEHOLD,
        subject_id=household_id,
        division=township_code(standing.division),
        group=standing.group,
        basis=finding.basis,
        fired=finding.fired,
        expenses=tuple(sorted(finding.expenses)),
    )


def assess_person(
    person_id: UUID, bills: Sequence[Bill], policy_for: PolicyFor, today: date, province: str, since: date | None = None
) -> AssessEarlyWarning:
    """How it stands with a person in no household, of whose size and income nobody knows. bills: see `belonging.of_nobody`.

    Where the hospital knows the township of residence it is that township's, otherwise the county has to find out whose it is.
    province: where a case lies that is none.
    """
    latest = max(bills, key=lambda bill: (bill.expense.on, bill.expense.expense_id), default=None)
    division = province if latest is None else latest.residence_division

    def facts_on(day: date) -> Facts:
        return Facts(OTHER_RURAL, None, None, policy_for(division, day))

    finding = find([bill.expense for bill in bills], facts_on, since or today - timedelta(days=LATE_DAYS))
    township = _township(division)
    return AssessEarlyWarning(
        effective_on=_decided_on(finding, today),
        subject_kind=PERSON,
        subject_id=person_id,
        division=township or _county(division),
        unclaimed=township is None,
        assignment=RESIDENCE,
        group=OTHER_RURAL,
        basis=finding.basis,
        fired=finding.fired,
        expenses=tuple(sorted(finding.expenses)),
    )


def _decided_on(finding: Finding, today: date) -> date:
    return max((rule.window_to for rule in finding.fired), default=today)


def _township(division: str) -> str | None:
    try:
        return township_code(division)
    except DivisionUnknown:
        return None


def _county(division: str) -> str:
    try:
        return county_code(division)
    except DivisionUnknown:
        return division
