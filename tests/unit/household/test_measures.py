"""Assistance measures: started for those who are entitled, stopped with the entitlement, resumed after an upheld appeal."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from registry.decision import Decision
from registry.household import measures
from registry.household.household import Household
from registry.household.measures import (
    AssistanceMeasureResumed,
    AssistanceMeasureStarted,
    AssistanceMeasureStopped,
    StartMeasure,
    StopMeasure,
    resume_stopped,
    stop_all,
    stop_those_of,
)
from registry.household.monitoring import StartMonitoring
from tests.support.helped_households import HEAD, OFFICE, SON, checked, exited, ledger, marginal, registered
from tests.support.scenario import HOUSEHOLD, Scenario, actor, check_history, day, given, person, ref, seen


def start(**changes: Any) -> StartMeasure:
    facts = {
        "household_id": HOUSEHOLD,
        "effective_on": day(20),
        "measure_id": ref(1),
        "category": "HEALTH",
        "subtype": "FAMILY_DOCTOR",
        "unit": OFFICE,
    }
    return StartMeasure(**(facts | changes))


def pigs(number: int = 2, **changes: Any) -> StartMeasure:
    return start(measure_id=ref(number), category="INDUSTRY", subtype="LIVESTOCK", **changes)


def stop(**changes: Any) -> StopMeasure:
    facts = {"household_id": HOUSEHOLD, "effective_on": day(40), "measure_id": ref(1), "reason_code": "HOUSEHOLD_DECLINED"}
    return StopMeasure(**(facts | changes))


def test_a_measure_begins() -> None:
    begun = seen(AssistanceMeasureStarted, measure_id=ref(1), category="HEALTH", unit=OFFICE, starts_on=day(20), person_id=None)
    given(registered()).when(start()).then(begun)


def test_a_measure_may_begin_later_than_it_was_agreed() -> None:
    later = start(starts_on=day(45), planned_until=day(400), expected_income=Decimal("1200.00"), person_id=HEAD)
    given(registered()).when(later).then(seen(AssistanceMeasureStarted, effective_on=day(20), starts_on=day(45), person_id=HEAD))


def test_a_measure_gets_an_id_where_none_is_named() -> None:
    scenario = given(registered(), start(measure_id=None), pigs())
    assert len({m.measure_id for m in scenario.household.live_measures}) == 2


@pytest.mark.parametrize("status", ["REGISTERED", "EXITED_WITH_POLICY"])
def test_these_statuses_are_entitled(status: str) -> None:
    given(exited(status)).when(start()).then(AssistanceMeasureStarted)


def test_a_household_of_the_ledger_is_not_entitled() -> None:
    outcome = given(ledger()).when(start()).then_refuses("E-NOT-ENTITLED")
    assert outcome.violation("E-NOT-ENTITLED") == {"at": "effective_on", "day": day(20), "status": ["NOT_REGISTERED"]}


def test_a_household_that_left_for_good_is_not_entitled() -> None:
    given(exited("EXITED_STABLE")).when(start()).then_refuses("E-NOT-ENTITLED")


def test_a_measure_cannot_begin_before_the_household_was_registered() -> None:
    given(registered()).when(start(effective_on=day(9))).then_refuses("E-NOT-ENTITLED")


def test_on_the_day_of_its_registration_a_household_is_entitled() -> None:
    given(registered()).when(start(effective_on=day(10))).then(AssistanceMeasureStarted)


def test_an_unknown_household_gets_no_measure() -> None:
    given().when(start()).then_refuses("E-HOUSEHOLD-UNKNOWN")


def test_the_same_measure_is_not_live_twice() -> None:
    given(registered(), pigs()).when(pigs(3)).then_refuses("E-MEASURE-OVERLAP")


def test_the_same_measure_for_another_member_is_another_measure() -> None:
    given(registered(), pigs()).when(pigs(3, person_id=HEAD)).then(AssistanceMeasureStarted)


def test_what_was_stopped_may_begin_again() -> None:
    given(registered(), start(), stop()).when(start(measure_id=ref(3), effective_on=day(60))).then(AssistanceMeasureStarted)


def test_the_same_start_sent_again_does_nothing() -> None:
    given(registered(), start(), stop()).when(start()).then_nothing_happens()


def test_the_id_of_one_measure_is_not_anothers() -> None:
    given(registered(), start()).when(start(effective_on=day(21))).then_refuses("E-ID-TAKEN")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"subtype": "LIVESTOCK"}, "E-MEASURE-SUBTYPE"),
        ({"subtype": "DRAGONS"}, "E-CODE-UNKNOWN"),
        ({"person_id": person(9)}, "E-NOT-A-MEMBER"),
        ({"unit": "11469999008174419X"}, "E-USCC"),
        ({"expected_income": Decimal("-1.00")}, "E-AMOUNT"),
        ({"starts_on": day(19)}, "E-DATE-ORDER"),
        ({"planned_until": day(19)}, "E-DATE-ORDER"),
    ],
)
def test_a_measure_that_breaks_a_rule_is_refused(change: dict[str, Any], code: str) -> None:
    given(registered()).when(start(**change)).then_refuses(code)


def test_all_that_is_wrong_is_said_at_once() -> None:
    wrong = start(unit="4690", person_id=person(9), expected_income=Decimal(0))
    given(ledger()).when(wrong).then_refuses("E-NOT-ENTITLED", "E-USCC", "E-NOT-A-MEMBER", "E-AMOUNT")


def test_a_measure_that_answers_no_cause_is_doubted_and_accepted() -> None:
    given(registered("ILLNESS")).when(pigs()).then(AssistanceMeasureStarted).then_warns("W-MEASURE-CAUSE-MISMATCH")


def test_a_measure_for_any_of_the_causes_is_not_doubted() -> None:
    given(registered("ILLNESS", "LACK_OF_FUNDS")).when(pigs()).then(AssistanceMeasureStarted).then_warns()


def test_a_household_whose_cause_asks_for_nothing_is_not_doubted() -> None:
    given(registered("OTHER")).when(pigs()).then(AssistanceMeasureStarted).then_warns()


def test_a_monitored_households_risks_ask_for_measures_too() -> None:
    begin = StartMonitoring(household_id=HOUSEHOLD, effective_on=day(15), category="MARGINAL", risks=("SCHOOLING",))
    scenario = given(marginal(), checked(day(12), 9_000), begin)
    scenario.when(start()).then(AssistanceMeasureStarted).then_warns("W-MEASURE-CAUSE-MISMATCH")
    school = start(measure_id=ref(2), category="EDUCATION", subtype="LIVING_SUPPORT")
    scenario.when(school).then(AssistanceMeasureStarted).then_warns()


def test_a_measure_is_stopped_for_a_reason() -> None:
    stopped = seen(AssistanceMeasureStopped, measure_id=ref(1), reason_code="HOUSEHOLD_DECLINED")
    outcome = given(registered(), start()).when(stop()).then(stopped)
    assert outcome.household.live_measures == []


def test_stopping_again_does_nothing() -> None:
    given(registered(), start(), stop()).when(stop(reason_code="REPLACED")).then_nothing_happens()


@pytest.mark.parametrize("reason", sorted(measures.STOPPED_BY_THE_REGISTER))
def test_nobody_stops_a_measure_in_the_registers_name(reason: str) -> None:
    given(registered(), start()).when(stop(reason_code=reason)).then_refuses("E-REASON-NOT-ALLOWED")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"measure_id": ref(9)}, "E-MEASURE-UNKNOWN"),
        ({"reason_code": None}, "E-FIELD-MISSING"),
        ({"effective_on": day(19)}, "E-DATE-ORDER"),
    ],
)
def test_a_stop_that_breaks_a_rule_is_refused(change: dict[str, Any], code: str) -> None:
    given(registered(), start()).when(stop(**change)).then_refuses(code)


Change = Callable[..., None]


def after(scenario: Scenario, change: Change, on: int, reason: str) -> list[Any]:
    """What a change of status does to the measures: the events, which also survive Avro and a replay."""
    recorded = len(scenario.history)
    change(scenario.household, scenario.decision(actor("COUNTY_OFFICER")), day(on), reason)
    scenario.history += scenario.household.collect_events()
    check_history(scenario.household, scenario.history)
    return scenario.history[recorded:]


def test_the_end_of_an_entitlement_stops_every_live_measure() -> None:
    scenario = given(registered(), start(), pigs(), pigs(3, person_id=SON), stop())
    stopped = after(scenario, stop_all, 90, measures.CLEARED_OUT)
    assert [(e.measure_id, e.reason_code, e.effective_on) for e in stopped] == [
        (ref(2), "CLEARED_OUT", day(90)),
        (ref(3), "CLEARED_OUT", day(90)),
    ]


def test_where_no_measure_is_live_none_is_stopped() -> None:
    assert after(given(registered(), start(), stop()), stop_all, 90, measures.CLEARED_OUT) == []


def test_a_measure_agreed_after_a_late_clear_out_stops_on_the_day_it_was_agreed() -> None:
    (stopped,) = after(given(registered(), start()), stop_all, 15, measures.CLEARED_OUT)
    assert stopped.effective_on == day(20)


def test_who_leaves_takes_along_the_measures_that_are_for_him_alone() -> None:
    def leave(household: Household, decision: Decision, on: date, reason: str) -> None:
        stop_those_of(household, {HEAD}, decision, on)

    (stopped,) = after(given(registered(), start(person_id=HEAD), pigs(person_id=SON), pigs(3)), leave, 90, "")
    assert (stopped.measure_id, stopped.reason_code) == (ref(1), "BENEFICIARY_LEFT")


def test_nothing_resumes_before_it_was_stopped() -> None:
    scenario = given(registered(), start())
    after(scenario, stop_all, 15, measures.CLEARED_OUT)
    (resumed,) = after(scenario, resume_stopped, 18, measures.CLEARED_OUT)
    assert resumed.effective_on == day(20)


def test_after_an_upheld_appeal_those_go_on_that_the_clear_out_stopped() -> None:
    scenario = given(registered(), start(), pigs(), stop())
    after(scenario, stop_all, 90, measures.CLEARED_OUT)
    (resumed,) = after(scenario, resume_stopped, 120, measures.CLEARED_OUT)
    assert isinstance(resumed, AssistanceMeasureResumed)
    assert [m.measure_id for m in scenario.household.live_measures] == [resumed.measure_id] == [ref(2)]


def test_what_the_end_of_retention_stopped_stays_stopped_after_an_appeal_against_a_clear_out() -> None:
    scenario = given(registered(), start())
    after(scenario, stop_all, 90, measures.RETENTION_ENDED)
    assert after(scenario, resume_stopped, 120, measures.CLEARED_OUT) == []
