"""The end of monitoring because the risk is gone: half a year later, above the line, with guarantees, help and labour."""

from decimal import Decimal
from typing import Any

import pytest

from registry.household.measure_progress import CompleteMeasure
from registry.household.measures import AssistanceMeasureStopped, StartMeasure, StopMeasure
from registry.household.monitoring import StartMonitoring
from registry.household.risk_elimination import EliminateRisk, RiskEliminated
from tests.support.helped_households import HEAD, OFFICE, checked, exited, facts_of, marginal
from tests.support.scenario import HOUSEHOLD, Step, actor, by, day, given, ref, seen

POOR, ENOUGH = 12_000, 18_000
HALF_A_YEAR = 25 + 181
"""Monitoring began on day 25, the 29th of September 2018; the 29th of March is 181 days later."""


def watched(*risks: str, by_measures: tuple[tuple[str, str], ...] = (("HEALTH", "FAMILY_DOCTOR"),)) -> list[Step]:
    """A marginal household, monitored since day 25 and helped."""
    begin = StartMonitoring(household_id=HOUSEHOLD, effective_on=day(25), category="MARGINAL", risks=risks or ("ILLNESS",))
    given_help = [help_with(*kind, number=n) for n, kind in enumerate(by_measures, start=1)]
    return [*marginal(), checked(day(20), POOR), begin, *given_help]


def help_with(category: str, subtype: str, number: int = 1) -> StartMeasure:
    return StartMeasure(
        household_id=HOUSEHOLD,
        effective_on=day(30),
        measure_id=ref(number),
        category=category,
        subtype=subtype,
        unit=OFFICE,
    )


def check(income: int | Decimal = ENOUGH, *unmet: str, on: int = 210, **changes: Any) -> Step:
    return checked(day(on), income, *unmet, number=2, **changes)


def eliminate(mode: str = "ASSISTED", on: int = 215) -> EliminateRisk:
    return EliminateRisk(household_id=HOUSEHOLD, effective_on=day(on), mode=mode)


def test_the_risk_is_gone_by_help_and_what_was_given_for_it_stops() -> None:
    gone = seen(
        RiskEliminated,
        from_overlay="ACTIVE",
        to_overlay="RISK_ELIMINATED",
        mode="ASSISTED",
        income_pc=Decimal("6000.00"),
        size=3,
    )
    stopped = seen(AssistanceMeasureStopped, measure_id=ref(1), reason_code="MONITORING_ENDED")
    outcome = given(watched(), check()).when(eliminate()).then(gone, stopped)
    assert not outcome.household.entitled


def test_a_household_that_is_entitled_without_monitoring_keeps_its_measures() -> None:
    begin = StartMonitoring(household_id=HOUSEHOLD, effective_on=day(25), category="UNSTABLE_EXITED", risks=("ILLNESS",))
    history = [exited(), checked(day(20), POOR), begin, help_with("HEALTH", "CHRONIC_CARE"), check()]
    given(history).when(eliminate()).then(RiskEliminated)


def test_half_a_year_must_have_passed() -> None:
    history = [*watched(), check(on=200)]
    outcome = given(history).when(eliminate(on=HALF_A_YEAR - 1)).then_refuses("E-MIN-MONTHS")
    assert outcome.violation("E-MIN-MONTHS") == {"at": "effective_on", "months": 6, "earliest": day(HALF_A_YEAR)}


def test_on_the_day_that_half_a_year_has_passed_it_may_be() -> None:
    given(watched(), check(on=200)).when(eliminate(on=HALF_A_YEAR)).then(RiskEliminated, AssistanceMeasureStopped)


def test_the_income_must_reach_the_monitoring_line() -> None:
    given(watched(), check(POOR)).when(eliminate()).then_refuses("E-INCOME-BELOW-MONITOR-LINE")


def test_an_income_just_on_the_line_is_enough() -> None:
    on_the_line = Decimal("5620.50") * 3
    reached = seen(RiskEliminated, income_pc=Decimal("5620.50"), line=Decimal("5620.50"))
    given(watched(), check(on_the_line)).when(eliminate()).then(reached, AssistanceMeasureStopped)


