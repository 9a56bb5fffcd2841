"""A child process: started again when it dies, but not when it refuses to go on, and not for ever."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.cannot_start import CannotStart
from deploy.child import BROKEN, REFUSED, RESTART_WINDOW_S, RESTARTS_MAX, Child
from tests.support.waiting import wait_until


class Ticks:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Nursery:
    """Makes children and knows which processes they were."""

    def __init__(self, notes: Path) -> None:
        self.notes = notes
        self.children: list[Child] = []
        self.ticks = Ticks()

    def child(self, does: str) -> Child:
        environment = {"CHILD_DOES": does, "CHILD_NOTES": str(self.notes)}
        child = Child("worker", "tests.support.obedient_process", environment, self.ticks)
        self.children.append(child)
        return child

    def starts(self) -> list[int]:
        return [int(line) for line in self.notes.read_text().splitlines()] if self.notes.exists() else []

    def wait_for_starts(self, count: int) -> None:
        wait_until(lambda: len(self.starts()) == count)


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    nursery = Nursery(tmp_path / "notes")
    yield nursery
    for child in nursery.children:
        child.send(signal.SIGKILL)
        child.ended_within(10)


def test_a_child_that_runs_is_left_alone(nursery: Nursery) -> None:
    child = nursery.child("run")
    child.start()
    nursery.wait_for_starts(1)
    child.watch()
    assert [child.pid] == nursery.starts()


def test_a_killed_child_is_started_again(nursery: Nursery) -> None:
    child = nursery.child("run")
    child.start()
    nursery.wait_for_starts(1)
    child.send(signal.SIGKILL)
    assert child.ended_within(10)
    child.watch()
    nursery.wait_for_starts(2)
    assert child.pid == nursery.starts()[1] != nursery.starts()[0]


def test_a_child_that_refuses_to_go_on_stops_everything(nursery: Nursery) -> None:
    child = nursery.child(str(REFUSED))
    child.start()
    assert child.ended_within(10)
    with pytest.raises(CannotStart, match="the worker process refuses to go on"):
        child.watch()
    assert len(nursery.starts()) == 1


def test_a_child_that_ends_again_and_again_is_given_up(nursery: Nursery) -> None:
    child = nursery.child(str(BROKEN))
    child.start()
    for _ in range(RESTARTS_MAX):
        assert child.ended_within(10)
        child.watch()
    assert child.ended_within(10)
    with pytest.raises(CannotStart, match=f"ended {RESTARTS_MAX + 1} times"):
        child.watch()
    assert len(nursery.starts()) == 1 + RESTARTS_MAX


def test_a_child_that_ends_now_and_then_is_not_given_up(nursery: Nursery) -> None:
    child = nursery.child(str(BROKEN))
    child.start()
    for _ in range(RESTARTS_MAX + 2):
        assert child.ended_within(10)
        nursery.ticks.now += RESTART_WINDOW_S / RESTARTS_MAX
        child.watch()


def test_a_child_ends_when_it_is_asked_and_is_killed_when_it_will_not(nursery: Nursery) -> None:
    willing, unwilling = nursery.child("run"), nursery.child("ignore")
    willing.start()
    unwilling.start()
    nursery.wait_for_starts(2)
    for child in (willing, unwilling):
        child.send(signal.SIGTERM)
    assert willing.ended_within(10)
    assert willing.pid is None
    assert not unwilling.ended_within(0.2)
    unwilling.send(signal.SIGKILL)
    assert unwilling.ended_within(10)


def test_a_child_is_out_of_reach_of_ctrl_c_in_the_terminal(nursery: Nursery) -> None:
    child = nursery.child("run")
    child.start()
    assert child.pid is not None
    assert os.getpgid(child.pid) == child.pid != os.getpgid(0)
