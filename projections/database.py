"""Read-model databases: the same SQLAlchemy Core code on SQLite and PostgreSQL, and the few places where they differ.

Ids are 16 bytes, days are integers since 1970-01-01, instants are microseconds since 1970 UTC, amounts are fen and divisions
are their 12 digits as a number: both engines then keep, sort and compare the very same values.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Engine, LargeBinary, PoolProxiedConnection, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.types import Integer, SmallInteger, Text

ID: Final = LargeBinary(16)
DAY: Final = Integer()
INSTANT: Final = BigInteger()
FEN: Final = BigInteger()
DIVISION: Final = BigInteger()
CODE: Final = Text()
SMALL: Final = SmallInteger()

FOREVER: Final = 2**62
"""The instant after every instant: a belief that still holds is known until then."""
NO_END: Final = 2**31 - 1
"""The day after every day."""

_WRITES = "registry_writes"
_SQLITE_PRAGMAS = (
    # First of all: two threads may open a new database at the same instant, and each wants to change its mode.
    "PRAGMA busy_timeout=30000",
    "PRAGMA journal_mode=WAL",
    # A read model can be rebuilt: losing the last transactions to a power cut is harmless, as its checkpoint goes with them.
    "PRAGMA synchronous=NORMAL",
    # Every 16 MB instead of 4: pages that each batch of a catch-up changes are moved into the database a quarter as often.
    "PRAGMA wal_autocheckpoint=4000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-65536",
    "PRAGMA mmap_size=1073741824",
    "PRAGMA foreign_keys=OFF",
)

# A line cut without a word is noticed in a minute; of several hosts, a standby is none that takes writes. The address may say
# otherwise.
_POSTGRES_LINE: Final[dict[str, str | int]] = {
    "application_name": "registry-views",
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
    "target_session_attrs": "primary",
}
_LOCK_TIMEOUT: Final = "30s"
"""As long as a writer to SQLite waits; who holds a table for longer has stopped."""


def open_engine(url: str, *, schema: str | None = None) -> Engine:
    """An engine on one read-model database; `schema` is the PostgreSQL schema in which its tables are."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    parsed = parsed.set(drivername="postgresql+psycopg")
    options = f"-c timezone=UTC -c lock_timeout={_LOCK_TIMEOUT}" + (f" -c search_path={schema}" if schema else "")
    given = {name: value for name, value in _POSTGRES_LINE.items() if name not in parsed.query}
    return create_engine(parsed, connect_args={**given, "options": options}, pool_pre_ping=True)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that will write: on SQLite it takes the write lock at once, so that it never fails half-way."""
    with engine.connect() as connection:
        connection = connection.execution_options(**{_WRITES: True})
        with connection.begin():
            yield connection


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A transaction that reads one consistent state of the whole database, and holds up no writer."""
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def driver_snapshot(engine: Engine) -> Iterator[PoolProxiedConnection]:
    """The same for statements that are run by the driver itself: SQLAlchemy's own part of a transaction is left out."""
    connection = engine.raw_connection()
    try:
        driver: Any = connection.driver_connection
        sqlite = engine.dialect.name == "sqlite"
        driver.execute("BEGIN" if sqlite else "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield connection
    finally:
        connection.close()  # rolled back by the pool


@contextmanager
def told_by_the_driver(connection: Connection) -> Iterator[None]:
    """What a driver's own cursor fails with is raised as SQLAlchemy's OperationalError, as everybody else's failures are.

    Who feeds a read model waits and tries again after such a one: the disk was full, the server is gone.
    """
    dbapi = connection.dialect.loaded_dbapi
    try:
        yield
    except dbapi.OperationalError as error:
        raise OperationalError(None, None, error) from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get(_WRITES):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    # It cannot fail, and a question to a read model spends more on SQLAlchemy's way than on all that it reads.
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN")