def test_own_medical_payments_count_against_the_income() -> None:
    given(watched(), check(paid=6_000)).when(eliminate()).then_refuses("E-INCOME-BELOW-MONITOR-LINE")


@pytest.mark.parametrize("guarantee", ["food", "clothing", "education", "medical", "housing", "water"])
def test_every_guarantee_must_be_met(guarantee: str) -> None:
    outcome = given(watched(), check(ENOUGH, guarantee)).when(eliminate()).then_refuses("E-GUARANTEE-NOT-MET")
    assert outcome.violation("E-GUARANTEE-NOT-MET")["dimension"] == guarantee.upper()


def test_each_risk_must_have_been_met_by_help_of_its_kind() -> None:
    history = [*watched("ILLNESS", "SCHOOLING"), check()]
    outcome = given(history).when(eliminate()).then_refuses("E-NO-MATCHING-MEASURE")
    assert outcome.violation("E-NO-MATCHING-MEASURE") == {"at": "", "risk": "SCHOOLING", "asked": ["EDUCATION"]}


def test_completed_help_counts() -> None:
    done = CompleteMeasure(household_id=HOUSEHOLD, effective_on=day(100), measure_id=ref(1))
    given(watched(), done, check()).when(eliminate()).then(RiskEliminated)


def test_help_that_was_broken_off_does_not() -> None:
    stop = StopMeasure(household_id=HOUSEHOLD, effective_on=day(100), measure_id=ref(1), reason_code="HOUSEHOLD_DECLINED")
    given(watched(), stop, check()).when(eliminate()).then_refuses("E-NO-MATCHING-MEASURE")


def test_a_risk_for_which_policy_names_no_measure_asks_for_none() -> None:
    given(watched("OTHER", by_measures=()), check()).when(eliminate()).then(RiskEliminated)


def without_labour() -> list[Step]:
    begin = StartMonitoring(household_id=HOUSEHOLD, effective_on=day(25), category="MARGINAL", risks=("ILLNESS",))
    frail = facts_of(HEAD, relation="HEAD", labour="LOST", health=["CHRONIC"])
    return [*marginal(frail), checked(day(20), 4_000), begin, help_with("HEALTH", "CHRONIC_CARE"), check()]


def test_a_household_in_which_nobody_can_work_stays_monitored() -> None:
    given(without_labour()).when(eliminate()).then_refuses("E-NO-LABOUR-HOUSEHOLD")


def test_unless_the_risk_went_by_itself() -> None:
    given(without_labour()).when(eliminate("NATURAL")).then(seen(RiskEliminated, mode="NATURAL"), AssistanceMeasureStopped)


def test_a_risk_that_went_by_itself_asks_for_no_help() -> None:
    given(watched("SCHOOLING", by_measures=()), check()).when(eliminate("NATURAL")).then(RiskEliminated)


def test_without_a_new_home_check_nothing_is_eliminated() -> None:
    given(watched()).when(eliminate()).then_refuses("E-NO-CASE")


def test_an_old_check_will_not_do() -> None:
    given(watched(), check(on=180)).when(eliminate()).then_refuses("E-CHECK-STALE")


def test_a_check_after_the_decision_will_not_do() -> None:
    given(watched(), check(on=216)).when(eliminate()).then_refuses("E-DATE-ORDER")


def test_who_checked_does_not_decide() -> None:
    officer = actor("COUNTY_OFFICER", 7)
    given(watched(), check(checkers=(officer["id"],))).when(by(officer, eliminate())).then_refuses("E-TWO-PERSON-RULE")


def test_only_a_monitored_household_has_a_risk_to_eliminate() -> None:
    given(marginal()).when(eliminate()).then_refuses("E-MONITORING-STATE")


def test_a_risk_is_eliminated_once() -> None:
    given(watched(), check(), eliminate()).when(eliminate(on=220)).then_refuses("E-MONITORING-STATE")


def test_all_that_is_wrong_is_said_at_once() -> None:
    history = [*watched("SCHOOLING", by_measures=()), check(POOR, "housing", on=100)]
    codes = ("E-MIN-MONTHS", "E-INCOME-BELOW-MONITOR-LINE", "E-GUARANTEE-NOT-MET", "E-NO-MATCHING-MEASURE")
    given(history).when(eliminate(on=110)).then_refuses(*codes)
