"""The year in which a household is expected to exit: for planning and reports, never a guard.

Source: three-year plan, item 2 (targets per year) read with item 3: nobody exits because a plan says so.
"""

from dataclasses import dataclass

from registry.command import decides, number
from registry.decision import Decision
from registry.household import status
from registry.household.command import HouseholdCommand, begin, require_status
from registry.household.event import HouseholdEvent
from registry.household.household import Household

YEAR_MIN, YEAR_MAX = 2014, 2100
POOR = frozenset({status.REGISTERED, status.PRE_EXIT, status.RELAPSED})


class ExitYearExpected(HouseholdEvent):
    """The year in which the household is expected to exit; a report line, no guard."""

    TOPIC = "household.exit_year_expected"
    year: int

    def apply(self, aggregate: Household) -> None:
        aggregate.exit_year = self.year


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectExitYear(HouseholdCommand):
    """Say in which year the household is expected to exit."""

    year: int = number(YEAR_MIN, YEAR_MAX)


@decides(ExpectExitYear)
def expect_exit_year(household: Household, command: ExpectExitYear, decision: Decision) -> None:
    """E-STATE unless poor; E-FIELD-RANGE for a year that is over. Silent where it is the year already."""
    require_status(household, POOR)
    refusals = begin(household, command, decision)
    first = command.effective_on.year
    refusals.unless(command.year >= first, "E-FIELD-RANGE", at="year", minimum=first, maximum=YEAR_MAX)
    refusals.raise_any()
    if household.exit_year != command.year:
        household.trigger(ExitYearExpected, decision, command.effective_on, evidence=command.evidence, year=command.year)
