"""Demonstrations for tests: recorded without a word, and read byte by byte."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from hashlib import sha256
from pathlib import Path

from deploy.composition.read_side import opened_views
from deploy.demo.installation import Demonstration, begin
from deploy.demo.living import record
from deploy.demo.pipeline import pipeline_beside, shows_all
from deploy.demo.recording import Tally
from deploy.settings import Settings

SEED = 20180904
TINY = Demonstration("tiny", SEED, hospitals=True)
WITHOUT_HOSPITALS = Demonstration("tiny", SEED)


def settings_in(folder: Path) -> Settings:
    return Settings(data=str(folder), synthetic_ids=True)


def record_alone(settings: Settings, demonstration: Demonstration = TINY) -> Tally:
    """Record all that is not stored yet, and show nothing of it."""
    begin(settings, demonstration)
    with pipeline_beside(settings) as pipeline, opened_views(settings) as views:
        return record(settings, demonstration, _say_nothing, lambda side: shows_all(side, views, pipeline))


def _say_nothing(day: date, events: int) -> None:
    pass


def digest_of_store(settings: Settings) -> str:
    """SHA-256 over every stored event with its place, in order: two stores with the same digest hold the same bytes."""
    digest = sha256()
    with closing(sqlite3.connect(settings.path("registry.db"))) as connection:
        columns = "rowid, originator_id, originator_version, topic, state, recorded_at"
        for row in connection.execute(f"SELECT {columns} FROM stored_events ORDER BY rowid"):
            digest.update(repr(row).encode())
    return digest.hexdigest()


def values_in(database: Path) -> Iterator[bytes]:
    """Every value of every table, as bytes."""
    with closing(sqlite3.connect(database)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    if isinstance(value, str | bytes):
                        yield value.encode() if isinstance(value, str) else value


def raw_bytes_of(database: Path) -> bytes:
    """The file with its write-ahead log, as it lies on the disk."""
    files = (database, database.with_name(database.name + "-wal"))
    return b"".join(file.read_bytes() for file in files if file.exists())
