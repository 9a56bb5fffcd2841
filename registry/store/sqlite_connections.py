"""Connections to one SQLite file: durable, patient, and never closed under somebody's hands."""

import sqlite3
from pathlib import Path

from eventsourcing.sqlite import SQLiteConnection, SQLiteConnectionPool, SQLiteDatastore

from registry.store.errors import StoreMissing, StoreUnavailable


class StoreConnection(SQLiteConnection):
    """The library's connection, with its sqlite3 connection at hand."""

    def __init__(self, sqlite_conn: sqlite3.Connection, max_age: float | None) -> None:
        super().__init__(sqlite_conn=sqlite_conn, max_age=max_age)
        self.raw = sqlite_conn


class _Pool(SQLiteConnectionPool):
    """Connections that survive a power cut (WAL, synchronous FULL) and wait for their turn to write."""

    def close(self) -> None:
        """The library would close connections in use too, and a thread in the middle of a statement then crashes the process."""
        with self._put_condition:
            self._closed = True
            while self._pool:
                self._pool.popleft().close()

    def put_connection(self, conn: SQLiteConnection) -> None:
        with self._put_condition:
            if not self._closed:
                super().put_connection(conn)
                return
            conn.close()
            if conn.is_writer:
                self._writer_lock.release()

    def _create_connection(self) -> SQLiteConnection:
        if not Path(self.db_name).exists():  # or SQLite would make an empty file
            raise StoreMissing(f"there is no event store at {self.db_name}: create it first")
        try:
            raw = sqlite3.connect(self.db_name, timeout=self.lock_timeout or 0, isolation_level=None, check_same_thread=False)
            raw.execute("PRAGMA synchronous=FULL")
            raw.execute("PRAGMA cache_size=-16000")
        except sqlite3.Error as error:
            raise StoreUnavailable(f"{self.db_name}: {error}") from error
        raw.row_factory = sqlite3.Row
        return StoreConnection(raw, self.max_age)


class StoreDatastore(SQLiteDatastore):
    """The library's datastore over our pool."""

    def __init__(self, path: Path, lock_timeout_s: int, pool_size: int) -> None:
        super().__init__(":memory:")  # opens nothing: the pool that it makes is replaced by ours
        self.pool = _Pool(db_name=str(path), lock_timeout=lock_timeout_s, pool_size=pool_size, pool_timeout=lock_timeout_s)
