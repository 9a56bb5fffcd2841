"""Builds in a PostgreSQL database: one schema each, and one with the pointers."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import Final

from sqlalchemy import Engine, MetaData, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateSchema, DropSchema

from projections.database import open_engine
from projections.views.errors import RebuildRunning
from projections.views.place import Location

POINTERS: Final = "registry_views"
_LOOK_S: Final = 0.05
_LOCK_TIMEOUT: Final = "SET LOCAL lock_timeout = '30s'"


class PostgresPlace:
    """Schemas of one database. All parts of a build are the build itself: rows of disjoint keys do not wait for each other."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine = open_engine(url)

    def pointers_exist(self) -> bool:
        return self._has("SELECT to_regclass(:name)", f"{POINTERS}.pointer")

    def open_pointers(self) -> Engine:
        if not self.pointers_exist():
            # Two at once who create a schema "if not exists" can both find that it does not.
            with self.lock(POINTERS, wait_s=10), self._engine.begin() as connection:
                connection.execute(CreateSchema(POINTERS, if_not_exists=True))
        return open_engine(self._url, schema=POINTERS)

    def exists(self, name: str) -> bool:
        return self._has("SELECT 1 FROM pg_namespace WHERE nspname = :name", _schema(name))

    def create(self, name: str, metadata: MetaData) -> None:
        with self._engine.begin() as connection:
            connection.execute(CreateSchema(_schema(name)))
            connection.execute(text(f"SET LOCAL search_path TO {_schema(name)}"))
            metadata.create_all(connection, checkfirst=False)

    def location(self, name: str, *, hasty: bool = False) -> Location:
        return Location(self._url, _schema(name), hasty)

    def create_parts(self, name: str, metadata: MetaData, count: int) -> Sequence[Location]:
        self.create(name, metadata)
        return (self.location(name, hasty=True),) * count

    def join_parts(self, name: str, metadata: MetaData, count: int) -> None:
        pass

    def settle(self, name: str) -> None:
        pass  # the commit of the swap waits for all that was written before it

    def remove(self, name: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(text(_LOCK_TIMEOUT))
            connection.execute(DropSchema(_schema(name), cascade=True, if_exists=True))

    @contextmanager
    def lock(self, what: str, wait_s: float) -> Iterator[None]:
        # The session's end frees it, so it dies with its holder, as a file's lock does.
        number = int.from_bytes(sha256(f"{POINTERS}/{what}".encode()).digest()[:8], signed=True)
        deadline = time.monotonic() + wait_s
        with self._engine.connect() as connection:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            while not connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), {"number": number}):
                if time.monotonic() >= deadline:
                    raise RebuildRunning(f"another process makes a build of {what}")
                time.sleep(_LOOK_S)
            try:
                yield
            finally:
                with suppress(OperationalError):  # the connection broke: it is free already
                    connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": number})

    def close(self) -> None:
        self._engine.dispose()

    def _has(self, question: str, name: str) -> bool:
        with self._engine.connect() as connection:
            return connection.scalar(text(question), {"name": name}) is not None


def _schema(name: str) -> str:
    return name.replace("-", "_")
