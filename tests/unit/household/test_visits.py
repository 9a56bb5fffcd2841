"""Home visits are recorded whatever their length, and may be doubted later."""

from dataclasses import replace
from typing import Any

import pytest

from registry.household.visits import (
    FlagVisit,
    HomeVisitRecorded,
    RecordHomeVisit,
    VisitEntry,
    VisitFlagged,
    rules_that_flag,
)
from tests.support.helped_households import ledger, registered
from tests.support.scenario import HOUSEHOLD, VILLAGE, amended, day, given, ref, seen

ORDINARY = VisitEntry(minutes=35, visited_on=day(20), entered_on=day(21), entries_that_minute=1, visitor_minutes_that_day=200)


def visit(**changes: Any) -> RecordHomeVisit:
    facts = {
        "household_id": HOUSEHOLD,
        "effective_on": day(20),
        "visit_id": ref(1),
        "visitor_role": "HELPER",
        "visitor_id": "staff-17",
        "purpose": "HELP",
        "minutes": 35,
    }
    return RecordHomeVisit(**(facts | changes))


def flag(**changes: Any) -> FlagVisit:
    facts = {"household_id": HOUSEHOLD, "effective_on": day(25), "visit_id": ref(1), "rule": "TOO_SHORT"}
    return FlagVisit(**(facts | changes))


def test_a_visit_is_recorded_with_what_the_handbook_said_differently() -> None:
    recorded = seen(HomeVisitRecorded, visit_id=ref(1), minutes=35, fields_compared=12, differences=["INCOME", "HEALTH"])
    given(registered()).when(visit(fields_compared=12, differences=("INCOME", "HEALTH"))).then(recorded)


def test_a_visit_needs_no_id_of_its_own() -> None:
    given(registered(), visit(visit_id=None)).when(visit(visit_id=None)).then(HomeVisitRecorded)


@pytest.mark.parametrize("minutes", [0, 1])
def test_a_visit_is_never_refused_for_being_short(minutes: int) -> None:
    given(registered()).when(visit(minutes=minutes)).then(seen(HomeVisitRecorded, minutes=minutes))


def test_households_that_are_not_registered_are_visited_too() -> None:
    given(ledger()).when(visit()).then(HomeVisitRecorded)


def test_a_household_that_nobody_knows_is_not_visited() -> None:
    given().when(visit()).then_refuses("E-STATE")


def test_the_same_visit_sent_again_does_nothing() -> None:
    given(registered(), visit()).when(visit()).then_nothing_happens()


def test_the_id_of_one_visit_is_not_anothers() -> None:
    given(registered(), visit()).when(visit(minutes=40)).then_refuses("E-ID-TAKEN")


def test_no_more_fields_differ_than_were_compared() -> None:
    given(registered()).when(visit(fields_compared=1, differences=("INCOME", "HEALTH"))).then_refuses("E-DIFFERENCES-EXCEED")


def test_a_rule_flags_a_visit_and_the_visit_stands() -> None:
    outcome = given(registered(), visit()).when(flag()).then(seen(VisitFlagged, visit_id=ref(1), rule="TOO_SHORT"))
    assert ref(1) in outcome.household.visits


def test_a_rule_flags_a_visit_once() -> None:
    given(registered(), visit(), flag()).when(flag(effective_on=day(26))).then_nothing_happens()


def test_another_rule_may_flag_it_too() -> None:
    given(registered(), visit(), flag()).when(flag(rule="BULK_ENTRY")).then(seen(VisitFlagged, rule="BULK_ENTRY"))


def test_only_a_recorded_visit_can_be_flagged() -> None:
    given(registered()).when(flag()).then_refuses("E-VISIT-UNKNOWN")


def test_a_visit_is_not_flagged_before_it_happened() -> None:
    given(registered(), visit()).when(flag(effective_on=day(19))).then_refuses("E-DATE-ORDER")


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, ()),
        ({"minutes": 5}, ()),
        ({"minutes": 4}, ("TOO_SHORT",)),
        ({"entries_that_minute": 4}, ()),
        ({"entries_that_minute": 5}, ("BULK_ENTRY",)),
        ({"visitor_minutes_that_day": 600}, ()),
        ({"visitor_minutes_that_day": 601}, ("OVERLAPPING",)),
        ({"visits_with_its_note": 1}, ()),
        ({"visits_with_its_note": 2}, ("IDENTICAL_NOTES",)),
        ({"entered_on": day(27)}, ()),
        ({"entered_on": day(28)}, ("ENTERED_LATE",)),
        ({"minutes": 0, "entered_on": day(120)}, ("TOO_SHORT", "ENTERED_LATE")),
    ],
)
def test_policy_says_which_rules_doubt_a_visit(changes: dict[str, Any], rules: tuple[str, ...]) -> None:
    policies = amended(
        2018,
        visits__minutes_min=5,
        visits__entries_per_minute_max=4,
        visits__minutes_per_day_max=600,
        visits__entry_days_max=7,
    )
    policy = policies.for_(VILLAGE, ORDINARY.visited_on)
    assert rules_that_flag(replace(ORDINARY, **changes), policy) == rules
