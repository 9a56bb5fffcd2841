"""Where builds are kept: the few things that differ between a folder of SQLite files and schemas of PostgreSQL."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy import Engine, MetaData, event

from projections.database import open_engine

_HASTY: Final = {
    # Nothing is lost with a build that a power cut interrupts: it is made again. What is finished is settled before the swap.
    "sqlite": ("PRAGMA synchronous=OFF",),
    "postgresql": ("SET SESSION synchronous_commit TO OFF",),
}
_UNMAPPED: Final[dict[str, tuple[str, ...]]] = {"sqlite": ("PRAGMA mmap_size=0",), "postgresql": ()}


@dataclass(frozen=True, slots=True)
class Location:
    """Where the tables of one build are, for any process. `hasty`: it need not survive a power cut until it is settled."""

    url: str
    schema: str | None = None
    hasty: bool = False

    def open(self, *, mapped: bool = True) -> Engine:
        """An engine on it; its owner disposes of it.

        mapped: whether a file may be mapped, and counts as memory of this process where it is read; not for one that goes
        through the whole build.
        """
        engine = open_engine(self.url, schema=self.schema)
        name = engine.dialect.name
        event.listen(engine, "connect", _prepare((*(_HASTY[name] if self.hasty else ()), *(() if mapped else _UNMAPPED[name]))))
        return engine


class Place(Protocol):
    """Keeps builds by name, and the database of pointers to them. Safe for several processes, each with one of its own."""

    def pointers_exist(self) -> bool:
        """Whether there is a database of pointers yet."""
        ...

    def open_pointers(self) -> Engine:
        """An engine on it, made if need be; what is committed there survives a power cut."""
        ...

    def exists(self, name: str) -> bool:
        """Whether there is a build of this name, whole or not."""
        ...

    def create(self, name: str, metadata: MetaData) -> None:
        """Make a build with empty tables."""
        ...

    def location(self, name: str, *, hasty: bool = False) -> Location:
        """Where a build is."""
        ...

    def create_parts(self, name: str, metadata: MetaData, count: int) -> Sequence[Location]:
        """Where so many processes may write at once to what becomes one build; no two of them write a row of the same key."""
        ...

    def join_parts(self, name: str, metadata: MetaData, count: int) -> None:
        """Make one build of its parts, which nobody has open any more."""
        ...

    def settle(self, name: str) -> None:
        """Let a build survive a power cut from now on. Nobody has it open."""
        ...

    def remove(self, name: str) -> None:
        """Remove a build and its parts, as far as they are there."""
        ...

    def lock(self, what: str, wait_s: float) -> AbstractContextManager[None]:
        """Be the only one in all processes who holds this; the death of the holder frees it. Raises RebuildRunning."""
        ...

    def close(self) -> None:
        """Let go of what it keeps open."""
        ...


def _prepare(statements: Sequence[str]) -> Any:
    def prepare(connection: Any, _record: Any) -> None:
        for statement in statements:
            connection.execute(statement)
        connection.commit()  # or PostgreSQL would take it back with the transaction

    return prepare
