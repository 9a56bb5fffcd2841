"""Findings and complaints on both clocks: each stands where its last step within both has brought it.

A step is within both if it was true on the day or before (`as_of`) and recorded at the instant or before (`known_at`). No step is
dated before the one before it, so the last by its version is the last of both.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, select

from projections.register.queries.moments import Moment, by_then, newest_of_each, topic_known_before
from projections.register.tables import CHECKPOINT

TOPIC: Final = "supervision.events"
NEVER: Final = 2**31 - 1
"""The day on which what waits for no day is due."""


class Steps:
    """A table of steps, twice: the last one, which says how far it is, and the first, which says what it is about."""

    def __init__(self, table: Table, begins: str) -> None:
        self.table = table
        self._last, self._first = table.alias("last_step"), table.alias("first_step")
        self.last, self.first = self._last.c, self._first.c
        self._id = next(iter(table.primary_key.columns)).name
        self._begins = begins

    @property
    def id(self) -> ColumnElement[Any]:
        """Whose steps they are."""
        return self.last[self._id]

    def standing(self, columns: list[ColumnElement[Any]], moment: Moment | None, of: bytes | None = None) -> Select[Any]:
        """These columns, of everything that there was at the moment, or is now; `of`: of this finding or complaint alone."""
        t = self.table.c
        its_own = [] if of is None else [t[self._id] == of]
        found = newest_of_each(self.table, self._id, by_then(t.effective_on, t.recorded_at, moment), *its_own)
        its_last = and_(self.id == found.c[self._id], self.last.version == found.c.version)
        its_first = and_(self.first[self._id] == self.id, self.first.kind == self._begins)
        return select(*columns).select_from(self._last.join(found, its_last).join(self._first, its_first))


def supervision_known_before(connection: Connection) -> int:
    """Every step recorded before this instant (microseconds) is in the tables; 0 until every partition has shown something."""
    return topic_known_before(connection, CHECKPOINT, TOPIC)
