"""The one door into the log: stamps, chains and encodes a save within the transaction that stores it.

Stamped before the lock, events of several writers would be recorded out of order; chained to a remembered hash, links would
break. So `put` opens the write transaction first. All events of one save share one `recorded_at`, which never decreases in
store order. The event objects learn their stamp and hash after the commit; after a failure they are as they were.

Over a network both trips of that transaction cost more than all else. There a write goes in one, stamped and chained by what was
last seen of store and streams; the database refuses it where that is out of date, and then the long way is taken.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import EventStore, Notification, Recording

from registry.store.command_result import CommandResult
from registry.store.continuity import FIRST_VERSION, places_before, previous_states
from registry.store.errors import CommandReplayed, ConnectionLost, IdempotencyMismatch, StreamConflict
from registry.store.instant import from_micros, to_micros
from registry.store.links import Links
from registry.store.mapper import AvroMapper
from registry.store.period_closer import PeriodCloser
from registry.store.period_watch import PeriodWatch
from registry.store.recorder import StoreRecorder
from registry.store.whole_write import NewRow, Older, Repeated, Stored, WholeWrite
from registry.store.write_transaction import Row, StreamVersion, WriteTransaction
from schemas.clock import Clock
from schemas.codec import event_id_of

NO_HASH: Final = bytes(32)
"""The previous hash of a stream's first event."""

_ATTEMPTS: Final = 3


@dataclass(slots=True)
class _Saved:
    """A save in the making: its rows and the hash that each was chained to."""

    rows: list[Row]
    previous_hashes: list[bytes]


