"""Who is told how a rebuild goes on: whoever started it, and through the views whoever looks at them (status, the query API)."""

import time
from collections.abc import Callable
from typing import Final, Protocol

from projections.views.making import BuildInTheMaking

EVERY_S: Final = 0.5
"""How often others are told at most: each time is a transaction."""


class Watcher(Protocol):
    """Is told how a rebuild goes on."""

    def begin(self, stage: str, total: int | None) -> None:
        """A stage begins: FOLD (of so many events), JOIN, COMPARE (rows of both builds), SWAP."""
        ...

    def advance(self, count: int) -> None:
        """So much more of it is done."""
        ...


class Unwatched:
    """Tells nobody."""

    def begin(self, stage: str, total: int | None) -> None:
        """Nothing."""

    def advance(self, count: int) -> None:
        """Nothing."""


class TellingOthers:
    """Passes on what it is told, and lets others see the stage and how many events were folded."""

    def __init__(self, watcher: Watcher, build: BuildInTheMaking, ticks: Callable[[], float] = time.monotonic) -> None:
        self._watcher = watcher
        self._build = build
        self._ticks = ticks
        self._stage = ""
        self._done = self._total = 0
        self._told_at = 0.0

    def begin(self, stage: str, total: int | None) -> None:
        self._stage = stage
        if stage == "FOLD":
            self._total = total or 0
        self._tell()
        self._watcher.begin(stage, total)

    def advance(self, count: int) -> None:
        if self._stage == "FOLD":
            self._done += count
            if self._ticks() - self._told_at >= EVERY_S:
                self._tell()
        self._watcher.advance(count)

    def _tell(self) -> None:
        self._build.tell(self._stage, self._done, self._total)
        self._told_at = self._ticks()
