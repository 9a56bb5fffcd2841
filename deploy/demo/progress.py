"""What the demonstration shows while it runs: on a terminal a bar with the week it has come to, elsewhere a line now and then."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Final, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from deploy.demo.days import FIRST_DAY, LAST_DAY
from registry.period.period import week_of

LINE_EVERY_S: Final = 5.0
_DAYS: Final = (LAST_DAY - FIRST_DAY).days + 1


class Shown(Protocol):
    """Shows how far the demonstration has come."""

    def lived(self, day: date, events: int) -> None:
        """Everything up to this day is stored; so many events are."""

    def waiting(self, left: int) -> None:
        """The read model has so many events to go."""


class _Pace:
    """Events a second, by our own clock, of what this process has stored."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._first: int | None = None

    def rate(self, events: int) -> float:
        if self._first is None:
            self._first = events
        return (events - self._first) / max(time.monotonic() - self._began, 0.001)


class _Lines:
    """For a file or a pipe."""

    def __init__(self) -> None:
        self._pace = _Pace()
        self._told = time.monotonic()

    def lived(self, day: date, events: int) -> None:
        rate = self._pace.rate(events)
        if self._is_time():
            share = ((day - FIRST_DAY).days + 1) / _DAYS
            print(f"{week_of(day)}  {events:,} events  {rate:,.0f} events/s  {share:.0%}", flush=True)

    def waiting(self, left: int) -> None:
        if left and self._is_time():
            print(f"read model: {left:,} events to go", flush=True)

    def _is_time(self) -> bool:
        now = time.monotonic()
        if now - self._told < LINE_EVERY_S:
            return False
        self._told = now
        return True


class _Bar:
    """For a terminal."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task
        self._pace = _Pace()

    def lived(self, day: date, events: int) -> None:
        done = (day - FIRST_DAY).days + 1
        facts = f"{events:,} events, {self._pace.rate(events):,.0f}/s"
        self._progress.update(self._task, completed=done, description=week_of(day), facts=facts)

    def waiting(self, left: int) -> None:
        self._progress.update(self._task, description="read model", facts=f"{left:,} events to go")


@contextmanager
def shown_progress() -> Iterator[Shown]:
    """Progress until the block is left."""
    if not sys.stdout.isatty():
        yield _Lines()
        return
    columns = (TextColumn("{task.description:>10}"), BarColumn(), TextColumn("{task.fields[facts]}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(), transient=True) as progress:
        yield _Bar(progress, progress.add_task("", total=_DAYS, facts=""))