class RegistryEventStore(EventStore[UUID]):
    """Stores and retrieves events through a recorder's write transaction."""

    mapper: AvroMapper

    def __init__(self, mapper: AvroMapper, recorder: StoreRecorder, clock: Clock, closer: PeriodCloser | None = None) -> None:
        if recorder.first_version != FIRST_VERSION:
            raise ValueError(f"streams of the registry begin with version {FIRST_VERSION}")
        super().__init__(mapper, recorder)
        self.recorder: StoreRecorder = recorder
        self._clock = clock
        self._periods = PeriodWatch(closer)
        self._links = Links() if recorder.writes_at_once else None

    def put(
        self,
        domain_events: Sequence[DomainEventProtocol[UUID]],
        *,
        command: CommandResult | None = None,
        **_: Any,
    ) -> list[Recording[UUID]]:
        """Store all of these events, and the result of the command that they follow from, or nothing.

        Periods that ended since the last save are closed first, in the same transaction. Raises StreamConflict,
        CommandReplayed, IdempotencyMismatch, StoreBusy, StoreUnavailable; Unencodable and SchemaUnknown for a bad event.
        """
        if not domain_events and command is None:
            return []
        lost: ConnectionLost | None = None
        for _attempt in range(_ATTEMPTS):
            try:
                return self._put(domain_events, command)
            except ConnectionLost as error:
                lost = error
                if (found := self._found(domain_events, command)) is not None:
                    return found
            except (StreamConflict, CommandReplayed):
                # The server may have been committing still when the look-up found nothing: then the write met itself.
                if lost is None or (found := self._found(domain_events, command)) is None:
                    raise
                return found
        assert lost is not None
        raise lost

    def close_periods(self) -> list[Recording[UUID]]:
        """Close what ended by now, although nothing else is to be saved. Raises StoreBusy, StoreUnavailable."""
        if not self._periods.may_be_due(to_micros(self._clock.now())):
            return []
        with self.recorder.writing() as transaction:
            head = transaction.read(()).head
            now_us = max(to_micros(self._clock.now()), head.recorded_at_us or 0)
            closing = self._periods.due(head.recorded_at_us, now_us)
            saved = self._append(transaction, closing, {}, head.position, now_us)
        self._periods.recorded(now_us)
        return self._committed(closing, saved, now_us)

    def get(
        self,
        originator_id: UUID,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Iterator[Any]:
        """The events of a stream, oldest first unless `desc`, decoded one at a time. Raises MapperDeserialisationError."""
        states = self.recorder.select_states(originator_id, gt=gt, lte=lte, desc=desc, limit=limit)
        if self._links is not None and states and lte is None and limit is None and not desc:
            self._links.remember({originator_id: states[-1]})
        return map(self.mapper.event_of, states)

    def events_of_types(self, after_position: int, event_types: Sequence[str]) -> tuple[int, list[Any]]:
        """The store's last position, and the events of these types beyond `after_position`, in order; reads all of that span."""
        position, states = self.recorder.select_of_types(after_position, event_types)
        return position, [self.mapper.event_of(state) for state in states]

    def find_command_result(self, actor: str, key: str) -> CommandResult | None:
        """What was answered to an accepted command, or None."""
        return self.recorder.find_command_result(actor, key)

    def close(self) -> None:
        """Give the database's connections back."""
        self.recorder.close()

    def _put(self, events: Sequence[Any], command: CommandResult | None) -> list[Recording[UUID]]:
        places = places_before((event.originator_id, event.originator_version) for event in events)
        known = None if self._links is None else self._links.states_at(places)
        stored = None if known is None else self._put_at_once(events, places, known, command)
        return self._put_in_steps(events, places, command) if stored is None else stored

    def _put_at_once(
        self, events: Sequence[Any], places: Sequence[StreamVersion], known: Sequence[bytes], command: CommandResult | None
    ) -> list[Recording[UUID]] | None:
        """By what is known of the streams; None where that is not what is stored, and where a period may have ended."""
        previous = previous_states(places, known)
        links = [sha256(state).digest() for state in known]
        now_us = to_micros(self._clock.now())
        for _attempt in range(_ATTEMPTS):
            if events and self._periods.may_be_due(now_us):
                return None
            saved = self._encoded(events, previous, 0, now_us)
            rows = [NewRow(*row[1:-1]) for row in saved.rows]
            answer = self.recorder.write_at_once(WholeWrite(rows, places, links, now_us, command))
            match answer:
                case Stored():
                    placed = [row._replace(position=answer.first_position + i) for i, row in enumerate(saved.rows)]
                    return self._committed(events, _Saved(placed, saved.previous_hashes), now_us)
                case Repeated() if command is not None:
                    _refuse_repetition(answer.result, command)
                case Older():
                    now_us = max(to_micros(self._clock.now()), answer.head_us)
                case _:
                    return None
        return None

    def _put_in_steps(
        self, events: Sequence[Any], places: Sequence[StreamVersion], command: CommandResult | None
    ) -> list[Recording[UUID]]:
        with self.recorder.writing() as transaction:
            before = transaction.read(places, command)
            if before.command is not None and command is not None:
                _refuse_repetition(before.command, command)
            previous = previous_states(places, before.states)
            now_us = max(to_micros(self._clock.now()), before.head.recorded_at_us or 0)
            position = before.head.position
            closing = self._periods.due(before.head.recorded_at_us, now_us) if events else ()
            if closing:
                position = self._append(transaction, closing, {}, position, now_us).rows[-1].position
            saved = self._append(transaction, events, previous, position, now_us)
            if command is not None:
                transaction.keep(command, now_us)
        if events:
            self._periods.recorded(now_us)
        return self._committed(events, saved, now_us)

    def _append(
        self,
        transaction: WriteTransaction,
        events: Sequence[Any],
        previous: Mapping[UUID, bytes],
        position: int,
        now_us: int,
    ) -> _Saved:
        saved = self._encoded(events, previous, position, now_us)
        transaction.append(saved.rows)
        return saved

    def _encoded(self, events: Sequence[Any], previous: Mapping[UUID, bytes], position: int, now_us: int) -> _Saved:
        """The events as recorded now behind that position, each chained to the one before it in its stream."""
        encode = self.mapper.encode
        last = dict(previous)
        rows: list[Row] = []
        hashes: list[bytes] = []
        for place, event in enumerate(events, position + 1):
            stream = event.originator_id
            before = last.get(stream)
            previous_hash = NO_HASH if before is None else sha256(before).digest()
            event_type, state = encode(event, now_us, previous_hash)
            last[stream] = state
            rows.append(Row(place, stream, event.originator_version, event_type, state, now_us))
            hashes.append(previous_hash)
        return _Saved(rows, hashes)

    def _committed(self, events: Sequence[Any], saved: _Saved, now_us: int) -> list[Recording[UUID]]:
        """Tell the event objects their stamp and hash, and the caller their positions."""
        if self._links is not None:
            self._links.remember({row.originator_id: row.state for row in saved.rows})
        now = from_micros(now_us)
        recordings = []
        for event, row, previous_hash in zip(events, saved.rows, saved.previous_hashes, strict=True):
            known = event.__dict__  # events are frozen for everybody else
            known["timestamp"] = now
            known["previous_hash"] = previous_hash
            recordings.append(
                Recording(event, Notification(row.originator_id, row.originator_version, row.event_type, row.state, row.position))
            )
        return recordings

    def _found(self, events: Sequence[Any], command: CommandResult | None) -> list[Recording[UUID]] | None:
        """What this very write stored, if it did: asked after a connection broke during the commit."""
        if not events:
            assert command is not None
            return [] if self.find_command_result(command.actor, command.key) == command else None
        first = self.recorder.select_row(events[0].originator_id, events[0].originator_version)
        if first is None or event_id_of(first.state) != events[0].event_id.bytes:
            return None
        return self._recordings_of_stored(events)

    def _recordings_of_stored(self, events: Sequence[Any]) -> list[Recording[UUID]]:
        rows = []
        hashes = []
        for event in events:
            row = self.recorder.select_row(event.originator_id, event.originator_version)
            assert row is not None, "a save is stored whole or not at all"
            rows.append(row)
            hashes.append(self.mapper.event_of(row.state).previous_hash)
        return self._committed(events, _Saved(rows, hashes), rows[0].recorded_at_us)


def _refuse_repetition(stored: CommandResult, command: CommandResult) -> None:
    if stored.request_digest != command.request_digest:
        raise IdempotencyMismatch(command.key)
    raise CommandReplayed(stored)
