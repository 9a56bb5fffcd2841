"""Which event ids were seen, of any number of events: in a temporary file that SQLite removes, with a small cache."""

import sqlite3
from collections.abc import Iterable
from types import TracebackType
from typing import Self

IdAt = tuple[bytes, int]
"""An event id and the position of its event."""


class SeenIds:
    """Ids come nearly sorted by time, so that even millions are added at the end of a tree: about a microsecond each."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-16000"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("CREATE TABLE seen (id BLOB PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()

    def add(self, ids: Iterable[IdAt]) -> list[tuple[int, int]]:
        """Add them; return those that came before, as (position, position of the first with this id)."""
        page = list(ids)
        before = self._connection.total_changes
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", page)
        self._connection.execute("COMMIT")
        if self._connection.total_changes - before == len(page):
            return []
        return [(position, first) for event_id, position in page if (first := self._first(event_id)) != position]

    def _first(self, event_id: bytes) -> int:
        found: tuple[int] = self._connection.execute("SELECT position FROM seen WHERE id = ?", (event_id,)).fetchone()
        return found[0]
