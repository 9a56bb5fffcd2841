"""The end of each stream so far: whether every event is chained to the one before it; memory does not grow with the history."""

import sqlite3
from hashlib import sha256
from typing import Final

from registry.event import NO_HASH

REMEMBERED_MAX: Final = 200_000
"""Streams in memory, some 50 MB; beyond that they go to a temporary file that SQLite removes."""
_BEGINNING: Final = (0, NO_HASH)


class StreamEnds:
    """Version and hash of the last event of each stream."""

    def __init__(self, remembered_max: int = REMEMBERED_MAX) -> None:
        self._recent: dict[bytes, tuple[int, bytes]] = {}
        self._remembered_max = remembered_max
        self._older: sqlite3.Connection | None = None

    def last(self, stream: bytes) -> tuple[int, bytes]:
        """Version and hash of the last event of the stream, or what its first event refers to."""
        found = self._recent.get(stream)
        if found is None and self._older is not None:
            found = self._older.execute("SELECT version, hash FROM last WHERE stream = ?", (stream,)).fetchone()
        return _BEGINNING if found is None else found

    def add(self, stream: bytes, version: int, record: bytes) -> None:
        """The stream goes on with this event."""
        self._recent[stream] = version, sha256(record).digest()
        if len(self._recent) > self._remembered_max:
            self._put_away()

    def close(self) -> None:
        """Remove what was put away."""
        if self._older is not None:
            self._older.close()

    def _put_away(self) -> None:
        if self._older is None:
            self._older = sqlite3.connect("", isolation_level=None)
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-16000"):
                self._older.execute(f"PRAGMA {pragma}")
            self._older.execute("CREATE TABLE last (stream BLOB PRIMARY KEY, version INTEGER, hash BLOB) WITHOUT ROWID")
        self._older.execute("BEGIN")
        rows = sorted((stream, *end) for stream, end in self._recent.items())
        self._older.executemany("INSERT OR REPLACE INTO last VALUES (?, ?, ?)", rows)
        self._older.execute("COMMIT")
        self._recent.clear()
