"""One state of the live build, held in a transaction while that is fed on: read here, or side by side by another process."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection as Pipe
from typing import Any, Final, Protocol

from sqlalchemy import Connection, MetaData

from consumers.rebuild.folding import Offsets, offsets_of
from consumers.rebuild.processes import Worker
from projections.checkpoints import checkpoint_table, read_checkpoints
from projections.database import snapshot
from projections.difference import Difference, first_difference
from projections.digest import ViewDigest, digest_view
from projections.table_rows import TableShape
from projections.views.place import Location

Told = Callable[[int], None]
_TOLD_ROWS: Final = 50_000


class LiveState(Protocol):
    """To be asked in this order, each once."""

    def offsets(self) -> Offsets:
        """Where the build stands in this state."""
        ...

    def digest(self, told: Told) -> ViewDigest:
        """Its digest; `told` of rows taken in."""
        ...

    def differences(self, built: Location, tables: Sequence[str]) -> tuple[Difference, ...]:
        """How it first differs from another build, in each of these tables."""
        ...


class StateHere:
    """Read by this process, on a connection in whose transaction nothing was read yet."""

    def __init__(self, connection: Connection, shapes: Sequence[TableShape]) -> None:
        self._connection = connection
        self._shapes = shapes

    def offsets(self) -> Offsets:
        return offsets_of(read_checkpoints(self._connection, checkpoint_table(MetaData())))

    def digest(self, told: Told) -> ViewDigest:
        return digest_view(self._connection, self._shapes, now_and_then(told))

    def differences(self, built: Location, tables: Sequence[str]) -> tuple[Difference, ...]:
        shapes = [shape for shape in self._shapes if shape.name in tables]
        with state_of(built) as other:
            found = [first_difference(other, self._connection, shape) for shape in shapes]
        return tuple(difference for difference in found if difference is not None)


class StateElsewhere:
    """Read by another process, which does not wait to be asked."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def offsets(self) -> Offsets:
        offsets: Offsets = self._worker.receive()
        return offsets

    def digest(self, told: Told) -> ViewDigest:
        while isinstance(message := self._worker.receive(), int):
            told(message)
        digest: ViewDigest = message
        return digest

    def differences(self, built: Location, tables: Sequence[str]) -> tuple[Difference, ...]:
        self._worker.send((built, tables))
        differences: tuple[Difference, ...] = self._worker.receive()
        return differences


@contextmanager
def live_state(location: Location, shapes: Sequence[TableShape], *, elsewhere: bool) -> Iterator[LiveState]:
    """A state of the build as it is now."""
    if elsewhere:
        with Worker(_read, location, tuple(shapes)) as worker:
            yield StateElsewhere(worker)
    else:
        with state_of(location) as connection:
            yield StateHere(connection, shapes)


@contextmanager
def state_of(location: Location) -> Iterator[Connection]:
    """A transaction that reads one state of a build."""
    engine = location.open(mapped=False)
    try:
        with snapshot(engine) as connection:
            yield connection
    finally:
        engine.dispose()


def now_and_then(told: Told) -> Told:
    """Add up rows, to tell of them less often than of each block."""
    rows = 0

    def add(count: int) -> None:
        nonlocal rows
        rows += count
        if rows >= _TOLD_ROWS:
            told(rows)
            rows = 0

    return add


def _read(pipe: Pipe, location: Location, shapes: Sequence[TableShape]) -> None:
    with state_of(location) as connection:
        state = StateHere(connection, shapes)
        pipe.send(state.offsets())
        pipe.send(state.digest(pipe.send))
        asked: Any = pipe.recv()
        pipe.send(state.differences(*asked))
