"""Connections to PostgreSQL that are lost sooner or later, and its errors in the event store's words.

The library's own recorder tries again by itself whatever fails, ten times, also around a commit whose answer was lost; so ours
stands on the driver itself. A read over a broken connection is simply repeated; a write is not: see `ConnectionLost`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any, Final, LiteralString, cast

import psycopg
from psycopg.errors import LockNotAvailable, UndefinedFunction, UndefinedTable
from psycopg.pq import TransactionStatus
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import Pool, QueuePool

from registry.store.errors import ConnectionLost, StoreBusy, StoreMissing, StoreUnavailable, StreamConflict
from registry.store.postgres_line import Connection, Line, said

# The server ended the session: shutdown, crash, start-up; or it was idle in a transaction for too long; or, after a failover, it
# is a standby now and takes no writes.
_SESSION_ENDED: Final = frozenset({"57P01", "57P02", "57P03", "57P05", "25P03", "25P04", "25006"})


class _IdBytes(psycopg.adapt.Loader):
    """A uuid as its 16 bytes: the relay moves ids by the thousand, and needs no objects."""

    format = psycopg.pq.Format.BINARY

    def load(self, data: psycopg.abc.Buffer) -> bytes:
        return bytes(data)


class Connections:
    """The connections of one process to one database; threads share them. Every error is one of the event store's.

    url: as libpq takes it; wait_s: how long to wait for a free connection, and for a lock.
    """

    def __init__(self, url: str, wait_s: float, pool_size: int) -> None:
        self._line = Line(url, wait_s)
        self._wait_s = wait_s
        self.where = self._line.where
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
        try:
            connection = self._line.connect(autocommit=True)
        except psycopg.Error as error:
            raise StoreUnavailable(f"{self.where}: {said(error)}") from error
        connection.adapters.register_loader("uuid", _IdBytes)
        return connection

    def _named(self, error: psycopg.Error, connection: Connection) -> Exception:
        if connection.closed or error.sqlstate in _SESSION_ENDED:
            return ConnectionLost(f"{self.where}: the connection broke: {said(error)}")
        match error:
            case psycopg.IntegrityError():
                return StreamConflict(said(error))
            case LockNotAvailable():
                return StoreBusy(f"{self.where}: another writer held the store for {self._wait_s:g} s")
            case UndefinedTable() | UndefinedFunction():
                return StoreMissing(f"{self.where} holds no event store: create it first")
        return StoreUnavailable(f"{self.where}: {said(error)}")
