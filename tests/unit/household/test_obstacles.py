"""Obstacles: what is open elsewhere holds back an exit and the end of policies."""

import pytest

from registry.household.exit import AcceptExit, AnnounceExit, ProposeExit
from registry.household.obstacles import ClearObstacle, ObstacleCleared, ObstacleOpened, OpenObstacle
from registry.household.retention import EndRetention
from tests.support.histories import accepted, do, exited, helped, in_ledger, ready_to_accept, registered
from tests.support.scenario import Step, day, given, ref, seen

KINDS = ("WARNING", "MISMATCH", "COMPLAINT", "FINDING")


def hold(kind: str = "WARNING", on: int = 30, number: int = 1) -> Step:
    return do(OpenObstacle, day(on), kind=kind, ref=ref(number))


def let_go(kind: str = "WARNING", on: int = 31, number: int = 1) -> Step:
    return do(ClearObstacle, day(on), kind=kind, ref=ref(number))


def test_an_obstacle_is_opened() -> None:
    outcome = given(registered()).when(hold())
    outcome.then(seen(ObstacleOpened, kind="WARNING", ref=ref(1)))
    assert outcome.household.obstacles == {("WARNING", ref(1))}


def test_the_same_obstacle_is_opened_once() -> None:
    given(registered(), hold()).when(hold(on=31)).then_nothing_happens()


def test_two_cases_are_two_obstacles() -> None:
    given(registered(), hold()).when(hold(number=2)).then(ObstacleOpened)


def test_an_obstacle_is_cleared() -> None:
    outcome = given(registered(), hold()).when(let_go())
    outcome.then(seen(ObstacleCleared, kind="WARNING", ref=ref(1)))
    assert not outcome.household.obstacles


def test_what_is_not_open_is_not_cleared() -> None:
    given(registered(), hold()).when(let_go(number=2)).then_nothing_happens()


def test_an_appeal_is_held_by_its_own_procedure() -> None:
    given(registered()).when(hold("APPEAL")).then_refuses("E-OBSTACLE-KIND")
    given(registered()).when(let_go("APPEAL")).then_refuses("E-OBSTACLE-KIND")


def test_a_household_of_the_ledger_has_obstacles_too() -> None:
    given(in_ledger()).when(hold(on=5)).then(ObstacleOpened)


@pytest.mark.parametrize("kind", KINDS)
def test_an_open_case_keeps_an_exit_from_being_proposed(kind: str) -> None:
    outcome = given(helped(), hold(kind)).when(do(ProposeExit, day(210)))
    outcome.then_refuses(f"E-OPEN-{kind}")
    assert outcome.violation(f"E-OPEN-{kind}")["refs"] == [str(ref(1))]


@pytest.mark.parametrize("kind", KINDS)
def test_an_open_case_keeps_an_exit_from_being_accepted(kind: str) -> None:
    given(ready_to_accept(), hold(kind, 223)).when(do(AcceptExit, day(225))).then_refuses(f"E-OPEN-{kind}")


@pytest.mark.parametrize("kind", KINDS)
def test_an_open_case_keeps_an_exit_from_being_announced(kind: str) -> None:
    given(accepted(), hold(kind, 230)).when(do(AnnounceExit, day(240))).then_refuses(f"E-OPEN-{kind}")


@pytest.mark.parametrize("kind", KINDS)
def test_an_open_case_keeps_policies_from_ending(kind: str) -> None:
    given(exited(), hold(kind, 250)).when(do(EndRetention, day(850))).then_refuses(f"E-OPEN-{kind}")


def test_every_kind_of_open_case_is_told_at_once() -> None:
    given(helped(), [hold(kind) for kind in KINDS]).when(do(ProposeExit, day(210))).then_refuses(
        "E-OPEN-WARNING", "E-OPEN-MISMATCH", "E-OPEN-COMPLAINT", "E-OPEN-FINDING"
    )


def test_a_cleared_obstacle_holds_nothing_back() -> None:
    outcome = given(helped(), hold(), let_go()).when(do(ProposeExit, day(210)))
    assert outcome.refused is None
