"""The rebuild of one read model: fold the log from offset 0 beside the live build, compare, swap.

The live build is read and fed all the while. Several processes fold up to where the live build stood at the start; the records
since, which are few, are folded by this process alone.
"""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Final

from consumers.rebuild.comparison import Comparison, compare
from consumers.rebuild.folding import BATCH_MAX, Offsets, OpenLog, fold_to, offsets_of
from consumers.rebuild.folding_worker import Share, fold_share, fold_what_is_sent
from consumers.rebuild.live_state import live_state, state_of
from consumers.rebuild.processes import Worker, messages_of
from consumers.rebuild.shares import part_of, shared_out
from consumers.rebuild.watching import TellingOthers, Unwatched, Watcher
from projections.checkpoints import read_checkpoints
from projections.read_model import ReadModel
from projections.table_rows import shape_of
from projections.views.making import BuildInTheMaking
from projections.views.pointers import Build
from projections.views.views import Views

WORKERS: Final = 2
_CATCH_UPS_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a rebuild.

    previous: the build that was live before, if any; events: how many records were folded until the builds were joined, in
    `seconds`; comparison: None where there was nothing to compare with (no live build, or one of another version); period: see
    ReadModel.
    """

    build: str
    previous: str | None
    events: int
    seconds: float
    comparison: Comparison | None
    swapped: bool
    period: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Rebuild:
    """Makes builds of one read model from one log.

    open_log: see OpenLog; workers: how many processes fold at once, where one means this process alone.
    """

    views: Views
    model: ReadModel
    open_log: OpenLog
    workers: int = WORKERS
    watcher: Watcher = Unwatched()  # noqa: RUF009

    def run(self) -> Outcome:
        """Rebuild and swap, unless the digests differ. Raises RebuildRunning, RebuildStopped, BuildLost, what the log raises."""
        with self.views.begin_build(self.model) as build:
            return self._told_to_others(build)._run(build)

    def renew(self) -> Outcome | None:
        """The same, where the live build is of an older version of the program; None where it is not, or not any more."""
        with self.views.begin_build(self.model) as build:
            return self._told_to_others(build)._run(build) if self.views.is_outdated(self.model) else None

    def move(self) -> Outcome:
        """Make a build of all of another log than the live build's, and swap unless the digests differ; offsets are not compared.

        Nobody may project meanwhile. Raises RebuildRunning, RebuildStopped, BuildLost, what the log raises.
        """
        with self.views.begin_build(self.model) as build:
            return self._told_to_others(build)._move(build)

    def check(self) -> Comparison | None:
        """Compare the live build with a fresh one, which is thrown away; None where there is no live build of this version.

        Raises RebuildRunning, RebuildStopped, what the log raises.
        """
        live = self.views.live_build(self.model)
        if not self._comparable(live):
            return None
        with self.views.begin_build(self.model) as build:
            self._make(build, live)
            return self._compare(build, live)

    def _told_to_others(self, build: BuildInTheMaking) -> "Rebuild":
        """Itself, watched by all who look at the views too."""
        return replace(self, watcher=TellingOthers(self.watcher, build))

    def _run(self, build: BuildInTheMaking) -> Outcome:
        live = self.views.live_build(self.model)
        events, seconds = self._make(build, live)
        comparison = self._compare(build, live)
        if comparison is None or comparison.equal:
            self.watcher.begin("SWAP", None)
            self._catch_up(build, live)
            build.swap()
        name = None if live is None else live.name
        return Outcome(build.name, name, events, seconds, comparison, build.swapped, self._period(build))

    def _period(self, build: BuildInTheMaking) -> tuple[int, int] | None:
        if self.model.period is None:
            return None
        with state_of(build.location) as connection:
            return self.model.period(connection)

    def _move(self, build: BuildInTheMaking) -> Outcome:
        live = self.views.live_build(self.model)
        events, seconds = self._make(build, None)
        comparison = None
        if live is not None and self._comparable(live):
            shapes = [shape_of(table) for table in self.model.digested]
            self.watcher.begin("COMPARE", None)
            with live_state(self.views.location(live), shapes, elsewhere=False) as state:
                comparison = compare(state, build.location, shapes, lambda offsets: offsets, self.watcher.advance)
        if comparison is None or comparison.equal:
            self.watcher.begin("SWAP", None)
            build.swap()
        return Outcome(build.name, None if live is None else live.name, events, seconds, comparison, build.swapped)

    def _make(self, build: BuildInTheMaking, live: Build | None) -> tuple[int, float]:
        """Fold up to where the live build stands; return how many events, in how many seconds."""
        started = time.monotonic()
        with ExitStack() as stack:
            # An interpreter takes a while to begin, which passes while the log is asked where it ends.
            workers = [stack.enter_context(Worker(fold_what_is_sent)) for _ in range(self.workers if self.workers > 1 else 0)]
            target, exact = self._target(live), self._comparable(live)
            partitions = shared_out(target, self.workers)
            locations = build.create(len(partitions))
            shares = [
                Share(location, self.model.topics, numbers, part_of(target, numbers), self.model.project, self.open_log, exact)
                for location, numbers in zip(locations, partitions, strict=True)
            ]
            self.watcher.begin("FOLD", sum(target.values()))
            events = self._fold(shares, workers)
        self.watcher.begin("JOIN", None)
        build.join(len(shares))
        return events, time.monotonic() - started

    def _fold(self, shares: Sequence[Share], workers: Sequence[Worker]) -> int:
        events = 0

        def add(count: int) -> None:
            nonlocal events
            events += count
            self.watcher.advance(count)

        if len(shares) == 1:
            fold_share(shares[0], add)
        else:
            folding = workers[: len(shares)]
            for worker, share in zip(folding, shares, strict=True):
                worker.send(share)
            for count in messages_of(folding):
                add(count)
        return events

    def _compare(self, build: BuildInTheMaking, live: Build | None) -> Comparison | None:
        if live is None or not self._comparable(live):
            return None
        shapes = [shape_of(table) for table in self.model.digested]
        self.watcher.begin("COMPARE", None)
        with live_state(self.views.location(live), shapes, elsewhere=self.workers > 1) as state:
            return compare(
                state, build.location, shapes, lambda offsets: self._bring_to(build, offsets, exact=True)[0], self.watcher.advance
            )

    def _catch_up(self, build: BuildInTheMaking, live: Build | None) -> None:
        """Come as near to the live build, or to the log's end, as can be, so that the swap takes back next to nothing."""
        for _ in range(_CATCH_UPS_MAX):
            if self._bring_to(build, self._target(live), exact=self._comparable(live))[1] < BATCH_MAX:
                return

    def _bring_to(self, build: BuildInTheMaking, target: Offsets, *, exact: bool) -> tuple[Offsets, int]:
        """Fold up to the target; return where the build stands then, and how many records that took."""
        engine = build.location.open(mapped=False)
        try:
            projection = self.model.project(engine)
            consumer = self.open_log(self.model.topics, None)
            try:
                folded = fold_to(consumer, projection, target, lambda count: None, exact=exact)
            finally:
                consumer.close()
            reached = offsets_of(projection.checkpoints())
            projection.close()
            return reached, folded
        finally:
            engine.dispose()

    def _target(self, live: Build | None) -> Offsets:
        """Where the live build stands now; the end of the log where there is none to compare with."""
        if live is not None and self._comparable(live):
            with state_of(self.views.location(live)) as connection:
                return offsets_of(read_checkpoints(connection, self.model.checkpoint))
        consumer = self.open_log(self.model.topics, None)
        try:
            return dict(consumer.end_offsets())
        finally:
            consumer.close()

    def _comparable(self, live: Build | None) -> bool:
        return live is not None and live.version == self.model.version
