"""Connections to PostgreSQL that are lost sooner or later, and its errors in the event store's words.

The library's own recorder tries again by itself whatever fails, ten times, also around a commit whose answer was lost; so ours
stands on the driver itself. A read over a broken connection is simply repeated; a write is not: see `ConnectionLost`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Lock
from time import monotonic, sleep
from typing import Any, Final, LiteralString, cast

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import LockNotAvailable, UndefinedTable
from psycopg.pq import TransactionStatus
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import Pool, QueuePool

from registry.store.errors import ConnectionLost, StoreBusy, StoreMissing, StoreUnavailable, StreamConflict

Connection = psycopg.Connection[tuple[Any, ...]]

RETURN_S: Final = 5.0
"""How long a server may be away before whoever needs it is told."""
_PAUSE_S: Final = 0.1
# A line cut without a word is noticed in a minute, also while a commit's answer is awaited; the address may say otherwise.
_DEFAULTS: Final[dict[str, str | int]] = {
    "application_name": "registry",
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
# The server ended the session: shutdown, crash, start-up; or it was idle in a transaction for too long.
_SESSION_ENDED: Final = frozenset({"57P01", "57P02", "57P03", "57P05", "25P03", "25P04"})


class _IdBytes(psycopg.adapt.Loader):
    """A uuid as its 16 bytes: the relay moves ids by the thousand, and needs no objects."""

    format = psycopg.pq.Format.BINARY

    def load(self, data: psycopg.abc.Buffer) -> bytes:
        return bytes(data)


class Connections:
    """The connections of one process to one database; threads share them. Every error is one of the event store's.

    url: as libpq takes it; wait_s: how long to wait for a free connection. Where a server that was there is away, it is tried for
    RETURN_S: a restart takes a moment, and nobody needs to hear of it.
    """

    def __init__(self, url: str, wait_s: float, pool_size: int) -> None:
        given = conninfo_to_dict(url)
        self._conninfo = make_conninfo("", **_DEFAULTS | {name: value for name, value in given.items() if value is not None})
        self._wait_s = wait_s
        self.where = f"postgresql://{given.get('host', '')}/{given.get('dbname', '')}"
        """The address without user and password."""
        self._was_reached = False
        self._is_closed = False
        self._changing = Lock()
        # SQLAlchemy's pool connects in the thread that asks, which so hears why it cannot; the driver's own connects behind the
        # scenes, pauses longer with each failure, and then only says that nothing came.
        self._pool = QueuePool(cast(Any, self._connect), pool_size, 0, wait_s, reset_on_return=None)

    def rows(self, statement: LiteralString, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What one statement finds. Over a broken connection it is asked again once."""
        try:
            return self._rows(statement, values)
        except ConnectionLost:
            return self._rows(statement, values)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection for one transaction, which is rolled back unless it was committed when the block ends."""
        with self._connection() as connection:
            try:
                yield connection
            except psycopg.Error as error:
                raise self._named(error, connection) from error
            finally:
                with suppress(psycopg.Error):
                    connection.rollback()

    def close(self) -> None:
        """Give the connections back. A second call does nothing."""
        self._is_closed = True
        self._pool.dispose()

    def _rows(self, statement: LiteralString, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        with self._connection() as connection:
            try:
                return connection.execute(statement, values, prepare=True, binary=True).fetchall()
            except psycopg.Error as error:
                raise self._named(error, connection) from error

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        if self._is_closed:
            raise StoreUnavailable(f"{self.where}: the event store was closed")
        pool = self._pool
        try:
            held = pool.connect()
        except PoolTimeout as error:
            raise StoreBusy(f"{self.where}: no connection came free in {self._wait_s:g} s") from error
        connection: Any = held.dbapi_connection
        try:
            yield connection
        except ConnectionLost:
            self._begin_anew(pool)
            raise
        finally:
            if pool is self._pool and not self._is_closed and connection.info.transaction_status == TransactionStatus.IDLE:
                held.close()
            else:
                held.invalidate()

    def _begin_anew(self, broken: Pool) -> None:
        """What broke one connection broke the idle ones too."""
        with self._changing:
            if self._pool is broken:
                self._pool = broken.recreate()
                broken.dispose()

    def _connect(self) -> Connection:
        give_up = monotonic() + RETURN_S if self._was_reached else 0.0
        while True:
            try:
                connection = psycopg.connect(self._conninfo, autocommit=True)
            except psycopg.Error as error:
                if monotonic() >= give_up:
                    raise StoreUnavailable(f"{self.where}: {_said(error)}") from error
                sleep(_PAUSE_S)
            else:
                connection.adapters.register_loader("uuid", _IdBytes)
                self._was_reached = True
                return connection

    def _named(self, error: psycopg.Error, connection: Connection) -> Exception:
        if connection.closed or error.sqlstate in _SESSION_ENDED:
            return ConnectionLost(f"{self.where}: the connection broke: {_said(error)}")
        match error:
            case psycopg.IntegrityError():
                return StreamConflict(_said(error))
            case LockNotAvailable():
                return StoreBusy(f"{self.where}: another writer held the store for {self._wait_s:g} s")
            case UndefinedTable():
                return StoreMissing(f"{self.where} holds no event store: create it first")
        return StoreUnavailable(f"{self.where}: {_said(error)}")


def _said(error: psycopg.Error) -> str:
    """The first line: the rest of it shows statements and values."""
    return error.diag.message_primary or str(error).partition("\n")[0]
