"""The outbox's own database: a file beside the others, or the schema `notices` in PostgreSQL, which `registry migrate` makes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from sqlalchemy import Engine, event, inspect, make_url

from consumers.notices.tables import METADATA, SCHEMA
from projections.database import open_engine, writing
from registry.store.revision import Revision, is_postgresql

NOTICES_REVISION: Final = Revision("notices", SCHEMA, "notices_1")


@contextmanager
def opened_outbox(url: str) -> Iterator[Engine]:
    """An engine on the tables. A file is made where it is missing, for its owner's eyes.

    Raises StoreNotMigrated, StoreUnavailable, and SQLAlchemy's OperationalError.
    """
    if is_postgresql(url):
        NOTICES_REVISION.require(url)
        engine = open_engine(url, schema=SCHEMA)
    else:
        engine = _file(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _file(url: str) -> Engine:
    # Before SQLite makes it, so that it and its companions never had a wider mode. One that is there is not touched: to close a
    # file lets go of every lock that this process has on it, those of SQLite's other connections too.
    with suppress(FileExistsError):
        os.close(os.open(str(make_url(url).database), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    engine = open_engine(url)
    event.listen(engine, "connect", _lose_nothing)
    with engine.connect() as connection:
        there = set(inspect(connection).get_table_names())
    # Only then: whoever but looks at it must not keep those waiting who deliver.
    if METADATA.tables.keys() - there:
        with writing(engine) as connection:
            METADATA.create_all(connection)
    return engine


def _lose_nothing(connection: Any, _record: Any) -> None:
    """What was delivered is recorded although the power fails: no office is told again for that."""
    connection.execute("PRAGMA synchronous=FULL").close()
