"""The assistance plan: one a year, revised as needed."""

from decimal import Decimal
from typing import Any

from registry.household.plan import AdoptAssistancePlan, AssistancePlanAdopted
from tests.support.helped_households import ledger, registered
from tests.support.scenario import HOUSEHOLD, day, given, seen


def adopt(**changes: Any) -> AdoptAssistancePlan:
    facts = {"household_id": HOUSEHOLD, "effective_on": day(20), "year": 2018, "categories": ("HEALTH", "INDUSTRY")}
    return AdoptAssistancePlan(**(facts | changes))


def test_a_plan_of_the_year_is_adopted() -> None:
    planned = seen(AssistancePlanAdopted, year=2018, categories=["HEALTH", "INDUSTRY"], target_income_pc=Decimal("4200.00"))
    given(registered()).when(adopt(target_income_pc=Decimal("4200.00"))).then(planned)


def test_next_years_plan_may_be_made_this_year() -> None:
    given(registered()).when(adopt(year=2019)).then(seen(AssistancePlanAdopted, year=2019))


def test_a_plan_of_another_year_is_refused() -> None:
    given(registered()).when(adopt(year=2020)).then_refuses("E-FIELD-RANGE")


def test_a_plan_is_revised_by_adopting_it_anew() -> None:
    given(registered(), adopt()).when(adopt(categories=("HEALTH",))).then(seen(AssistancePlanAdopted, categories=["HEALTH"]))


def test_adopting_the_same_plan_again_does_nothing() -> None:
    given(registered(), adopt()).when(adopt(effective_on=day(25))).then_nothing_happens()


def test_a_category_named_twice_counts_once() -> None:
    given(registered()).when(adopt(categories=("HEALTH", "HEALTH"))).then(seen(AssistancePlanAdopted, categories=["HEALTH"]))


def test_a_plan_without_any_help_is_refused() -> None:
    given(registered()).when(adopt(categories=())).then_refuses("E-FIELD-MISSING")


def test_a_target_is_an_amount_above_nothing() -> None:
    given(registered()).when(adopt(target_income_pc=Decimal(0))).then_refuses("E-AMOUNT")


def test_only_the_entitled_get_a_plan() -> None:
    given(ledger()).when(adopt()).then_refuses("E-NOT-ENTITLED")
