"""What the event store, the relay and the auditor need of a database, beyond the library's recorder.

Positions have no gaps on either database: they are given under the writer lock, from the head, so that a missing row shows.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, StoredEvent

from registry.store.command_result import CommandResult
from registry.store.continuity import FIRST_VERSION, places_before
from registry.store.errors import StreamGap
from registry.store.whole_write import Answer, WholeWrite
from registry.store.write_transaction import Head, Row, StreamVersion, WriteTransaction

RawRow = tuple[int, bytes, str, bytes, int]
"""position, stream id (16 bytes), event type, framed Avro, recorded_at in microseconds."""


class StoreRecorder(ApplicationRecorder, ABC):
    """A recorder that the event store writes through and the relay reads from."""

    first_version: int
    """The lowest version that a stream may begin with: 1, and 0 for the library's own test cases."""

    writes_at_once: ClassVar[bool] = False
    """Whether `write_at_once` spares a round trip."""

    def write_at_once(self, write: WholeWrite) -> Answer:
        """Store all of it or nothing. Raises StreamConflict, StoreBusy, StoreUnavailable, ConnectionLost."""
        raise NotImplementedError("this database is asked step by step")

    @abstractmethod
    def writing(self) -> AbstractContextManager[WriteTransaction]:
        """A write transaction. Raises StoreBusy, StoreUnavailable, ConnectionLost."""

    @abstractmethod
    def find_command_result(self, actor: str, key: str) -> CommandResult | None:
        """What was answered to an accepted command, or None."""

    @abstractmethod
    def select_states(
        self, originator_id: UUID, *, gt: int | None, lte: int | None, desc: bool, limit: int | None
    ) -> Sequence[bytes]:
        """The framed Avro of a stream's events, in order of version."""

    @abstractmethod
    def select_row(self, originator_id: UUID, originator_version: int) -> Row | None:
        """One stored event, or None."""

    @abstractmethod
    def select_raw(self, after_position: int, limit: int) -> list[RawRow]:
        """The stored events beyond a position, in order, at most `limit`; nothing is decoded."""

    @abstractmethod
    def select_rows(self, after_position: int, limit: int) -> list[Row]:
        """The same with their versions, for an auditor."""

    @abstractmethod
    def select_of_types(self, after_position: int, event_types: Sequence[str]) -> tuple[int, list[bytes]]:
        """The store's last position, and the framed Avro of the events of these types beyond `after_position`, in order."""

    @abstractmethod
    def existing(self, streams: Collection[UUID]) -> set[UUID]:
        """Those of these streams that have any event."""

    @abstractmethod
    def head(self) -> Head:
        """The store's end."""

    @abstractmethod
    def state_at(self, position: int) -> bytes | None:
        """The framed Avro at a position, or None."""

    @abstractmethod
    def create_table(self) -> None:
        """Make the tables, unless they are there."""

    @abstractmethod
    def close(self) -> None:
        """Give the connections back."""

    def insert_events(
        self, stored_events: Sequence[StoredEvent], *, recorded_at_us: int | None = None, **_: Any
    ) -> Sequence[int] | None:
        """Store events that are encoded and chained already (a restore, or the library's tests); others go through `put`.

        recorded_at_us defaults to the head's. Raises StreamConflict; StreamGap where a stream would have a hole.
        """
        if not stored_events:
            return None
        events = [(uuid_of(event.originator_id), event.originator_version) for event in stored_events]
        with self.writing() as transaction:
            head = self._check(transaction, events)
            stamp = recorded_at_us if recorded_at_us is not None else head.recorded_at_us or 0
            if head.recorded_at_us is not None and stamp < head.recorded_at_us:
                raise ValueError("recorded_at would decrease")
            rows = [
                Row(position, stream, version, event.topic, event.state, stamp)
                for position, (stream, version), event in zip(
                    range(head.position + 1, head.position + 1 + len(events)), events, stored_events, strict=True
                )
            ]
            transaction.append(rows)
        return [row.position for row in rows]

    def _check(self, transaction: WriteTransaction, events: Sequence[StreamVersion]) -> Head:
        """The head, once it is sure that no stream gets a hole."""
        filled, empty = self._places(events)
        before = transaction.read([*filled, *empty])
        states = dict(zip([*filled, *empty], before.states, strict=True))
        for place in filled:
            if states[place] is None:
                raise StreamGap(f"stream {place[0]}: version {place[1]} is not stored")
        for place in empty:
            if states[place] is not None:
                raise StreamGap(f"stream {place[0]} began with version {FIRST_VERSION}")
        return before.head

    def _places(self, events: Sequence[StreamVersion]) -> tuple[list[StreamVersion], list[StreamVersion]]:
        """The places that must be filled, and those that must be empty: a store for tests lets a stream begin with 0 or with 1.

        Raises StreamGap where the events themselves have a hole.
        """
        begun_at_zero = {stream for stream, version in events if version == 0} if self.first_version == 0 else set()
        for stream in begun_at_zero:
            versions = [version for other, version in events if other == stream]
            if versions != list(range(len(versions))):
                raise StreamGap(f"stream {stream}: versions {versions} do not follow")
        filled = places_before((stream, version) for stream, version in events if stream not in begun_at_zero)
        return filled, [(stream, FIRST_VERSION) for stream in begun_at_zero]


def uuid_of(stream: UUID | str) -> UUID:
    """A stream's id, which the library's own tests give as text."""
    return stream if isinstance(stream, UUID) else UUID(stream)
