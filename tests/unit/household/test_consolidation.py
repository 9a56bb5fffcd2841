"""Consolidation measures, for households that left poverty."""

from typing import Any

import pytest

from registry.household.consolidation import ConsolidationMeasureRecorded, RecordConsolidationMeasure
from tests.support.helped_households import exited, ledger, registered
from tests.support.scenario import HOUSEHOLD, day, given, seen


def record(**changes: Any) -> RecordConsolidationMeasure:
    facts = {"household_id": HOUSEHOLD, "effective_on": day(20), "plan_year": 2018, "category": "INDUSTRY"}
    return RecordConsolidationMeasure(**(facts | changes))


@pytest.mark.parametrize("status", ["EXITED_WITH_POLICY", "EXITED_STABLE"])
def test_a_measure_of_the_countys_plan_reaches_an_exited_household(status: str) -> None:
    recorded = seen(ConsolidationMeasureRecorded, plan_year=2018, category="INDUSTRY")
    given(exited(status)).when(record()).then(recorded)


def test_each_category_of_a_plan_is_recorded_once() -> None:
    given(exited(), record()).when(record(effective_on=day(50))).then_nothing_happens()


def test_another_category_is_another_measure() -> None:
    given(exited(), record()).when(record(category="HEALTH")).then(ConsolidationMeasureRecorded)


def test_last_years_plan_may_still_be_carried_out() -> None:
    given(exited()).when(record(effective_on=day(150), plan_year=2018)).then(ConsolidationMeasureRecorded)


@pytest.mark.parametrize("year", [2016, 2019])
def test_a_plan_of_another_year_is_refused(year: int) -> None:
    given(exited()).when(record(plan_year=year)).then_refuses("E-FIELD-RANGE")


def test_a_registered_household_has_nothing_to_consolidate_yet() -> None:
    given(registered()).when(record()).then_refuses("E-NOT-EXITED")


def test_neither_has_a_household_of_the_ledger() -> None:
    given(ledger()).when(record()).then_refuses("E-NOT-EXITED")


def test_an_unknown_household_is_refused() -> None:
    given().when(record()).then_refuses("E-HOUSEHOLD-UNKNOWN")
