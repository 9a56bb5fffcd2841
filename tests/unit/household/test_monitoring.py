"""The monitoring overlay: who may be monitored, when the next review is due, and how monitoring gives way to the register."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from registry.household import monitoring
from registry.household.home_check import HomeChecked, RecordHomeCheck
from registry.household.measures import AssistanceMeasureStarted, StartMeasure
from registry.household.monitoring import (
    MonitoringEnded,
    MonitoringReviewed,
    MonitoringStarted,
    ReviewMonitoring,
    StartMonitoring,
)
from registry.household.risk_elimination import RiskEliminated
from tests.support.helped_households import OFFICE, checked, exited, facts_of, ledger, marginal, registered
from tests.support.scenario import HOUSEHOLD, Scenario, Step, actor, by, check_history, day, fact, given, person, seen

POOR, MIDDLING, WELL_OFF = 12_000, 15_000, 18_000
"""Household incomes of three: 4,000, 5,000 and 6,000 a head; the monitoring line of 2018 is 1.5 times 3,535."""


def start(category: str = "MARGINAL", *risks: str, on: int = 25) -> StartMonitoring:
    return StartMonitoring(household_id=HOUSEHOLD, effective_on=day(on), category=category, risks=risks or ("ILLNESS",))


def review(*risks: str, on: int = 60) -> ReviewMonitoring:
    return ReviewMonitoring(household_id=HOUSEHOLD, effective_on=day(on), risks=risks)


def one_can_work_of(size: int) -> tuple[dict[str, Any], ...]:
    """The members of a household in which only the head can work."""
    return facts_of(person(1), relation="HEAD"), *(facts_of(person(n), labour="NONE") for n in range(2, size + 1))


def watched(*risks: str) -> list[Step]:
    """A marginal household, monitored since day 25."""
    return [*marginal(), checked(day(20), MIDDLING), start("MARGINAL", *risks)]


def eliminated(on: int = 250) -> Step:
    """Its risk was eliminated."""
    return fact(
        RiskEliminated,
        day(on),
        from_overlay="ACTIVE",
        to_overlay="RISK_ELIMINATED",
        mode="ASSISTED",
        income_pc=Decimal("6100.00"),
        line=Decimal("5302.50"),
        size=3,
    )


def test_a_marginal_household_is_monitored() -> None:
    begun = seen(
        MonitoringStarted,
        from_overlay="NONE",
        to_overlay="ACTIVE",
        category="MARGINAL",
        risks=["ILLNESS", "SCHOOLING"],
        income_pc=Decimal("5000.00"),
        line=Decimal("5302.50"),
        size=3,
        review_due=day(25) + timedelta(days=90),
    )
    given(marginal(), checked(day(20), MIDDLING)).when(start("MARGINAL", "ILLNESS", "SCHOOLING")).then(begun)


def test_the_check_that_monitoring_needs_is_an_ordinary_home_check() -> None:
    nothing = Decimal(0)
    check = RecordHomeCheck(
        household_id=HOUSEHOLD,
        effective_on=day(20),
        procedure="MONITORING",
        checkers=("staff-7", "staff-8"),
        income_from=day(-350),
        income_to=day(14),
        income={"wage": Decimal(POOR), "business": nothing, "business_cost": nothing, "property": nothing, "transfer": nothing},
        medical_self_paid=nothing,
        guarantees=dict.fromkeys(("food", "clothing", "education", "medical", "housing", "water"), "MET"),  # type: ignore[arg-type]
    )
    given(marginal()).when(check).then(HomeChecked)
    given(marginal(), check).when(start()).then(MonitoringStarted)


def test_monitoring_entitles_to_measures() -> None:
    doctor = StartMeasure(household_id=HOUSEHOLD, effective_on=day(30), category="HEALTH", subtype="FAMILY_DOCTOR", unit=OFFICE)
    given(watched()).when(doctor).then(AssistanceMeasureStarted)


@pytest.mark.parametrize(
    ("category", "history"),
    [
        ("UNSTABLE_EXITED", [exited("EXITED_WITH_POLICY")]),
        ("UNSTABLE_EXITED", [exited("EXITED_STABLE")]),
        ("MARGINAL", marginal()),
        ("SUDDEN_HARDSHIP", [exited("EXITED_STABLE")]),
        ("SUDDEN_HARDSHIP", marginal()),
    ],
)
def test_these_categories_are_for_these_households(category: str, history: list[Step]) -> None:
    given(history, checked(day(20), POOR)).when(start(category)).then(seen(MonitoringStarted, category=category))


@pytest.mark.parametrize(
    ("category", "history"),
    [
        ("UNSTABLE_EXITED", marginal()),
        ("UNSTABLE_EXITED", registered()),
        ("MARGINAL", [exited("EXITED_STABLE")]),
        ("MARGINAL", registered()),
        ("SUDDEN_HARDSHIP", registered()),
    ],
)
def test_a_category_for_other_households_is_refused(category: str, history: list[Step]) -> None:
    given(history, checked(day(20), POOR)).when(start(category)).then_refuses("E-CATEGORY-STATUS")


def test_a_household_in_sudden_hardship_is_looked_at_every_month() -> None:
    due = seen(MonitoringStarted, review_due=day(25) + timedelta(days=30))
    given(marginal(), checked(day(20), POOR)).when(start("SUDDEN_HARDSHIP")).then(due)


def test_a_household_above_the_monitoring_line_is_not_marginal() -> None:
    outcome = given(marginal(), checked(day(20), WELL_OFF)).when(start()).then_refuses("E-INCOME-ABOVE-MONITOR-LINE")
    figures = {"at": "", "income": Decimal("6000.00"), "line": Decimal("5302.50")}
    assert outcome.violation("E-INCOME-ABOVE-MONITOR-LINE") == figures


def test_an_unmet_guarantee_counts_whatever_the_income() -> None:
    given(marginal(), checked(day(20), WELL_OFF, "housing")).when(start("MARGINAL", "HOUSING")).then(MonitoringStarted)


def test_sudden_hardship_is_not_asked_for_its_income() -> None:
    given(marginal(), checked(day(20), WELL_OFF)).when(start("SUDDEN_HARDSHIP", "ACCIDENT")).then(MonitoringStarted)


def test_without_a_home_check_nobody_is_monitored() -> None:
    given(marginal()).when(start()).then_refuses("E-NO-CASE")


def test_an_old_home_check_will_not_do() -> None:
    given(marginal(), checked(day(20), POOR)).when(start(on=51)).then_refuses("E-CHECK-STALE")


def test_a_home_check_holds_for_thirty_days() -> None:
    given(marginal(), checked(day(20), POOR)).when(start(on=50)).then(MonitoringStarted)


def test_monitoring_does_not_begin_before_the_check() -> None:
    given(marginal(), checked(day(20), POOR)).when(start(on=19)).then_refuses("E-DATE-ORDER")


def test_who_checked_does_not_approve() -> None:
    approver = actor("COUNTY_OFFICER", 7)
    history = [*marginal(), checked(day(20), POOR, checkers=(approver["id"],))]
    given(history).when(by(approver, start())).then_refuses("E-TWO-PERSON-RULE")


def test_a_risk_must_be_named() -> None:
    nothing_named = StartMonitoring(household_id=HOUSEHOLD, effective_on=day(25), category="MARGINAL", risks=())
    given(marginal(), checked(day(20), POOR)).when(nothing_named).then_refuses("E-RISK-MISSING")


def test_at_most_five_risks_are_named() -> None:
    six = ("ILLNESS", "DISABILITY", "SCHOOLING", "HOUSING", "WATER", "ACCIDENT")
    given(marginal(), checked(day(20), POOR)).when(start("MARGINAL", *six)).then_refuses("E-RISK-TOO-MANY")


def test_five_risks_may_be_named() -> None:
    five = ("ILLNESS", "DISABILITY", "SCHOOLING", "HOUSING", "WATER")
    given(marginal(), checked(day(20), POOR)).when(start("MARGINAL", *five)).then(seen(MonitoringStarted, risks=list(five)))


def test_all_that_is_wrong_is_said_at_once() -> None:
    codes = ("E-CATEGORY-STATUS", "E-CHECK-STALE", "E-INCOME-ABOVE-MONITOR-LINE")
    given(registered(), checked(day(20), WELL_OFF)).when(start(on=90)).then_refuses(*codes)


def test_a_monitored_household_is_not_monitored_again() -> None:
    given(watched()).when(start(on=40)).then_refuses("E-MONITORING-STATE")


def test_an_unknown_household_is_not_monitored() -> None:
    given().when(start()).then_refuses("E-STATE")


@pytest.mark.parametrize(
    ("risk", "members", "paid", "warnings"),
    [
        ("ILLNESS", (), 900, ()),
        ("ILLNESS", (), 0, ("W-RISK-NOT-SEEN",)),
        ("ILLNESS", (facts_of(person(1), relation="HEAD"),), 900, ("W-RISK-NOT-SEEN",)),
        ("LACK_OF_LABOUR", (), 0, ("W-RISK-NOT-SEEN",)),
        ("LACK_OF_LABOUR", one_can_work_of(4), 0, ("W-RISK-NOT-SEEN",)),
        ("LACK_OF_LABOUR", one_can_work_of(5), 0, ()),
        ("LACK_OF_LABOUR", (facts_of(person(1), relation="HEAD", labour="LOST"),), 0, ()),
        ("HOUSING", (), 0, ()),
    ],
)
def test_a_risk_that_no_fact_shows_is_doubted(risk: str, members: Any, paid: int, warnings: tuple[str, ...]) -> None:
    scenario = given(marginal(*members), checked(day(20), POOR, paid=paid))
    scenario.when(start("MARGINAL", risk)).then(MonitoringStarted).then_warns(*warnings)


@pytest.mark.parametrize(("labour_count", "warnings"), [(0, ()), (1, ("W-RISK-NOT-SEEN",))])
def test_of_a_household_without_known_members_the_ledger_says_who_can_work(labour_count: int, warnings: tuple[str, ...]) -> None:
    scenario = given(ledger(labour_count=labour_count), checked(day(20), POOR))
    scenario.when(start("MARGINAL", "LACK_OF_LABOUR")).then(MonitoringStarted).then_warns(*warnings)


def test_a_review_moves_the_next_one_on() -> None:
    reviewed = seen(MonitoringReviewed, risks=["SCHOOLING"], review_due=day(60) + timedelta(days=90))
    outcome = given(watched("ILLNESS", "SCHOOLING")).when(review("SCHOOLING")).then(reviewed)
    assert outcome.household.monitoring_risks == ("SCHOOLING",)


def test_a_review_names_the_risks_that_are_left() -> None:
    given(watched()).when(review()).then_refuses("E-RISK-MISSING")


def test_a_review_names_at_most_five() -> None:
    six = ("ILLNESS", "DISABILITY", "SCHOOLING", "HOUSING", "WATER", "ACCIDENT")
    given(watched()).when(review(*six)).then_refuses("E-RISK-TOO-MANY")


def test_nobody_reviews_what_had_not_begun() -> None:
    given(watched()).when(review("ILLNESS", on=24)).then_refuses("E-DATE-BEFORE-LAST")


def test_a_review_may_be_made_on_the_first_day() -> None:
    given(watched()).when(review("ILLNESS", on=25)).then(MonitoringReviewed)


@pytest.mark.parametrize("history", [marginal(), [*watched(), eliminated()]])
def test_only_a_monitored_household_is_reviewed(history: list[Step]) -> None:
    given(history).when(review("ILLNESS", on=260)).then_refuses("E-MONITORING-STATE")


def test_a_new_risk_after_an_eliminated_one_is_monitored_again() -> None:
    history = [*watched(), eliminated(), checked(day(300), POOR, number=2)]
    again = seen(MonitoringStarted, from_overlay="RISK_ELIMINATED", to_overlay="ACTIVE", risks=["ACCIDENT"])
    given(history).when(start("MARGINAL", "ACCIDENT", on=305)).then(again)


def test_the_new_risk_is_found_by_a_new_check() -> None:
    given(watched(), eliminated()).when(start("MARGINAL", "ACCIDENT", on=260)).then_refuses("E-NO-CASE")


def test_the_new_risk_is_not_monitored_before_the_old_one_was_eliminated() -> None:
    history = [*watched(), eliminated(250), checked(day(255), POOR, number=2)]
    given(history).when(start("MARGINAL", "ACCIDENT", on=249)).then_refuses("E-DATE-BEFORE-LAST", "E-DATE-ORDER")


def test_a_check_from_before_the_elimination_finds_no_new_risk() -> None:
    history = [*watched(), eliminated(250), checked(day(249), POOR, number=2)]
    given(history).when(start("MARGINAL", "ACCIDENT", on=255)).then_refuses("E-CHECK-STALE")


def ended(scenario: Scenario, on: int, by_status: str) -> list[Any]:
    """What a change of the register status does to the overlay; the events survive Avro and a replay."""
    recorded = len(scenario.history)
    monitoring.end(scenario.household, scenario.decision(actor("COUNTY_OFFICER")), day(on), by_status)
    scenario.history += scenario.household.collect_events()
    check_history(scenario.household, scenario.history)
    return scenario.history[recorded:]


@pytest.mark.parametrize("by_status", ["REGISTERED", "RELAPSED", "CLEARED_OUT", "CLOSED"])
def test_the_register_status_takes_over_from_monitoring(by_status: str) -> None:
    scenario = given(watched(), checked(day(40), POOR, number=2))
    (event,) = ended(scenario, 50, by_status)
    assert isinstance(event, MonitoringEnded)
    assert (event.from_overlay, event.to_overlay, event.ended_by, event.size) == ("ACTIVE", "NONE", by_status, 3)
    assert (scenario.household.overlay, scenario.household.review_due, scenario.household.cases) == ("NONE", None, {})


@pytest.mark.parametrize("history", [marginal(), [*watched(), eliminated()]])
def test_where_nothing_is_monitored_nothing_ends(history: list[Step]) -> None:
    assert ended(given(history), 300, "REGISTERED") == []


def test_monitoring_does_not_end_before_it_began() -> None:
    (event,) = ended(given(watched()), 15, "RELAPSED")
    assert event.effective_on == day(25)


def test_after_the_register_took_over_monitoring_may_begin_anew() -> None:
    scenario = given(watched())
    ended(scenario, 50, "REGISTERED")
    scenario.take(checked(day(60), POOR, number=2))
    scenario.when(start(on=61)).then(seen(MonitoringStarted, from_overlay="NONE"))
