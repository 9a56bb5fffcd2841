"""Consolidation: what a county's plan for exited households does for one of them.

Source: three-year plan, item 23 (every county has a consolidation plan with feasible measures for exited people). After an exit
it is a task with a date, not a guard of the exit.
"""

from dataclasses import dataclass

from registry.command import code, decides
from registry.decision import Decision
from registry.household import status
from registry.household.assistance import require_known
from registry.household.command import HouseholdCommand, begin
from registry.household.event import HouseholdEvent
from registry.household.household import Household


class ConsolidationMeasureRecorded(HouseholdEvent):
    """A measure of the county's consolidation plan reached the household."""

    TOPIC = "household.consolidation_measure_recorded"
    plan_year: int
    category: str

    def apply(self, aggregate: Household) -> None:
        aggregate.consolidation.add((self.plan_year, self.category))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordConsolidationMeasure(HouseholdCommand):
    """Record that a measure of the plan of a year reached the household."""

    plan_year: int
    category: str = code("measure_category")


@decides(RecordConsolidationMeasure)
def record_consolidation_measure(household: Household, command: RecordConsolidationMeasure, decision: Decision) -> None:
    """E-NOT-EXITED on the effective day, E-FIELD-RANGE (plan_year); nothing where that category of that plan is recorded."""
    require_known(household)
    if (command.plan_year, command.category) in household.consolidation:
        return
    refusals = begin(household, command, decision)
    held = household.statuses_on(command.effective_on)
    refusals.unless(bool(held & status.EXITED), "E-NOT-EXITED", at="effective_on", status=sorted(held))
    year = command.effective_on.year
    in_range = year - 1 <= command.plan_year <= year
    refusals.unless(in_range, "E-FIELD-RANGE", at="plan_year", minimum=year - 1, maximum=year)
    refusals.raise_any()
    household.trigger(
        ConsolidationMeasureRecorded,
        decision,
        command.effective_on,
        evidence=command.evidence,
        plan_year=command.plan_year,
        category=command.category,
    )
