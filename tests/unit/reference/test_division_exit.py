"""How villages and counties exit: applied for, checked by the office above, announced; whatever its households do."""

from dataclasses import replace
from typing import Any

import pytest

from registry.reference.division_exit import (
    AnnounceCountyExit,
    AnnounceVillageExit,
    ApplyForCountyExit,
    ApplyForVillageExit,
    CountyExitAnnounced,
    CountyExitApplied,
    CountyExitVerified,
    DivisionExitCommand,
    VerifyCountyExit,
    VerifyVillageExit,
    VillageExitAnnounced,
    VillageExitApplied,
    VillageExitVerified,
)
from registry.reference.stream import stream_id
from tests.support.register import a_register, on
from tests.support.scenario import COUNTY, PROVINCE, TOWNSHIP, VILLAGE, actor, by, day, seen

APPLIED = ApplyForVillageExit(effective_on=day(1), place=VILLAGE)
PASSED = VerifyVillageExit(effective_on=day(8), place=VILLAGE, result="PASSED", poor_persons=12, rural_persons=1_480)
FAILED = replace(PASSED, result="NOT_PASSED", poor_persons=90)
ANNOUNCED = AnnounceVillageExit(effective_on=day(20), place=VILLAGE)
STREAM = stream_id("division_exit", VILLAGE)


def test_a_village_exits_in_three_steps() -> None:
    register = a_register().when(APPLIED).then(on(STREAM, seen(VillageExitApplied, division=VILLAGE, place=VILLAGE)))
    found = seen(VillageExitVerified, result="PASSED", poor_persons=12, rural_persons=1_480)
    register = register.when(PASSED).then(on(STREAM, found))
    register.when(ANNOUNCED).then(on(STREAM, seen(VillageExitAnnounced, place=VILLAGE)))


def test_a_county_exits_by_the_same_steps() -> None:
    stream = stream_id("division_exit", COUNTY)
    register = a_register().when(ApplyForCountyExit(effective_on=day(1), place=COUNTY)).then(on(stream, CountyExitApplied))
    check = VerifyCountyExit(effective_on=day(8), place=COUNTY, result="PASSED", poor_persons=1_500, rural_persons=160_000)
    register = register.when(check).then(on(stream, CountyExitVerified))
    register.when(AnnounceCountyExit(effective_on=day(20), place=COUNTY)).then(on(stream, CountyExitAnnounced))


def test_a_step_that_was_taken_is_silent() -> None:
    a_register(APPLIED).when(replace(APPLIED, effective_on=day(2))).then_nothing_happens()
    a_register(APPLIED, PASSED).when(PASSED).then_nothing_happens()
    a_register(APPLIED, PASSED, ANNOUNCED).when(ANNOUNCED).then_nothing_happens()


def test_what_did_not_pass_may_be_applied_for_again() -> None:
    register = a_register(APPLIED).when(FAILED).then(on(STREAM, seen(VillageExitVerified, result="NOT_PASSED")))
    register.when(replace(APPLIED, effective_on=day(9))).then(on(STREAM, VillageExitApplied))


def test_a_rate_decides_nothing_by_itself() -> None:
    all_poor = replace(PASSED, poor_persons=1_480)
    a_register(APPLIED).when(all_poor).then(on(STREAM, seen(VillageExitVerified, result="PASSED")))


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ([], PASSED),
        ([], ANNOUNCED),
        ([APPLIED], ANNOUNCED),
        ([APPLIED, FAILED], ANNOUNCED),
        ([APPLIED, PASSED], replace(APPLIED, effective_on=day(9))),
        ([APPLIED, PASSED], replace(FAILED, effective_on=day(9))),
        ([APPLIED, PASSED, ANNOUNCED], replace(APPLIED, effective_on=day(30))),
    ],
)
def test_a_step_out_of_order_is_refused(before: list[DivisionExitCommand], command: DivisionExitCommand) -> None:
    outcome = a_register(*before).when(command)
    assert outcome.then_refuses("E-DIVISION-EXIT-STEP").fields("E-DIVISION-EXIT-STEP") == ["place"]


def test_who_applied_does_not_check() -> None:
    who = actor("COUNTY_OFFICER")
    a_register(by(who, APPLIED)).when(by(who, PASSED)).then_refuses("E-TWO-PERSON-RULE")


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"effective_on": day(100)}, "E-DATE-FUTURE", "effective_on"),
        ({"effective_on": day(0)}, "E-DATE-BEFORE-LAST", "effective_on"),
        ({"poor_persons": 1_481}, "E-FIELD-RANGE", "poor_persons"),
        ({"result": "MAYBE"}, "E-CODE-UNKNOWN", "result"),
        ({"rural_persons": 0}, "E-FIELD-RANGE", "rural_persons"),
    ],
)
def test_what_is_no_check_is_refused(change: dict[str, Any], code: str, field: str) -> None:
    outcome = a_register(APPLIED).today(day(40)).when(replace(PASSED, **change))
    assert outcome.then_refuses(code).fields(code) == [field]


@pytest.mark.parametrize(("place", "code"), [("469030100999", "E-DIVISION-UNKNOWN"), (TOWNSHIP, "E-DIVISION-LEVEL")])
def test_only_a_village_that_there_is_exits_as_one(place: str, code: str) -> None:
    outcome = a_register().when(replace(APPLIED, place=place))
    assert outcome.then_refuses(code).fields(code) == ["place"]


@pytest.mark.parametrize("place", [PROVINCE, VILLAGE])
def test_only_a_county_exits_as_a_county(place: str) -> None:
    a_register().when(ApplyForCountyExit(effective_on=day(1), place=place)).then_refuses("E-DIVISION-LEVEL")
