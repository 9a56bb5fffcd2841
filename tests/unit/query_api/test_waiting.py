"""Waiting for a version: as long as it takes, no longer than is allowed, and never so many that nobody is left."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from deploy.clocks import SystemClock
from projections.api.errors import NotYet
from projections.api.parts import QueryParts
from projections.api.waiting import Waiting
from projections.expenses.queries.silence import SilenceRule
from schemas.catalogue import registry_catalogue
from schemas.code_tables import shipped
from schemas.codec import Codec
from schemas.divisions import hainan


class Time:
    """Seconds that pass only when somebody pauses."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def ticks(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def waiting(time: Time, waits_max: int = 2) -> Waiting:
    return Waiting(
        QueryParts(
            engine=lambda: None,
            clock=SystemClock(),
            clock_offset=timedelta(),
            divisions=hainan,
            code_tables=shipped,
            codec=Codec(registry_catalogue()),
            probes={},
            lags={},
            ticks=time.ticks,
            pause=time.pause,
            metrics=CollectorRegistry(),
            silence=lambda: SilenceRule(3, 24),
            waits_max=waits_max,
        )
    )


def versions(*seen: int | None) -> Iterator[int | None]:
    yield from seen
    while True:
        yield seen[-1]


def test_who_wants_no_version_does_not_look() -> None:
    def never() -> int | None:
        raise AssertionError

    waiting(Time()).until(never, None, 2)


def test_a_version_that_is_there_is_not_waited_for() -> None:
    time = Time()
    waiting(time).until(lambda: 5, 5, 2)
    assert time.pauses == []


def test_it_goes_on_as_soon_as_the_version_is_there() -> None:
    time, seen = Time(), versions(None, 3, 4, 5)
    waiting(time).until(lambda: next(seen), 5, 10)
    assert len(time.pauses) == 3
    assert time.now < 0.05


def test_it_gives_up_when_it_has_taken_too_long() -> None:
    for seconds in (2, 10):
        time = Time()
        with pytest.raises(NotYet):
            waiting(time).until(lambda: 4, 5, seconds)
        assert time.now == pytest.approx(seconds)
        assert max(time.pauses) <= 0.05


def test_who_will_not_wait_is_told_at_once() -> None:
    time = Time()
    with pytest.raises(NotYet):
        waiting(time).until(lambda: None, 1, 0)
    assert time.pauses == []


def test_only_so_many_wait_at_a_time() -> None:
    time, gate, waits = Time(), threading.Event(), threading.Semaphore(0)
    of = waiting(time, waits_max=2)

    def version_now() -> int | None:
        return 5 if gate.is_set() else None

    def wait_for_it() -> None:
        looked = iter((None, None))

        def look() -> int | None:
            if next(looked, "again") == "again":
                waits.release()
                gate.wait(10)
            return version_now()

        of.until(look, 5, 10)

    threads = [threading.Thread(target=wait_for_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert waits.acquire(timeout=10)
    with pytest.raises(NotYet):
        of.until(lambda: None, 1, 10)
    gate.set()
    for thread in threads:
        thread.join(10)
    of.until(lambda: 1, 1, 10)
    seen = versions(None, 1)
    of.until(lambda: next(seen), 1, 10)


def test_a_place_is_given_back_by_whoever_waited_in_vain() -> None:
    of = waiting(Time(), waits_max=1)
    for _ in range(3):
        with pytest.raises(NotYet):
            of.until(lambda: None, 1, 1)
