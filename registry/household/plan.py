"""The household's assistance plan of a year: which kinds of help it is to get, and what income they should lead to.

Source: three-year plan, item 13; the plan comes after the pairing with a helper in the national procedure of 2014.
"""

from dataclasses import dataclass
from decimal import Decimal

from registry.command import codes, decides
from registry.decision import Decision
from registry.household.assistance import check_amount, check_entitled, check_year, require_known
from registry.household.command import HouseholdCommand, begin
from registry.household.event import HouseholdEvent
from registry.household.household import Household


class AssistancePlanAdopted(HouseholdEvent):
    """The household's assistance plan of a year; a later one of the same year takes its place."""

    TOPIC = "household.assistance_plan_adopted"
    year: int
    categories: list[str]
    target_income_pc: Decimal | None

    def apply(self, aggregate: Household) -> None:
        aggregate.plans[self.year] = (tuple(self.categories), self.target_income_pc)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptAssistancePlan(HouseholdCommand):
    """Adopt or revise the plan of a year; `target_income_pc` is net income per head, yuan."""

    year: int
    categories: tuple[str, ...] = codes("measure_category")
    target_income_pc: Decimal | None = None


@decides(AdoptAssistancePlan)
def adopt_assistance_plan(household: Household, command: AdoptAssistancePlan, decision: Decision) -> None:
    """E-NOT-ENTITLED, E-FIELD-MISSING (no category), E-FIELD-RANGE (year), E-AMOUNT; nothing where the plan is the same."""
    require_known(household)
    categories = tuple(dict.fromkeys(command.categories))
    if household.plans.get(command.year) == (categories, command.target_income_pc):
        return
    refusals = begin(household, command, decision)
    check_entitled(household, command, decision, refusals)
    check_year(command.year, command.effective_on, refusals)
    refusals.unless(len(categories) > 0, "E-FIELD-MISSING", at="categories")
    check_amount(command.target_income_pc, refusals, at="target_income_pc")
    refusals.raise_any()
    household.trigger(
        AssistancePlanAdopted,
        decision,
        command.effective_on,
        evidence=command.evidence,
        year=command.year,
        categories=list(categories),
        target_income_pc=command.target_income_pc,
    )
