"""A finding from its record to its end: every transition, who may make it, and what it holds back."""

from typing import Any
from uuid import UUID

import pytest

from registry.household.exit import ProposeExit
from registry.household.obstacles import ClearObstacle, ObstacleCleared, ObstacleOpened, OpenObstacle
from registry.supervision.record import SECTION_OF, FindingRecorded
from registry.supervision.rectify import FindingAssigned, FindingRectified, FindingReopened, FindingVerified
from registry.supervision.typical_cases import CASES_MAX, ChooseTypicalCase, TypicalCaseChosen, typical_cases_id
from schemas.code_tables import table
from tests.support.families import opening
from tests.support.register import Register, a_register, on
from tests.support.scenario import COUNTY, FAR_VILLAGE, HOUSEHOLD, OTHER_VILLAGE, PROVINCE, TOWNSHIP, VILLAGE, by, day, seen
from tests.support.supervision import (
    FINDING,
    OTHER_TEAM,
    SUPERVISOR,
    TEAM,
    assigned,
    found,
    rectified,
    reopened,
    team_assigned,
    verified,
)


def there(*steps: Any) -> Register:
    """A household in a county that a team looks at, and what happened."""
    return a_register(opening(), team_assigned(), *steps)


OPENED = on(HOUSEHOLD, seen(ObstacleOpened, kind="FINDING", ref=FINDING))
CLEARED = on(HOUSEHOLD, seen(ObstacleCleared, kind="FINDING", ref=FINDING))


def test_a_grave_finding_about_a_household_holds_back_its_exit_in_the_same_save() -> None:
    recorded = seen(FindingRecorded, team=TEAM, section="EXIT", holds_exit=True, division=TOWNSHIP)
    register = there().when(found()).then(on(FINDING, recorded), OPENED)
    assert ("FINDING", FINDING) in register.household(HOUSEHOLD).obstacles
    codes = register.when(ProposeExit(household_id=HOUSEHOLD, effective_on=day(300))).refused
    assert codes is not None
    assert "E-OPEN-FINDING" in {violation.code for violation in codes.violations}


@pytest.mark.parametrize("severity", ["MINOR", "SERIOUS"])
def test_what_the_policy_does_not_name_holds_nothing_back(severity: str) -> None:
    there().when(found(severity=severity)).then(on(FINDING, seen(FindingRecorded, holds_exit=False)))


def test_a_finding_about_no_household_holds_nothing_back() -> None:
    there().when(found(household_id=None)).then(on(FINDING, seen(FindingRecorded, holds_exit=False)))


def test_every_type_has_a_section() -> None:
    assert set(SECTION_OF) == set(table("finding_type").codes)
    assert set(SECTION_OF.values()) == set(table("finding_section").codes)


def test_a_type_of_another_section_and_a_kind_of_conduct_where_none_is_due() -> None:
    outcome = there().when(found(section="ASSISTANCE", conduct_kind="NOT_ACTING")).then_refuses("E-SECTION")
    assert outcome.fields("E-SECTION") == ["finding_type", "conduct_kind"]
    conduct = {"section": "CONDUCT", "finding_type": "CONDUCT", "household_id": None}
    there().when(found(**conduct)).then_refuses("E-SECTION")
    there().when(found(**conduct, conduct_kind="ACTING_SLOWLY")).then(on(FINDING, FindingRecorded))
    there().when(found(team=10, conduct_kind="LAZY")).then_refuses("E-FIELD-RANGE", "E-CODE-UNKNOWN")


def test_all_that_is_wrong_is_said_at_once() -> None:
    wrong = found(division="469030109999", section="ASSISTANCE", household_id=UUID(int=1))
    there().when(wrong).then_refuses("E-DIVISION-UNKNOWN", "E-SECTION", "E-HOUSEHOLD-UNKNOWN")
    there().when(found(division=OTHER_VILLAGE, team=4)).then_refuses("E-HOUSEHOLD-ELSEWHERE", "E-TEAM-NOT-ASSIGNED")
    there().today(day(9)).when(found(10)).then_refuses("E-DATE-FUTURE")


def test_a_finding_is_recorded_once() -> None:
    there(found()).when(found()).then_refuses("E-FINDING-STATE")


def test_a_team_records_in_its_counties_in_its_days_alone() -> None:
    there().when(found(division=FAR_VILLAGE, household_id=None)).then_refuses("E-TEAM-NOT-ASSIGNED")
    there().when(found(division=PROVINCE, household_id=None)).then_refuses("E-TEAM-NOT-ASSIGNED")
    there().when(by(OTHER_TEAM, found().command)).then_refuses("E-TEAM-NOT-ASSIGNED")  # type: ignore[arg-type]
    early = a_register(opening(), team_assigned(11))
    early.when(found(10)).then_refuses("E-TEAM-NOT-ASSIGNED")
    early.when(found(11)).then(on(FINDING, FindingRecorded), OPENED)
    late = a_register(opening(), team_assigned(until=day(10)))
    late.when(found(11)).then_refuses("E-TEAM-NOT-ASSIGNED")
    late.when(found(10)).then(on(FINDING, FindingRecorded), OPENED)


def test_the_county_says_who_puts_it_right_and_the_township_does() -> None:
    register = there(found(division=VILLAGE))
    register.when(assigned()).then(on(FINDING, seen(FindingAssigned, division=TOWNSHIP, due_on=day(20))))
    register.when(rectified()).then(on(FINDING, seen(FindingRectified, division=TOWNSHIP)))
    register.when(verified()).then(on(FINDING, FindingVerified), CLEARED)


