"""Connections to PostgreSQL that are lost sooner or later, and its errors in the event store's words.

The library's own recorder tries again by itself whatever fails, ten times, also around a commit whose answer was lost; so ours
stands on the driver's pool. A read over a broken connection is simply repeated; a write is not: see `ConnectionLost`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any, Final, LiteralString

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import LockNotAvailable, UndefinedTable
from psycopg_pool import ConnectionPool, PoolTimeout

from registry.store.errors import ConnectionLost, StoreBusy, StoreMissing, StoreUnavailable, StreamConflict

Connection = psycopg.Connection[tuple[Any, ...]]

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

    url: as libpq takes it; wait_s: how long to wait for a free connection, or for a server that is starting again.
    """

    def __init__(self, url: str, wait_s: float, pool_size: int) -> None:
        given = conninfo_to_dict(url)
        self._conninfo = make_conninfo("", **_DEFAULTS | {name: value for name, value in given.items() if value is not None})
        self._wait_s = wait_s
        self.where = f"postgresql://{given.get('host', '')}/{given.get('dbname', '')}"
        """The address without user and password."""
        self._lock = Lock()
        self._is_open = False
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            self._conninfo,
            min_size=1,
            max_size=pool_size,
            timeout=wait_s,
            kwargs={"autocommit": True},
            configure=lambda connection: connection.adapters.register_loader("uuid", _IdBytes),
            open=False,
        )

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
        self._pool.close()

    def _rows(self, statement: LiteralString, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        with self._connection() as connection:
            try:
                return connection.execute(statement, values, prepare=True, binary=True).fetchall()
            except psycopg.Error as error:
                raise self._named(error, connection) from error

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        self._open()
        try:
            connection = self._pool.getconn()
        except PoolTimeout as error:
            raise StoreUnavailable(
                f"{self.where}: no connection for {self._wait_s:g} s; the server is away, or all connections are in use"
            ) from error
        except psycopg.Error as error:
            raise StoreUnavailable(f"{self.where}: {_said(error)}") from error
        try:
            yield connection
        except ConnectionLost:
            connection.close()
            self._pool.check()  # what broke this connection broke the idle ones too
            raise
        finally:
            self._pool.putconn(connection)

    def _open(self) -> None:
        """The pool connects in the background and tells nobody why it cannot; so the first connection is made in sight."""
        if self._is_open:
            return
        with self._lock:
            try:
                psycopg.connect(self._conninfo).close()
                self._pool.open()
            except psycopg.Error as error:
                raise StoreUnavailable(f"{self.where}: {_said(error)}") from error
            self._is_open = True

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
