"""All read models of an installation, found by one address."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import DBAPIError

from projections.checkpoints import read_checkpoints
from projections.read_model import ReadModel
from projections.views.errors import ViewOutdated
from projections.views.making import BuildInTheMaking
from projections.views.place import Location, Place
from projections.views.pointers import Build, Pointers, Progress
from projections.views.postgres_place import PostgresPlace
from projections.views.sqlite_place import SqlitePlace
from schemas.messages import TopicPartition

FRESH_FOR_S: Final = 0.25
"""How long a reader may go on with a build without looking whether another one was swapped in."""
_BEHIND_MAX_S: Final = 2.0
"""How long readers wait for a new build to come as far as the old one: the projector needs a fraction of a second."""
_FIRST_BUILD_WAIT_S: Final = 30.0
_LATE_REQUESTS_S: Final = 60.0
"""A request that got its engine before a swap has given its connection back by then."""


@dataclass(slots=True)
class _Known:
    """What was live when we last looked, and an engine on it."""

    build: Build | None
    engine: Engine | None
    read_at: float
    superseded_at: float | None = None


class Views:
    """Builds of read models and the pointers to those that are live. Safe for use by several threads, and by several processes.

    url: a folder as sqlite:///folder (relative) or sqlite:////folder, or postgresql://...; ticks: seconds of a clock that never
    goes back.
    """

    def __init__(self, url: str, ticks: Callable[[], float] = time.monotonic) -> None:
        self._place: Place = place_at(url)
        self._ticks = ticks
        self._lock = Lock()
        self._opening = Lock()
        self._opened: Pointers | None = None
        self._known: dict[str, _Known] = {}
        self._retired: list[tuple[Engine, float]] = []

    def live(self, model: ReadModel) -> Engine | None:
        """An engine on the live build, to be asked for anew by each request, never disposed of by it.

        None where there is no build, or none of this program's version. A swap shows after FRESH_FOR_S, or when the new build
        has come as far as the old one, so that nobody sees a step back; whoever still uses the old engine then may finish.
        """
        with self._lock:
            known = self._known.get(model.name)
            if known is None or self._ticks() - known.read_at >= FRESH_FOR_S:
                known = self._look(model)
            build = known.build
            return known.engine if build is not None and build.version == model.version else None

    def generation(self, model: ReadModel) -> int:
        """A number that grows with each swap, read now; 0 where nothing is live. A projector asks between its steps.

        Asked for BEFORE the engine, it can never be newer than the engine is.
        """
        build = self.live_build(model)
        return 0 if build is None else build.generation

    def live_build(self, model: ReadModel) -> Build | None:
        """What is live now, of whatever version."""
        return self._present(model.name)

    def is_outdated(self, model: ReadModel) -> bool:
        """Whether the live build was made by an older program: one of this program's version has to be made beside it."""
        build = self.live_build(model)
        return build is not None and build.version < model.version

    def progress(self, model: ReadModel) -> Progress | None:
        """How far the build in the making is, if somebody makes one."""
        pointers = self._pointers()
        return None if pointers is None else pointers.progress(model.name)

    def emitting(self, model: ReadModel, generation: int) -> AbstractContextManager[dict[TopicPartition, int] | None]:
        """Up to where the read model's effects have happened, to be moved on within the block; None where another build is live.

        No build is swapped in until the block is left.
        """
        return self._pointers_made().emitting(model.name, generation)

    def location(self, build: Build) -> Location:
        """Where a build is, for another process."""
        return self._place.location(build.name)

    def open_live(self, model: ReadModel) -> Engine:
        """An engine on the live build, for the projector; where there is none, an empty one becomes live.

        Raises ViewOutdated where the live build is another version's: a rebuild makes one of this version beside it. Raises
        RebuildRunning where somebody has been making the first build for half a minute.
        """
        build = self.live_build(model)
        if build is None:
            with self._place.lock(model.name, _FIRST_BUILD_WAIT_S):
                build = self.live_build(model) or self._make_first(model)
        if build.version != model.version:
            newer = build.version > model.version
            raise ViewOutdated(
                f"the live {model.name} ({build.name}) is of version {build.version}, this program's is {model.version}: "
                + ("a newer program feeds it" if newer else f"run `registry rebuild {model.name}`")
            )
        with self._lock:
            engine = self._look(model, at_once=True).engine
        assert engine is not None
        return engine

    @contextmanager
    def begin_build(self, model: ReadModel) -> Iterator[BuildInTheMaking]:
        """A new build beside the live one, the only one in the making; builds that were interrupted are removed first.

        When the block is left, a build that was not swapped in is removed. Raises RebuildRunning.
        """
        with self._place.lock(model.name, wait_s=0):
            making = self._begin(model)
            try:
                yield making
            finally:
                if not making.swapped:
                    self._forget(making.name)

    def builds(self) -> list[Build]:
        """All builds of all read models, whole or not."""
        pointers = self._pointers()
        return [] if pointers is None else pointers.all()

    def drop_old(self, model_name: str) -> list[str]:
        """Remove the builds that were live once, when their readers have had time to see that they are not any more.

        Returns their names. Interrupted ones go with the next build.
        """
        old = [build.name for build in self.builds() if build.model == model_name and build.whole and not build.live]
        if old:
            time.sleep(_BEHIND_MAX_S + 2 * FRESH_FOR_S)
        for name in old:
            self._forget(name)
        return old

    def close(self) -> None:
        """Dispose of all engines."""
        with self._lock:
            for known in self._known.values():
                if known.engine is not None:
                    known.engine.dispose()
            self._known.clear()
            self._let_go(math.inf)
            if self._opened is not None:
                self._opened.close()
                self._opened = None
        self._place.close()

    def _present(self, name: str) -> Build | None:
        pointers = self._pointers()
        build = None if pointers is None else pointers.live(name)
        # Somebody may have thrown a read model away by hand: it is as if it had never been made.
        return build if build is not None and self._place.exists(build.name) else None

    def _look(self, model: ReadModel, *, at_once: bool = False) -> _Known:
        """Read the pointer, and go over to another build if need be; `at_once`, even if it is behind. The lock is held."""
        before = self._known.get(model.name)
        now = self._ticks()
        build = self._present(model.name)
        self._let_go(now)
        if before is not None and _name(before.build) == _name(build):
            before.build, before.read_at = build, now
            return before
        engine = None if build is None else self._place.location(build.name).open()
        if before is not None and before.engine is not None:
            if engine is not None and not at_once and self._waits(model, before, engine, now):
                engine.dispose()
                before.read_at = now
                return before
            self._retired.append((before.engine, now))
        self._known[model.name] = known = _Known(build, engine, now)
        return known

    def _waits(self, model: ReadModel, before: _Known, engine: Engine, now: float) -> bool:
        """Whether readers stay with the old build: the new one lacks what they have seen, and its projector has just begun."""
        if before.superseded_at is None:
            before.superseded_at = now
        if now - before.superseded_at >= _BEHIND_MAX_S or before.engine is None:
            return False
        try:
            old, new = (_offsets(each, model) for each in (before.engine, engine))
        except DBAPIError:  # of another version, or dropped
            return False
        return any(new.get(place, 0) < offset for place, offset in old.items())

    def _let_go(self, now: float) -> None:
        """Dispose of engines that no request can have any more. The lock is held."""
        for retired in [retired for retired in self._retired if now - retired[1] >= _LATE_REQUESTS_S]:
            retired[0].dispose()
            self._retired.remove(retired)

    def _make_first(self, model: ReadModel) -> Build:
        making = self._begin(model)
        making.create()
        making.swap()
        build = self._pointers_made().live(model.name)
        assert build is not None
        return build

    def _begin(self, model: ReadModel) -> BuildInTheMaking:
        """A build under a new name, after those that were interrupted were removed. The read model's lock is held."""
        pointers = self._pointers_made()
        for build in pointers.all():
            if build.model == model.name and not build.whole:
                self._forget(build.name)
        # If the pointers were thrown away and the builds were not, names come again that are taken.
        while self._place.exists(name := pointers.add(model.name, model.version)):
            pointers.remove(name)
        return BuildInTheMaking(name, model, self._place, pointers)

    def _forget(self, name: str) -> None:
        # The row last: while it is there, the next one tries again.
        self._place.remove(name)
        self._pointers_made().remove(name)

    def _pointers(self) -> Pointers | None:
        if self._opened is None and not self._place.pointers_exist():
            return None
        return self._pointers_made()

    def _pointers_made(self) -> Pointers:
        with self._opening:
            if self._opened is None:
                self._opened = Pointers(self._place.open_pointers())
            return self._opened


def place_at(url: str) -> Place:
    """Where builds are kept. Raises ValueError for another kind of address."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database:
            raise ValueError("the read models' address names a folder: sqlite:///folder")
        return SqlitePlace(Path(parsed.database))
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        return PostgresPlace(url)
    raise ValueError("the read models' address begins with sqlite:/// or postgresql://")


def _offsets(engine: Engine, model: ReadModel) -> dict[TopicPartition, int]:
    with engine.connect() as connection:
        return {place: at.next_offset for place, at in read_checkpoints(connection, model.checkpoint).items()}


def _name(build: Build | None) -> str | None:
    return None if build is None else build.name
