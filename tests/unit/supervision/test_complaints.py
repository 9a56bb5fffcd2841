"""A complaint: received, resolved, and the household's exit held back in between."""

from uuid import UUID

import pytest

from registry.household.exit import ProposeExit
from registry.household.obstacles import ClearObstacle, ObstacleCleared, ObstacleOpened
from registry.supervision.complaint import ComplaintReceived, ComplaintResolved
from tests.support.families import opening
from tests.support.register import a_register, on
from tests.support.scenario import HOUSEHOLD, OTHER_VILLAGE, TOWNSHIP, day, seen
from tests.support.supervision import COMPLAINT, complained, resolved

OPENED = on(HOUSEHOLD, seen(ObstacleOpened, kind="COMPLAINT", ref=COMPLAINT))
CLEARED = on(HOUSEHOLD, seen(ObstacleCleared, kind="COMPLAINT", ref=COMPLAINT))


def test_an_open_complaint_about_a_household_holds_back_its_exit() -> None:
    received = seen(ComplaintReceived, channel="HOTLINE_12317", due_on=day(25), division=TOWNSHIP)
    register = a_register(opening()).when(complained()).then(on(COMPLAINT, received), OPENED)
    refused = register.when(ProposeExit(household_id=HOUSEHOLD, effective_on=day(300))).refused
    assert refused is not None
    assert "E-OPEN-COMPLAINT" in {violation.code for violation in refused.violations}


def test_a_complaint_about_no_household_holds_nothing_back() -> None:
    a_register().when(complained(household_id=None)).then(on(COMPLAINT, ComplaintReceived))


@pytest.mark.parametrize("outcome", ["SUBSTANTIATED", "PARTLY_SUBSTANTIATED", "UNSUBSTANTIATED"])
def test_resolved_it_holds_back_no_longer_whatever_came_of_it(outcome: str) -> None:
    register = a_register(opening(), complained())
    register.when(resolved(outcome=outcome)).then(on(COMPLAINT, seen(ComplaintResolved, outcome=outcome)), CLEARED)


def test_its_days_begin_when_the_register_learns_of_it() -> None:
    late = a_register(opening()).today(day(20))
    late.when(complained(10)).then(on(COMPLAINT, seen(ComplaintReceived, due_on=day(35), effective_on=day(10))), OPENED)


def test_received_and_resolved_once() -> None:
    a_register(opening(), complained()).when(complained()).then_refuses("E-COMPLAINT-STATE")
    a_register(opening(), complained(), resolved()).when(resolved()).then_refuses("E-COMPLAINT-STATE")
    a_register(opening()).when(resolved()).then_refuses("E-COMPLAINT-UNKNOWN")


def test_days_that_cannot_be() -> None:
    a_register(opening()).today(day(9)).when(complained()).then_refuses("E-DATE-FUTURE")
    a_register(opening(), complained(10)).when(resolved(9)).then_refuses("E-DATE-BEFORE-LAST")
    a_register(opening(), complained(10)).today(day(11)).when(resolved(12)).then_refuses("E-DATE-FUTURE")


def test_all_that_is_wrong_is_said_at_once() -> None:
    wrong = complained(division="469030109999", household_id=UUID(int=1))
    a_register(opening()).when(wrong).then_refuses("E-DIVISION-UNKNOWN", "E-HOUSEHOLD-UNKNOWN")
    a_register(opening()).when(complained(division=OTHER_VILLAGE)).then_refuses("E-HOUSEHOLD-ELSEWHERE")
    a_register(opening()).when(complained(channel="RUMOUR", section="X")).then_refuses("E-CODE-UNKNOWN")


def test_what_the_register_keeps_is_not_cleared_by_hand() -> None:
    by_hand = ClearObstacle(household_id=HOUSEHOLD, effective_on=day(12), kind="COMPLAINT", ref=COMPLAINT)
    a_register(opening(), complained()).when(by_hand).then_refuses("E-OBSTACLE-KIND")