def test_given_to_the_same_office_until_the_same_day_nothing_happens() -> None:
    there(found(), assigned()).when(assigned(12)).then_nothing_happens()
    there(found(), assigned()).when(assigned(12, due=25)).then(on(FINDING, seen(FindingAssigned, due_on=day(25))))


def test_a_day_that_has_passed_and_an_office_that_there_is_not() -> None:
    there(found()).when(assigned(11, due=10)).then_refuses("E-DUE-DATE")
    there(found()).when(assigned(to=VILLAGE)).then_refuses("E-DIVISION-LEVEL")
    there(found()).when(assigned(to="469030999000", due=10)).then_refuses("E-DIVISION-UNKNOWN", "E-DUE-DATE")
    there(found()).when(assigned(to=COUNTY)).then(on(FINDING, seen(FindingAssigned, division=COUNTY)))


def test_nothing_is_put_right_without_papers() -> None:
    there(found(), assigned()).when(rectified(evidence=())).then_refuses("E-EVIDENCE-MISSING")


def test_who_put_it_right_does_not_say_that_it_is() -> None:
    both = {**SUPERVISOR, "role": "COUNTY_OFFICER"}
    register = there(found(), assigned(), by(both, rectified()))  # type: ignore[arg-type]
    register.when(verified()).then_refuses("E-RECTIFIER-IS-VERIFIER")
    register.when(reopened()).then_refuses("E-RECTIFIER-IS-VERIFIER")
    colleague = {**SUPERVISOR, "id": "supervisor-2"}
    register.when(verified(who=colleague)).then(on(FINDING, FindingVerified), CLEARED)


def test_another_team_neither_verifies_nor_reopens_nor_chooses() -> None:
    register = there(found(), assigned(), rectified())
    register.when(verified(who=OTHER_TEAM)).then_refuses("E-OTHER-TEAM")
    register.when(reopened(who=OTHER_TEAM)).then_refuses("E-OTHER-TEAM")
    choice = ChooseTypicalCase(finding_id=FINDING, effective_on=day(17))
    register.when(by(OTHER_TEAM, choice)).then_refuses("E-OTHER-TEAM")  # type: ignore[arg-type]


def test_not_put_right_it_is_open_until_another_day() -> None:
    register = there(found(), assigned(), rectified())
    register.when(reopened()).then(on(FINDING, seen(FindingReopened, due_on=day(30), reason_code="NOT_RECTIFIED")))
    register.when(rectified(18)).then(on(FINDING, FindingRectified))


def test_there_again_it_holds_back_the_exit_again() -> None:
    register = there(found(), assigned(), rectified(), verified())
    register.when(reopened(18, reason="RECURRED")).then(on(FINDING, FindingReopened), OPENED)


def test_opened_again_with_a_reason_and_a_day_to_come() -> None:
    register = there(found(), assigned(), rectified())
    register.when(reopened(due=16, reason=None)).then_refuses("E-DUE-DATE", "E-FIELD-MISSING")
    register.when(reopened(reason="BORED")).then_refuses("E-CODE-UNKNOWN")


def test_no_step_is_taken_before_the_one_before() -> None:
    there(found()).when(rectified()).then_refuses("E-FINDING-STATE")
    there(found()).when(verified()).then_refuses("E-FINDING-STATE")
    there(found(), assigned()).when(verified()).then_refuses("E-FINDING-STATE")
    there(found(), assigned()).when(reopened()).then_refuses("E-FINDING-STATE")
    there(found(), assigned(), rectified()).when(assigned(16)).then_refuses("E-FINDING-STATE")
    there(found(), assigned(), rectified(), verified()).when(rectified(18)).then_refuses("E-FINDING-STATE")
    there(found(), assigned(13)).when(rectified(12)).then_refuses("E-DATE-BEFORE-LAST")


@pytest.mark.parametrize("step", [assigned(), rectified(), verified(), reopened()])
def test_a_finding_that_there_is_not(step: Any) -> None:
    there().when(step).then_refuses("E-FINDING-UNKNOWN")


def test_what_the_register_keeps_is_not_set_by_hand() -> None:
    register = there(found())
    about = {"household_id": HOUSEHOLD, "effective_on": day(12), "kind": "FINDING"}
    register.when(ClearObstacle(**about, ref=FINDING)).then_refuses("E-OBSTACLE-KIND")
    register.when(OpenObstacle(**about, ref=FINDING)).then_refuses("E-OBSTACLE-KIND")
    register.when(OpenObstacle(**about, ref=UUID(int=7))).then(on(HOUSEHOLD, ObstacleOpened))


def choose(number: int, of: int = 1) -> Any:
    return by(SUPERVISOR, ChooseTypicalCase(finding_id=UUID(int=of), effective_on=day(number)))  # type: ignore[arg-type]


def test_a_team_chooses_five_cases_a_week_each_once() -> None:
    findings = [found(10, finding_id=UUID(int=n), household_id=None) for n in range(1, CASES_MAX + 2)]
    register = there(*findings)
    for n in range(1, CASES_MAX + 1):
        chosen = seen(TypicalCaseChosen, team=TEAM, week_from=day(6), finding_id=UUID(int=n))
        register.when(choose(10, n)).then(on(typical_cases_id(TEAM, day(10)), chosen))
    register.when(choose(10, 1)).then_nothing_happens()
    register.when(choose(10, CASES_MAX + 1)).then_refuses("E-TYPICAL-CASES-FULL")
    again = seen(TypicalCaseChosen, week_from=day(13))
    register.when(choose(13, CASES_MAX + 1)).then(on(typical_cases_id(TEAM, day(13)), again))


def test_a_case_that_there_is_not_is_not_chosen() -> None:
    there().when(choose(10)).then_refuses("E-FINDING-UNKNOWN")
