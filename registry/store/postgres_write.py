"""Writing on PostgreSQL: in one round trip where what is to be written is known before the lock is held, else in two.

An advisory lock makes writers take turns. A lock on the table would do too, but stand in the way of VACUUM. In one round trip a
function of the database (`append_stored_events.sql`) takes the lock, checks order, continuity and the command, and writes: nobody
holds the lock while bytes travel or this process thinks. In two, the lock is asked for in a statement of its own: what the
statements after it see is then what the writer before left. What is to be written is sent together with the commit, so that a
conflict shows at the end of the block.
"""

from collections.abc import Sequence
from typing import Any, Final, LiteralString

import psycopg

from registry.store.command_result import CommandResult
from registry.store.postgres_line import Connection
from registry.store.whole_write import Answer, Elsewhere, Older, Repeated, Stored, WholeWrite
from registry.store.write_transaction import Before, Head, Row, StreamVersion

_WRITERS: Final = 0x7265676973747279 & ~0xFFFFFFFF
"""Distinguishes our lock from other programs'; the table's number is added, so that each store has its own."""

_BEGIN: Final = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
_LOCK: Final = "SELECT pg_advisory_xact_lock(%b::bigint + 'stored_events'::regclass::oid::bigint)"
HEAD: Final = "SELECT position, recorded_at FROM stored_events ORDER BY position DESC LIMIT 1"
# A subquery per place, not a join: the planner may not decide to read the whole table.
_STATES: Final = (
    "SELECT (SELECT state FROM stored_events WHERE originator_id = place.stream AND originator_version = place.version) "
    "FROM unnest(%b::uuid[], %b::bigint[]) WITH ORDINALITY AS place (stream, version, number) ORDER BY number"
)
COMMAND: Final = "SELECT request_digest, status, body FROM command_result WHERE actor = %b AND key = %b"
_INSERT: Final = (
    "INSERT INTO stored_events (position, originator_id, originator_version, topic, state, recorded_at) "
    "SELECT * FROM unnest(%b::bigint[], %b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::bigint[])"
)
_KEEP: Final = (
    "INSERT INTO command_result (actor, key, request_digest, status, body, recorded_at) VALUES (%b, %b, %b, %b, %b, %b)"
)
_APPEND: Final = (
    "SELECT outcome, head_position, head_recorded_at, kept_digest, kept_status, kept_body FROM append_stored_events("
    "%b::bigint, %b::bigint, %b::uuid[], %b::bigint[], %b::bytea[], %b::uuid[], %b::bigint[], %b::text[], %b::bytea[], "
    "%b::text, %b::text, %b::bytea, %b::integer, %b::bytea)"
)


class PostgresWriteTransaction:
    """See WriteTransaction; whoever opens it commits it. Statements wait until an answer is needed."""

    __slots__ = ("_connection", "_waiting")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: list[tuple[LiteralString, Sequence[Any]]] = [(_BEGIN, ()), (_LOCK, (_WRITERS,))]

    def read(self, places: Sequence[StreamVersion], command: CommandResult | None = None) -> Before:
        with self._connection.pipeline():
            self._send()
            head = self._ask(HEAD)
            streams, versions = [stream for stream, _ in places], [version for _, version in places]
            states = self._ask(_STATES, (streams, versions)) if places else None
            kept = self._ask(COMMAND, (command.actor, command.key)) if command is not None else None
        found = kept.fetchone() if kept is not None else None
        return Before(
            head_of(head.fetchone()),
            [state for (state,) in states] if states is not None else [],
            CommandResult(command.actor, command.key, *found) if command is not None and found is not None else None,
        )

    def append(self, rows: Sequence[Row]) -> None:
        if rows:
            self._waiting.append((_INSERT, [list(column) for column in zip(*rows, strict=True)]))

    def keep(self, command: CommandResult, recorded_at_us: int) -> None:
        self._waiting.append(
            (_KEEP, (command.actor, command.key, command.request_digest, command.status, command.body, recorded_at_us))
        )

    def commit(self) -> None:
        """Send what waits, and end the transaction."""
        with self._connection.pipeline():
            self._send()
            self._connection.execute("COMMIT")

    def _send(self) -> None:
        for statement, values in self._waiting:
            self._connection.execute(statement, values, prepare=True)
        self._waiting.clear()

    def _ask(self, statement: LiteralString, values: Sequence[Any] = ()) -> psycopg.Cursor[tuple[Any, ...]]:
        return self._connection.execute(statement, values, prepare=True, binary=True)


def write_at_once(connection: Connection, write: WholeWrite) -> Answer:
    """Store all of it, or say why not. Durable on return. Raises psycopg.Error."""
    streams, versions, types, states = ([row[i] for row in write.rows] for i in range(4))
    places, at = [stream for stream, _ in write.places], [version for _, version in write.places]
    command = write.command
    kept = (command.actor, command.key, command.request_digest, command.status, command.body) if command else (None,) * 5
    values = (_WRITERS, write.recorded_at_us, places, at, list(write.links), streams, versions, types, states, *kept)
    found = connection.execute(_APPEND, values, prepare=True, binary=True).fetchone()
    assert found is not None, "a function answers"
    outcome, position, recorded_at_us, *result = found
    match outcome:
        case "STORED":
            return Stored(position + 1)
        case "OLDER":
            return Older(recorded_at_us)
        case "REPEATED":
            assert command is not None, "only a command is repeated"
            return Repeated(CommandResult(command.actor, command.key, *result))
    return Elsewhere()


def head_of(row: tuple[Any, ...] | None) -> Head:
    """The store's end, as `HEAD` found it."""
    return Head(0, None) if row is None else Head(row[0], row[1])
