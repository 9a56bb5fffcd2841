"""The event store in one SQLite file: the embedded default.

A write transaction begins with BEGIN IMMEDIATE: one that read first and wrote later would fail with "database is locked" as
soon as another process wrote in between. Positions are an AUTOINCREMENT `rowid`, which VACUUM and dump leave alone and which is
not given twice. Stream ids are kept as 16 bytes.
"""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final
from uuid import UUID

from eventsourcing.persistence import ConnectionPoolClosedError, ConnectionUnavailableError, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder

from registry.store.command_result import CommandResult
from registry.store.continuity import FIRST_VERSION
from registry.store.errors import StoreBusy, StoreMissing, StoreUnavailable, StreamConflict
from registry.store.recorder import RawRow, StoreRecorder
from registry.store.sqlite_connections import StoreConnection, StoreDatastore
from registry.store.write_transaction import Before, Head, Row, StreamVersion, WriteTransaction

EVENTS_TABLE: Final = "stored_events"
_PAUSE_S: Final = 0.01
_STREAMS_AT_ONCE: Final = 500
_INSERT = f"INSERT INTO {EVENTS_TABLE} VALUES (?,?,?,?,?,?)"
_HEAD = (
    f"SELECT (SELECT seq FROM sqlite_sequence WHERE name='{EVENTS_TABLE}'), recorded_at FROM {EVENTS_TABLE} "
    "ORDER BY rowid DESC LIMIT 1"
)
_STATE = f"SELECT state FROM {EVENTS_TABLE} WHERE originator_id=? AND originator_version=?"
_ROW = f"SELECT rowid, topic, state, recorded_at FROM {EVENTS_TABLE} WHERE originator_id=? AND originator_version=?"
_RAW = f"SELECT rowid, originator_id, topic, state, recorded_at FROM {EVENTS_TABLE} WHERE rowid>? ORDER BY rowid LIMIT ?"
_ROWS = (
    f"SELECT rowid, originator_id, originator_version, topic, state, recorded_at FROM {EVENTS_TABLE} "
    "WHERE rowid>? ORDER BY rowid LIMIT ?"
)
_COMMAND = "SELECT request_digest, status, body FROM command_result WHERE actor=? AND key=?"
_INSERT_COMMAND = "INSERT INTO command_result VALUES (?,?,?,?,?,?)"


class _WriteTransaction:
    """One write transaction on a connection that holds SQLite's writer lock."""

    __slots__ = ("_connection",)

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def read(self, places: Sequence[StreamVersion], command: CommandResult | None = None) -> Before:
        execute = self._connection.execute
        states = []
        for stream, version in places:
            row = execute(_STATE, (stream.bytes, version)).fetchone()
            states.append(None if row is None else row[0])
        stored = None if command is None else _find_command(self._connection, command.actor, command.key)
        return Before(_read_head(self._connection), states, stored)

    def append(self, rows: Sequence[Row]) -> None:
        try:
            self._connection.executemany(
                _INSERT,
                [(p, stream.bytes, version, kind, state, at) for p, stream, version, kind, state, at in rows],
            )
        except sqlite3.IntegrityError as error:
            raise StreamConflict(str(error)) from error

    def keep(self, command: CommandResult, recorded_at_us: int) -> None:
        self._connection.execute(
            _INSERT_COMMAND,
            (command.actor, command.key, command.request_digest, command.status, command.body, recorded_at_us),
        )


