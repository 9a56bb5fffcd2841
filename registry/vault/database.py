"""The vault's own database: how it is opened, locked, and cleaned of what was erased.

One code path for both engines; what differs is here and nowhere else. Every transaction that writes has the lock from
its start on SQLite (BEGIN IMMEDIATE: a transaction that first reads and then writes cannot wait, it fails).
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError
from sqlalchemy.schema import CreateSchema

from registry.store.postgres_line import engine_on
from registry.vault.refusal import ErasureUnfinished, VaultUnavailable
from registry.vault.tables import SCHEMA, data_key, lookup_index, metadata, note, person, person_lookup

WAIT_S = 10.0
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "secure_delete=ON",
    # No file beside the vault's own: a statement's scratch pages hold rows too.
    "temp_store=MEMORY",
)
_LOG_LOCK = 0x7661756C746C6F67
_LOOKUPS_LOCK = 0x7661756C746C6B
_TABLES_LOCK = 0x7661756C74746162


class VaultDatabase:
    """A database of persons by SQLAlchemy URL: `sqlite:////path/vault.db` or `postgresql://...`.

    wait_s: how long a transaction waits for others, and an erasure for readers.
    Every method raises VaultUnavailable where the database cannot be had or stays locked.
    """

    def __init__(self, url: str, wait_s: float = WAIT_S) -> None:
        address = make_url(url)
        self._is_sqlite = address.get_backend_name() == "sqlite"
        self._engine = _sqlite_engine(address, wait_s) if self._is_sqlite else engine_on(url, wait_s)

    def create_tables(self) -> None:
        """Create what is missing; several processes may do so at once."""
        with self.writing() as connection:
            if not self._is_sqlite:
                connection.execute(select(func.pg_advisory_xact_lock(_TABLES_LOCK)))
                connection.execute(CreateSchema(SCHEMA, if_not_exists=True))
            metadata.create_all(connection)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction that only reads."""
        with _unavailable_as_ours(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, durable when the block is left, undone when the block raises."""
        with _unavailable_as_ours(), self._engine.connect() as connection:
            connection = connection.execution_options(begin="BEGIN IMMEDIATE")
            with connection.begin():
                yield connection

    def lock_access_log(self, connection: Connection) -> None:
        """Nobody else appends to the access log until this transaction ends. Taken last, so that it is held briefly."""
        if not self._is_sqlite:
            connection.execute(select(func.pg_advisory_xact_lock(_LOG_LOCK)))

    def lock_lookups(self, connection: Connection, *, alone: bool = False) -> None:
        """Nobody forgets persons until this transaction ends; `alone`: nor does anybody look for any. Taken first.

        On SQLite whoever writes is alone.
        """
        if not self._is_sqlite:
            lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
            connection.execute(select(lock(_LOOKUPS_LOCK)))

    def rebuild_lookup_index(self, connection: Connection) -> None:
        """Leave no overwritten lookup in the gaps of the index' pages (650,000 persons: 0.9 s). SQLite only."""
        if self._is_sqlite:
            connection.execute(text(f"REINDEX {lookup_index.name}"))

    def remove_old_copies(self) -> None:
        """Remove old copies of overwritten rows from the files, as far as the engine can.

        SQLite: cuts the write-ahead log to nothing; raises ErasureUnfinished where a reader keeps it from that.
        PostgreSQL: VACUUM frees the dead rows, but their bytes stay in the free space and in old WAL until reused.
        There, as in every backup, only `Vault.rotate` and then destroying the old master key make them unreadable.
        """
        with _unavailable_as_ours():
            if self._is_sqlite:
                self._cut_write_ahead_log()
            else:
                names = ", ".join(f"{SCHEMA}.{t.name}" for t in (data_key, person_lookup, person, note))
                with self._engine.connect() as connection:
                    connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(f"VACUUM {names}"))

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    def _cut_write_ahead_log(self) -> None:
        # A pragma of its own, outside any transaction, which the engine's connections would begin.
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (busy, _, _) = cast(tuple[int, int, int], cursor.fetchone())
        except sqlite3.OperationalError as error:
            raise VaultUnavailable(str(error)) from error
        finally:
            connection.close()
        if busy:
            raise ErasureUnfinished("the write-ahead log is in use; erase the same persons again")


def _sqlite_engine(address: URL, wait_s: float) -> Engine:
    if not address.database or address.database == ":memory:":
        raise ValueError("the vault is a file")
    # Before SQLite makes it, so that it and its companions never had a wider mode. One that is there is not touched: to close a
    # file lets go of every lock that this process has on it, those of SQLite's other connections too.
    with suppress(FileExistsError):
        os.close(os.open(address.database, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    engine = create_engine(address, connect_args={"timeout": wait_s}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        # The driver must not begin transactions of its own; ours begin in the event below.
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine.execution_options(schema_translate_map={SCHEMA: None})


@contextmanager
def _unavailable_as_ours() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        # SQLite says with the bare class that the file is damaged, or none of its own.
        damaged = type(error) is DatabaseError and isinstance(error.orig, sqlite3.DatabaseError)
        if damaged or isinstance(error, OperationalError):
            raise VaultUnavailable(str(error.orig)) from error
        raise
    except InterfaceError as error:
        raise VaultUnavailable(str(error.orig)) from error
