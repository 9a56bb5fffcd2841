"""Builds in a folder: one SQLite file each, and a small one with the pointers."""

import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import URL, Engine, MetaData, event

from projections.database import open_engine, writing
from projections.views.errors import RebuildRunning
from projections.views.joining import join_files
from projections.views.place import Location

_POINTERS: Final = "pointers"
_SUFFIXES: Final = (".db", ".db-wal", ".db-shm", ".db-journal")
_LOOK_S: Final = 0.05


class SqlitePlace:
    """A folder of builds. Parts of one are files of their own, since SQLite has one writer per file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def pointers_exist(self) -> bool:
        return self._path(_POINTERS).exists()

    def open_pointers(self) -> Engine:
        if not self.pointers_exist():
            self._folder.mkdir(parents=True, exist_ok=True)
            # Switching to WAL does not wait for others who do the same: one after the other.
            with self.lock(_POINTERS, wait_s=10):
                engine = open_engine(self._url(_POINTERS, "rwc"))
                engine.connect().close()
                engine.dispose()
        engine = open_engine(self._url(_POINTERS, "rw"))
        event.listen(engine, "connect", _sync_fully)
        return engine

    def exists(self, name: str) -> bool:
        return self._path(name).exists()

    def create(self, name: str, metadata: MetaData) -> None:
        engine = open_engine(self._url(name, "rwc"))
        try:
            with writing(engine) as connection:
                metadata.create_all(connection, checkfirst=False)
        finally:
            engine.dispose()

    def location(self, name: str, *, hasty: bool = False) -> Location:
        # Never to be created by opening: a build that was dropped must not come back empty.
        return Location(self._url(name, "rw"), hasty=hasty)

    def create_parts(self, name: str, metadata: MetaData, count: int) -> Sequence[Location]:
        if count == 1:
            self.create(name, metadata)
            return (self.location(name, hasty=True),)
        parts = _part_names(name, count)
        for part in parts:
            self.create(part, metadata)
        return tuple(self.location(part, hasty=True) for part in parts)

    def join_parts(self, name: str, metadata: MetaData, count: int) -> None:
        if count == 1:
            return
        parts = [self._path(part) for part in _part_names(name, count)]
        join_files(self._path(name), parts, metadata)
        for part in parts:
            _unlink(part)

    def settle(self, name: str) -> None:
        engine = open_engine(self._url(name, "rw"))
        try:
            with engine.connect() as connection:
                cursor = connection.connection.cursor()
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                cursor.close()
        finally:
            engine.dispose()
        _sync(self._path(name))
        _sync(self._folder)

    def remove(self, name: str) -> None:
        for file in [self._path(name), *self._folder.glob(f"{name}.part*.db")]:
            _unlink(file)

    @contextmanager
    def lock(self, what: str, wait_s: float) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + wait_s
        with (self._folder / f"{what}.lock").open("a") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError:
                    if time.monotonic() >= deadline:
                        raise RebuildRunning(f"another process makes a build of {what}") from None
                    time.sleep(_LOOK_S)
            yield

    def close(self) -> None:
        pass

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.db"

    def _url(self, name: str, mode: str) -> str:
        path = quote(str(self._path(name)))
        return str(URL.create("sqlite", database=f"file:{path}", query={"mode": mode, "uri": "true"}))


def _part_names(name: str, count: int) -> list[str]:
    return [f"{name}.part{number}" for number in range(1, count + 1)]


def _unlink(file: Path) -> None:
    for suffix in _SUFFIXES:
        file.with_suffix(suffix).unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_fully(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=FULL")
