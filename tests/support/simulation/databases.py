"""Every SQLite database that a process of the simulation opens, with something befalling it at any boundary of a transaction.

It takes the place of `sqlite3.connect`, so that the code above is the real one and need not be known: reads, the begin of a
write, its commit and what comes after it are seen on each connection, whoever opened it and whatever for. A lock that another
process holds is waited for by standing still, a few turns long; the disk is full where SQLite itself says so.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.planted_faults import Crash
from tests.support.simulation.process import Harm, Life, Moment, Process, here

PATIENCE = 2
"""Turns for which a lock is waited for."""
_UNLIMITED = 0xFFFFFFFE
_connect = sqlite3.connect
_unlink = os.unlink
_sleep = time.sleep
_monotonic = time.monotonic


class Cut(sqlite3.OperationalError):
    """The connection to the database is gone, and with it the answer."""

    sqlite_errorcode = sqlite3.SQLITE_IOERR
    sqlite_errorname = "SQLITE_IOERR"

    def __init__(self) -> None:
        super().__init__("disk I/O error")


class WatchedCursor(sqlite3.Cursor):
    """A cursor that tells its connection what is done on it."""

    connection: "WatchedConnection"

    def execute(self, sql: str, parameters: Any = ()) -> "WatchedCursor":
        connection = self.connection
        word = sql[:12].lstrip()[:6].upper()
        if word == "BEGIN " or word == "BEGIN":
            connection.begin(sql)
        elif word == "COMMIT":
            connection.commit()
        elif word.startswith(("SELECT", "WITH")):
            connection.reads()
            super().execute(sql, parameters)
        elif word == "PRAGMA" and "busy_timeout" in sql:
            super().execute("SELECT 1")
        else:
            connection.changes(word)
            super().execute(sql, parameters)
        return self

    def executemany(self, sql: str, parameters: Any) -> "WatchedCursor":
        self.connection.changes("INSERT")
        super().executemany(sql, parameters)
        return self


class WatchedConnection(sqlite3.Connection):
    """One connection of one life of a process."""

    where = ""
    life: Life
    process: Process
    _begun = False
    _full = False
    _writes = False

    def cursor(self, factory: Any = WatchedCursor) -> Any:
        self.check()
        return super().cursor(factory)

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        return self.cursor().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any) -> Any:
        return self.cursor().executemany(sql, parameters)

    def check(self) -> None:
        """Nothing is done for the dead."""
        if self.life.dead:
            if here() is self.process and self.process.life is self.life:
                raise Crash
            raise sqlite3.ProgrammingError("of a process that was killed")

    def changes(self, word: str) -> None:
        """A statement that begins with this word is about to be executed."""
        self.check()
        if word in ("INSERT", "UPDATE", "DELETE", "CREATE", "DROP"):
            self._writes = True

    def reads(self) -> None:
        """Something is about to be read: the first time in its transaction, something may happen."""
        if self._begun or not self.in_transaction:
            self.meets(Moment.READ)
        self._begun = False

    def meets(self, moment: Moment) -> Harm | None:
        """Come to a moment, on this database. Raises Cut where the connection is lost there."""
        self.check()
        harm = self.process.meets(self.where, moment)
        if harm is Harm.CUT:
            raise Cut
        return harm

    def begin(self, sql: str) -> None:
        """Begin a transaction; one that writes waits for the lock."""
        self.check()
        self._writes = "IMMEDIATE" in sql
        if not self._writes:
            super().cursor().execute(sql)
            self._begun = True
            return
        harm = self.meets(Moment.BEGIN)
        for left in reversed(range(PATIENCE + 1)):
            try:
                super().cursor().execute(sql)
                break
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or not left:
                    raise
                self.process.wait()
                self.check()
        if harm is Harm.FULL:
            self._limit(super().cursor().execute("PRAGMA page_count").fetchone()[0])

    def commit(self) -> None:
        if self._writes and self.in_transaction:
            self.meets(Moment.COMMIT)
        self.check()
        super().commit()
        if self._writes:
            self._writes = False
            self._limit(None)
            self.meets(Moment.COMMITTED)

    def rollback(self) -> None:
        self.check()
        super().rollback()
        self._writes = False
        self._limit(None)

    def close(self) -> None:
        if not self.life.dead:
            super().close()
            self.life.connections = [other for other in self.life.connections if other is not self]

    def end(self) -> None:
        """The process has died."""
        super().close()

    def _limit(self, pages: int | None) -> None:
        """Let the file not grow; pages None: as large as it likes."""
        if pages is None and not self._full:
            return
        self._full = pages is not None
        super().cursor().execute(f"PRAGMA max_page_count = {pages or _UNLIMITED}")


@contextmanager
def watched_databases(ticks: Callable[[], float]) -> Iterator[None]:
    """Whatever a process opens within the block is watched; whoever is no process of the simulation notices nothing.

    ticks: the clock that processes wait by; one that sleeps stands still until its next turn.
    """

    def monotonic() -> float:
        return _monotonic() if here() is None else ticks()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "monotonic", monotonic)
        patch.setattr(time, "sleep", _sleep_a_turn)
        for module in (sqlite3, sqlite3.dbapi2):
            patch.setattr(module, "connect", _connect_watched)
        patch.setattr(os, "unlink", _unlink_unless_dead)
        yield


def _connect_watched(database: Any, *args: Any, **options: Any) -> sqlite3.Connection:
    process = here()
    if process is None:
        return _connect(database, *args, **options)
    if process.life.dead:
        raise Crash
    own = {"factory": WatchedConnection, "timeout": 0, "check_same_thread": False}
    connection: WatchedConnection = _connect(database, *args, **options | own)  # type: ignore[assignment]
    connection.process, connection.life = process, process.life
    connection.where = Path(str(database).partition("?")[0]).stem.partition("-")[0]
    process.life.connections.append(connection)
    return connection


def _sleep_a_turn(seconds: float) -> None:
    process = here()
    if process is None:
        _sleep(seconds)
    else:
        process.wait()


def _unlink_unless_dead(path: Any, **options: Any) -> None:
    process = here()
    if process is not None and process.life.dead:
        raise Crash
    _unlink(path, **options)
