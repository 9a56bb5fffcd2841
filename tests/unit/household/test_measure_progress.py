"""How far measures come, and their end."""

from decimal import Decimal
from typing import Any

import pytest

from registry.household.measure_progress import (
    AssistanceMeasureCompleted,
    AssistanceMeasureProgressed,
    CompleteMeasure,
    RecordMeasureProgress,
)
from registry.household.measures import StartMeasure, StopMeasure
from tests.support.helped_households import OFFICE, registered
from tests.support.scenario import HOUSEHOLD, day, given, ref, seen


def start(category: str = "HEALTH", subtype: str = "FAMILY_DOCTOR") -> StartMeasure:
    return StartMeasure(
        household_id=HOUSEHOLD, effective_on=day(20), measure_id=ref(1), category=category, subtype=subtype, unit=OFFICE
    )


STOP = StopMeasure(household_id=HOUSEHOLD, effective_on=day(50), measure_id=ref(1), reason_code="PROJECT_FAILED")


def progress(pct: int = 40, **changes: Any) -> RecordMeasureProgress:
    facts = {"household_id": HOUSEHOLD, "effective_on": day(40), "measure_id": ref(1), "progress_pct": pct}
    return RecordMeasureProgress(**(facts | changes))


def complete(**changes: Any) -> CompleteMeasure:
    return CompleteMeasure(**({"household_id": HOUSEHOLD, "effective_on": day(60), "measure_id": ref(1)} | changes))


def test_a_measure_comes_forward() -> None:
    given(registered(), start()).when(progress()).then(seen(AssistanceMeasureProgressed, measure_id=ref(1), progress_pct=40))


def test_a_measure_may_fall_back() -> None:
    given(registered(), start(), progress(40)).when(progress(30)).then(seen(AssistanceMeasureProgressed, progress_pct=30))


def test_to_stand_still_is_no_progress() -> None:
    given(registered(), start(), progress()).when(progress(effective_on=day(45))).then_nothing_happens()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"progress_pct": 101}, "E-FIELD-RANGE"),
        ({"measure_id": ref(9)}, "E-MEASURE-UNKNOWN"),
        ({"effective_on": day(19)}, "E-DATE-ORDER"),
    ],
)
def test_progress_that_breaks_a_rule_is_refused(change: dict[str, Any], code: str) -> None:
    given(registered(), start()).when(progress(**change)).then_refuses(code)


def test_a_stopped_measure_makes_no_progress() -> None:
    given(registered(), start(), STOP).when(progress(effective_on=day(60))).then_refuses("E-MEASURE-NOT-LIVE")


def test_a_measure_is_completed() -> None:
    done = seen(AssistanceMeasureCompleted, measure_id=ref(1), income_gained=Decimal("800.00"))
    outcome = given(registered(), start()).when(complete(income_gained=Decimal("800.00"))).then(done)
    assert outcome.household.live_measures == []


def test_a_completed_measure_is_not_completed_again() -> None:
    given(registered(), start(), complete()).when(complete(effective_on=day(61))).then_nothing_happens()


def test_a_completed_measure_cannot_be_stopped() -> None:
    given(registered(), start(), complete(effective_on=day(45))).when(STOP).then_refuses("E-MEASURE-NOT-LIVE")


def test_a_stopped_measure_is_not_completed() -> None:
    given(registered(), start(), STOP).when(complete()).then_refuses("E-MEASURE-NOT-LIVE")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"measure_id": ref(9)}, "E-MEASURE-UNKNOWN"),
        ({"effective_on": day(19)}, "E-DATE-ORDER"),
        ({"income_gained": Decimal(0)}, "E-AMOUNT"),
    ],
)
def test_a_completion_that_breaks_a_rule_is_refused(change: dict[str, Any], code: str) -> None:
    given(registered(), start()).when(complete(**change)).then_refuses(code)


def test_help_with_employment_after_which_nobody_works_is_doubted() -> None:
    scenario = given(registered("LACK_OF_SKILL"), start("EMPLOYMENT", "JOB_PLACEMENT"))
    scenario.when(complete()).then(AssistanceMeasureCompleted).then_warns("W-NOBODY-EMPLOYED")


def test_other_help_is_not_doubted_for_it() -> None:
    given(registered(), start()).when(complete()).then(AssistanceMeasureCompleted).then_warns()
