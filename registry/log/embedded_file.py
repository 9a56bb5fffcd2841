"""The embedded log's file: how it is opened, locked and let go, for producers and consumers alike.

SQLite in WAL mode with synchronous=FULL: what is committed survives a power cut, readers never wait, and
writers of all processes queue for one lock, for `busy_timeout_s` at most.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from schemas.embedded_log import APPLICATION_ID, DDL, FORMAT_VERSION
from schemas.log_errors import LogDamaged, LogUnavailable

BUSY_TIMEOUT_S = 10.0

# Rows have about 600 bytes: on 8 KiB pages they lie closer and are read a third faster than on 4 KiB.
_PAGE_SIZE = 8192
# A relay's batch is about 3 MB. At 16 MiB of WAL each hot page is copied back once for several batches.
_CHECKPOINT_PAGES = 2048
_WAL_BYTES_KEPT = 64 * 1024 * 1024


class EmbeddedLogFile:
    """One connection to the log's file, for one thread at a time.

    Raises LogUnavailable where there is no file, or it stays locked, full or unreadable; LogDamaged where it
    is something else than a log of this format.
    """

    def __init__(self, path: Path, busy_timeout_s: float = BUSY_TIMEOUT_S, *, create: bool = False) -> None:
        self.path = path
        self._busy_timeout_s = busy_timeout_s
        with self._sqlite_errors():
            self.connection = sqlite3.connect(
                f"file:{quote(str(path.absolute()))}?mode={'rwc' if create else 'rw'}",
                uri=True,
                timeout=busy_timeout_s,
                isolation_level=None,
                check_same_thread=False,
            )
        try:
            with self._sqlite_errors():
                self._prepare(create)
        except BaseException:
            self.connection.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One snapshot of the log."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction with the write lock from its start; durable when the block is left."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def data_version(self) -> int:
        """A number that changes when another connection has committed something."""
        with self._sqlite_errors():
            version: int = self.connection.execute("PRAGMA data_version").fetchone()[0]
            return version

    def close(self) -> None:
        self.connection.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._sqlite_errors():
            self.connection.execute(begin)
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _sqlite_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                reason = f"locked by another process for more than {self._busy_timeout_s:g} s"
            else:
                reason = str(error)
            raise LogUnavailable(f"log file {self.path}: {reason}") from error
        except sqlite3.ProgrammingError:
            raise  # our own mistake, such as use after close
        except sqlite3.DatabaseError as error:
            raise LogDamaged(f"log file {self.path}: {error}") from error

    def _prepare(self, create: bool) -> None:
        run = self.connection.execute
        if create:
            run(f"PRAGMA page_size = {_PAGE_SIZE}")
            self._switch_to_wal()
        run("PRAGMA synchronous = FULL")
        run(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        run(f"PRAGMA journal_size_limit = {_WAL_BYTES_KEPT}")
        if create:
            self._create_tables()
        self._check_format()

    def _switch_to_wal(self) -> None:
        # SQLite does not wait for others here, it fails at once: several processes may be creating the log.
        deadline = time.monotonic() + self._busy_timeout_s
        while True:
            try:
                self.connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            else:
                return

    def _create_tables(self) -> None:
        with self.writing() as connection:
            if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] > 0:
                return  # the log is there, or the check of the format will say what is
            for statement in DDL.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {FORMAT_VERSION}")

    def _check_format(self) -> None:
        with self.reading() as connection:
            application: int = connection.execute("PRAGMA application_id").fetchone()[0]
            version: int = connection.execute("PRAGMA user_version").fetchone()[0]
            tables: int = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if tables == 0:
            raise LogUnavailable(f"log file {self.path}: empty, its topics were not created yet")
        if application != APPLICATION_ID:
            raise LogDamaged(f"log file {self.path}: a database, but not a log")
        if version != FORMAT_VERSION:
            raise LogDamaged(f"log file {self.path}: format {version}, this program reads {FORMAT_VERSION}")
