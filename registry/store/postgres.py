"""The event store in PostgreSQL: for registers that have outgrown one file.

Positions are given by the writer who holds the lock, from the head: a sequence would burn some with every failure, and a missing
event could not be told from a number that was never used. Tables are made by `create_table` only, once, before processes start.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Final, LiteralString
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent, Subscription

from registry.store.command_result import CommandResult
from registry.store.continuity import FIRST_VERSION
from registry.store.errors import StreamGap
from registry.store.postgres_connections import Connections
from registry.store.postgres_write import COMMAND, HEAD, PostgresWriteTransaction, head_of, write_at_once
from registry.store.recorder import RawRow, StoreRecorder, uuid_of
from registry.store.whole_write import NOTHING, Answer, NewRow, Older, Stored, WholeWrite
from registry.store.write_transaction import Head, Row, WriteTransaction

APPEND_FILE: Final = Path(__file__).parent / "migrations" / "append_stored_events.sql"
"""The function that writes at once. A published one never changes: another one gets another name, and workers of both go on."""
_TABLES_LOCK: Final = 0x72656769_7374626C
_ROW: Final = "SELECT position, topic, state, recorded_at FROM stored_events WHERE originator_id = %b AND originator_version = %b"
_RAW: Final = (
    "SELECT position, originator_id, topic, state, recorded_at FROM stored_events WHERE position > %b ORDER BY position LIMIT %b"
)
_ROWS: Final = (
    "SELECT position, originator_id::text, originator_version, topic, state, recorded_at FROM stored_events "
    "WHERE position > %b ORDER BY position LIMIT %b"
)
# One statement, so that the last position and the events are of the same moment.
_OF_TYPES: Final = (
    "SELECT head.position, event.state FROM (SELECT coalesce(max(position), 0) AS position FROM stored_events) AS head "
    "LEFT JOIN stored_events AS event ON event.position > %b AND event.topic = ANY(%b) ORDER BY event.position"
)
_EXISTING: Final = "SELECT DISTINCT originator_id::text FROM stored_events WHERE originator_id = ANY(%b::uuid[])"
_STREAM: Final = "FROM stored_events WHERE originator_id = %b AND originator_version > %b AND originator_version <= %b"
_NOTIFICATIONS: Final = (
    "SELECT position, originator_id, originator_version, topic, state FROM stored_events "
    "WHERE position >= %b AND position <= %b AND (%b::text[] IS NULL OR topic = ANY(%b)) ORDER BY position LIMIT %b"
)
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


class PostgresStoreRecorder(StoreRecorder):
    """Events and command results in the database that the address names; threads share its connections.

    lock_timeout_s: how long a writer waits for another one, and for a connection; first_version: see StoreRecorder.
    """

    writes_at_once: ClassVar[bool] = True

    def __init__(self, url: str, *, lock_timeout_s: float = 10, pool_size: int = 8, first_version: int = FIRST_VERSION) -> None:
        self.first_version = first_version
        self._connections = Connections(url, lock_timeout_s, pool_size)

    def create_table(self) -> None:
        """Safe when several processes do it at once, and for a role that may not create what is there already."""
        with self._connections.writing() as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%b::bigint)", (_TABLES_LOCK,))
            if connection.execute("SELECT to_regclass('stored_events')").fetchone() == (None,):
                for statement in self._tables():
                    connection.execute(statement)

    def _tables(self) -> list[LiteralString]:
        version: LiteralString = "0" if self.first_version == 0 else "1"
        return [
            "CREATE TABLE stored_events ("
            "position bigint PRIMARY KEY, "
            "originator_id uuid NOT NULL, "
            f"originator_version bigint NOT NULL CHECK (originator_version >= {version}), "
            "topic text NOT NULL, "
            "state bytea NOT NULL, "
            "recorded_at bigint NOT NULL, "
            "UNIQUE (originator_id, originator_version))",
            "CREATE TABLE command_result ("
            "actor text NOT NULL, key text NOT NULL, request_digest bytea NOT NULL, "
            "status integer NOT NULL, body bytea NOT NULL, recorded_at bigint NOT NULL, "
            "PRIMARY KEY (actor, key))",
            APPEND_FILE.read_text("utf-8"),
        ]

    def close(self) -> None:
        self._connections.close()

    @contextmanager
    def writing(self) -> Iterator[WriteTransaction]:
        with self._connections.writing() as connection:
            transaction = PostgresWriteTransaction(connection)
            yield transaction
            transaction.commit()

    def write_at_once(self, write: WholeWrite) -> Answer:
        with self._connections.writing() as connection:
            return write_at_once(connection, write)

    def insert_events(
        self, stored_events: Sequence[StoredEvent], *, recorded_at_us: int | None = None, **_: Any
    ) -> Sequence[int] | None:
        if not stored_events:
            return None
        rows = [NewRow(uuid_of(e.originator_id), e.originator_version, e.topic, e.state) for e in stored_events]
        filled, empty = self._places([(row.originator_id, row.originator_version) for row in rows])
        links = [None] * len(filled) + [NOTHING] * len(empty)
        answer = self.write_at_once(WholeWrite(rows, [*filled, *empty], links, recorded_at_us))
        match answer:
            case Stored():
                return list(range(answer.first_position, answer.first_position + len(rows)))
            case Older():
                raise ValueError("recorded_at would decrease")
        raise StreamGap(f"a stream would have a hole before one of {len(rows)} events")

    def find_command_result(self, actor: str, key: str) -> CommandResult | None:
        found = self._connections.rows(COMMAND, (actor, key))
        return CommandResult(actor, key, *found[0]) if found else None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        stream = originator_id if isinstance(originator_id, UUID) else UUID(originator_id)
        found = self._stream("SELECT originator_version, topic, state ", stream, gt, lte, desc, limit)
        return [StoredEvent(originator_id, version, topic, state) for version, topic, state in found]

    def select_states(
        self,
        originator_id: UUID,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[bytes]:
        return [state for (state,) in self._stream("SELECT state ", originator_id, gt, lte, desc, limit)]

    def select_row(self, originator_id: UUID, originator_version: int) -> Row | None:
        for position, event_type, state, recorded_at_us in self._connections.rows(_ROW, (originator_id, originator_version)):
            return Row(position, originator_id, originator_version, event_type, state, recorded_at_us)
        return None

    def select_raw(self, after_position: int, limit: int) -> list[RawRow]:
        return self._connections.rows(_RAW, (after_position, limit))

    def select_rows(self, after_position: int, limit: int) -> list[Row]:
        found = self._connections.rows(_ROWS, (after_position, limit))
        return [Row(position, UUID(stream), *values) for position, stream, *values in found]

    def select_of_types(self, after_position: int, event_types: Sequence[str]) -> tuple[int, list[bytes]]:
        found = self._connections.rows(_OF_TYPES, (after_position, list(event_types)))
        return found[0][0], [state for _, state in found if state is not None]

    def existing(self, streams: Collection[UUID]) -> set[UUID]:
        asked = [str(stream) for stream in streams]
        return {UUID(stream) for (stream,) in self._connections.rows(_EXISTING, (asked,))}

    def head(self) -> Head:
        found = self._connections.rows(HEAD)
        return head_of(found[0] if found else None)

    def state_at(self, position: int) -> bytes | None:
        for (state,) in self._connections.rows("SELECT state FROM stored_events WHERE position = %b", (position,)):
            return bytes(state)
        return None

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        first = _LOWEST if start is None else start if inclusive_of_start else start + 1
        last = _HIGHEST if stop is None else stop
        types = list(topics) or None
        found = self._connections.rows(_NOTIFICATIONS, (first, last, types, types, limit))
        return [
            Notification(UUID(bytes=stream), version, topic, state, position) for position, stream, version, topic, state in found
        ]

    def max_notification_id(self) -> int | None:
        """The last position, None in an empty store."""
        return self.head().position or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[Any]:
        raise NotImplementedError("the relay polls: a notification that is lost would stop it without a word")

    def _stream(
        self, columns: LiteralString, stream: UUID, gt: int | None, lte: int | None, desc: bool, limit: int | None
    ) -> list[tuple[Any, ...]]:
        order: LiteralString = " ORDER BY originator_version DESC" if desc else " ORDER BY originator_version"
        after, until = (_LOWEST if gt is None else gt), (_HIGHEST if lte is None else lte)
        return self._connections.rows(columns + _STREAM + order + " LIMIT %b", (stream, after, until, limit))
