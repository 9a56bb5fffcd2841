"""The port between the event store and a database: one write transaction, holding the store's only writer lock.

Within it the head cannot move and nobody else can add to a stream, so what is read here still holds when the rows are
written. Both recorders implement it; what differs is only how they lock.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol
from uuid import UUID

from registry.store.command_result import CommandResult

StreamVersion = tuple[UUID, int]


class Head(NamedTuple):
    """The store's end: the last position given (0 in an empty store), and its `recorded_at` in microseconds (None there)."""

    position: int
    recorded_at_us: int | None


class Row(NamedTuple):
    """One event as it is stored."""

    position: int
    originator_id: UUID
    originator_version: int
    event_type: str
    state: bytes
    recorded_at_us: int


class Before(NamedTuple):
    """What a write depends on: the head, the state at each asked-for place (None where nothing is), a command's old result."""

    head: Head
    states: Sequence[bytes | None]
    command: CommandResult | None


class WriteTransaction(Protocol):
    """Commits when the block ends, rolls back when it raises."""

    def read(self, places: Sequence[StreamVersion], command: CommandResult | None = None) -> Before:
        """The head, the stored states at these places, and what is stored under the command's actor and key."""
        ...

    def append(self, rows: Sequence[Row]) -> None:
        """Write the rows, whose positions follow the head's. Raises StreamConflict, or the block does when it ends."""
        ...

    def keep(self, command: CommandResult, recorded_at_us: int) -> None:
        """Write the result of a command that `read` did not find."""
        ...
