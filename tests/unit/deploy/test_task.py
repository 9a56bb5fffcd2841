"""A task: stepped, opened again after trouble outside, given up where waiting mends nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deploy.pipeline.task import PAUSE_MAX_S, PAUSE_MIN_S, Reopen, Step, Task, pause_after
from projections.read_model import ReadModelStopped
from registry.store.errors import StoreBusy
from schemas.log_errors import LogUnavailable


class Stopping:
    """Stops once a script of steps is played; never really waits."""

    def __init__(self) -> None:
        self.now = False
        self.waits: list[float] = []

    def is_set(self) -> bool:
        return self.now

    def wait(self, timeout: float) -> bool:
        self.waits.append(timeout)
        return self.now


class Told:
    """What a task tells of itself."""

    def __init__(self) -> None:
        self.events = 0
        self.waits = 0

    def moved(self, task: str, events: int) -> None:
        self.events += events

    def unavailable(self, task: str) -> None:
        self.waits += 1


class Play:
    """Plays a script: a number is what a step moved, an exception is raised, None stops."""

    def __init__(self, *script: int | BaseException | None) -> None:
        self.script = list(script)
        self.stop, self.told = Stopping(), Told()
        self.opened = self.closed = self.ended = 0
        self.task = Task("play", self.open, self.stop, self.told, self.end)

    @contextmanager
    def open(self) -> Iterator[Step]:
        self.opened += 1
        try:
            yield self.step
        finally:
            self.closed += 1

    def step(self) -> int:
        part = self.script.pop(0)
        if isinstance(part, BaseException):
            raise part
        if part is None:
            self.stop.now = True
        return part or 0

    def end(self) -> None:
        self.ended += 1

    def run(self) -> "Play":
        self.task.start()
        assert self.task.join(10)
        return self


def test_it_steps_until_it_is_stopped_and_counts_what_moved() -> None:
    play = Play(3, 0, 4, None).run()
    assert (play.told.events, play.opened, play.closed, play.ended) == (7, 1, 1, 1)
    assert play.task.failure is None


@pytest.mark.parametrize("trouble", [LogUnavailable("locked"), StoreBusy("locked")])
def test_trouble_outside_is_waited_for_and_all_is_opened_again(trouble: Exception) -> None:
    play = Play(1, trouble, trouble, 1, None).run()
    assert (play.told.events, play.told.waits) == (2, 2)
    assert play.opened == play.closed == 3
    assert play.stop.waits == [pause_after(1), pause_after(2)]


def test_a_step_that_succeeds_makes_the_next_wait_short_again() -> None:
    trouble = LogUnavailable("locked")
    play = Play(trouble, trouble, 0, trouble, None).run()
    assert play.stop.waits == [pause_after(1), pause_after(2), pause_after(1)]


def test_waits_grow_up_to_a_bound() -> None:
    assert pause_after(1) == PAUSE_MIN_S
    assert pause_after(2) == 2 * PAUSE_MIN_S
    assert [pause_after(n) for n in (10, 100, 100_000)] == [PAUSE_MAX_S] * 3


def test_a_step_may_have_all_opened_anew_at_once() -> None:
    play = Play(1, Reopen(), 1, None).run()
    assert (play.opened, play.told.waits, play.stop.waits) == (2, 0, [])


@pytest.mark.parametrize("mistake", [ReadModelStopped("a gap"), ZeroDivisionError(), SystemExit(3)])
def test_what_waiting_does_not_mend_ends_the_task_and_is_kept(mistake: BaseException) -> None:
    play = Play(1, mistake, 1).run()
    assert play.task.failure is mistake
    assert (play.told.events, play.closed, play.ended) == (1, 1, 1)


def test_trouble_in_opening_is_waited_for_too() -> None:
    stop, told, tries = Stopping(), Told(), 0

    @contextmanager
    def opened() -> Iterator[Step]:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise LogUnavailable("not there yet")
        stop.now = True
        yield lambda: 0

    Task("play", opened, stop, told).run()
    assert (tries, told.waits) == (3, 2)