class SQLiteStoreRecorder(StoreRecorder, SQLiteApplicationRecorder):
    """Events and command results in one file. Threads share it through the library's pool; so do processes, through SQLite.

    lock_timeout_s: how long a writer waits for another one; first_version: see StoreRecorder.
    """

    def __init__(self, path: Path, *, lock_timeout_s: int = 10, pool_size: int = 8, first_version: int = FIRST_VERSION) -> None:
        self.path = path
        self.first_version = first_version
        self._lock_timeout_s = lock_timeout_s
        super().__init__(StoreDatastore(path, lock_timeout_s, pool_size), EVENTS_TABLE)

    def construct_create_table_statements(self) -> list[str]:
        return [
            f"CREATE TABLE IF NOT EXISTS {EVENTS_TABLE} ("
            "rowid INTEGER PRIMARY KEY AUTOINCREMENT, "
            "originator_id BLOB NOT NULL, "
            f"originator_version INTEGER NOT NULL CHECK (originator_version >= {self.first_version}), "
            "topic TEXT NOT NULL, "
            "state BLOB NOT NULL, "
            "recorded_at INTEGER NOT NULL, "
            "UNIQUE (originator_id, originator_version))",
            "CREATE TABLE IF NOT EXISTS command_result ("
            "actor TEXT NOT NULL, key TEXT NOT NULL, request_digest BLOB NOT NULL, "
            "status INTEGER NOT NULL, body BLOB NOT NULL, recorded_at INTEGER NOT NULL, "
            "PRIMARY KEY (actor, key)) WITHOUT ROWID",
        ]

    def create_table(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch()
        with self._reading() as connection:
            self._log_ahead(connection)
        with self._immediate() as connection:
            for statement in self.create_table_statements:
                connection.execute(statement)

    def _log_ahead(self, connection: sqlite3.Connection) -> None:
        """Several processes may do so at once; for this one lock SQLite does not wait by itself."""
        give_up = monotonic() + self._lock_timeout_s
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() >= give_up:
                    raise
            sleep(_PAUSE_S)

    def close(self) -> None:
        self.datastore.close()

    @contextmanager
    def writing(self) -> Iterator[WriteTransaction]:
        with self._immediate() as connection:
            yield _WriteTransaction(connection)

    def find_command_result(self, actor: str, key: str) -> CommandResult | None:
        with self._reading() as connection:
            return _find_command(connection, actor, key)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        statement, values = _stream_query("originator_version, topic, state", originator_id, gt, lte, desc, limit)
        with self._reading() as connection:
            found = connection.execute(statement, values).fetchall()
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
        statement, values = _stream_query("state", originator_id, gt, lte, desc, limit)
        with self._reading() as connection:
            return [row[0] for row in connection.execute(statement, values)]

    def select_row(self, originator_id: UUID, originator_version: int) -> Row | None:
        with self._reading() as connection:
            found = connection.execute(_ROW, (originator_id.bytes, originator_version)).fetchone()
        if found is None:
            return None
        position, event_type, state, recorded_at_us = found
        return Row(position, originator_id, originator_version, event_type, state, recorded_at_us)

    def select_raw(self, after_position: int, limit: int) -> list[RawRow]:
        with self._reading() as connection:
            cursor = connection.cursor()
            cursor.row_factory = None
            return cursor.execute(_RAW, (after_position, limit)).fetchall()

    def select_rows(self, after_position: int, limit: int) -> list[Row]:
        with self._reading() as connection:
            found = connection.execute(_ROWS, (after_position, limit)).fetchall()
        return [Row(position, UUID(bytes=stream), *values) for position, stream, *values in found]

    def select_of_types(self, after_position: int, event_types: Sequence[str]) -> tuple[int, list[bytes]]:
        with self._reading() as connection:
            last = _read_head(connection).position
            marks = ",".join("?" * len(event_types))
            rows = connection.execute(
                f"SELECT state FROM {EVENTS_TABLE} WHERE rowid>? AND rowid<=? AND topic IN ({marks}) ORDER BY rowid",
                (after_position, last, *event_types),
            )
            return last, [row[0] for row in rows]

    def existing(self, streams: Collection[UUID]) -> set[UUID]:
        found: set[UUID] = set()
        wanted = [stream.bytes for stream in streams]
        with self._reading() as connection:
            for start in range(0, len(wanted), _STREAMS_AT_ONCE):
                some = wanted[start : start + _STREAMS_AT_ONCE]
                marks = ",".join("?" * len(some))
                rows = connection.execute(
                    f"SELECT DISTINCT originator_id FROM {EVENTS_TABLE} WHERE originator_id IN ({marks})", some
                )
                found |= {UUID(bytes=row[0]) for row in rows}
        return found

    def head(self) -> Head:
        with self._reading() as connection:
            return _read_head(connection)

    def state_at(self, position: int) -> bytes | None:
        with self._reading() as connection:
            row = connection.execute(f"SELECT state FROM {EVENTS_TABLE} WHERE rowid=?", (position,)).fetchone()
        return None if row is None else row[0]

    def convert_originator_id(self, originator_id: Any) -> UUID:
        return UUID(bytes=originator_id)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._connection(is_writer=False) as connection:
            try:
                yield connection
            except sqlite3.DatabaseError as error:
                raise self._explained(error) from error

    @contextmanager
    def _immediate(self) -> Iterator[sqlite3.Connection]:
        with self._connection(is_writer=True) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    connection.rollback()
                    raise
            except sqlite3.DatabaseError as error:
                raise self._explained(error) from error

    @contextmanager
    def _connection(self, *, is_writer: bool) -> Iterator[sqlite3.Connection]:
        pool = self.datastore.pool
        try:
            connection = pool.get_connection(is_writer=is_writer)
        except ConnectionUnavailableError as error:
            raise StoreBusy(f"{self.path}: no connection came free in {self._lock_timeout_s} s") from error
        except ConnectionPoolClosedError as error:
            raise StoreUnavailable(f"{self.path}: the event store was closed") from error
        assert isinstance(connection, StoreConnection)
        try:
            yield connection.raw
        finally:
            pool.put_connection(connection)

    def _explained(self, error: sqlite3.DatabaseError) -> StoreUnavailable:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:  # what the driver itself says has none
            return StoreBusy(f"{self.path}: another writer held the store for {self._lock_timeout_s} s")
        if "no such table" in str(error):
            return StoreMissing(f"{self.path} holds no event store: create it first")
        return StoreUnavailable(f"{self.path}: {error}")


def _read_head(connection: sqlite3.Connection) -> Head:
    row = connection.execute(_HEAD).fetchone()
    return Head(0, None) if row is None else Head(row[0], row[1])


def _find_command(connection: sqlite3.Connection, actor: str, key: str) -> CommandResult | None:
    row = connection.execute(_COMMAND, (actor, key)).fetchone()
    return None if row is None else CommandResult(actor, key, *row)


def _stream_query(
    columns: str, stream: UUID | str, gt: int | None, lte: int | None, desc: bool, limit: int | None
) -> tuple[str, list[Any]]:
    statement = f"SELECT {columns} FROM {EVENTS_TABLE} WHERE originator_id=?"
    values: list[Any] = [(stream if isinstance(stream, UUID) else UUID(stream)).bytes]
    if gt is not None:
        statement += " AND originator_version>?"
        values.append(gt)
    if lte is not None:
        statement += " AND originator_version<=?"
        values.append(lte)
    statement += " ORDER BY originator_version DESC" if desc else " ORDER BY originator_version"
    if limit is not None:
        statement += " LIMIT ?"
        values.append(limit)
    return statement, values
