"""Both clocks: what was true on a day (`as_of`), by what the register knew at an instant (`known_at`).

One filter on register_history, whose rectangles never overlap: for each household exactly one row says what was believed at a
moment. A rectangle is known from the `recorded_at` of the fact that made it; what was recorded at `known_at` itself is known.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Subquery, Table, and_, func, select, true

from projections import checkpoints
from projections.checkpoints import read_checkpoints
from projections.database import FOREVER
from projections.register.codes import NO_STATUS
from projections.register.tables import CHECKPOINT, HISTORY
from schemas.topics import topic_spec

TOPIC: Final = "household.events"


@dataclass(frozen=True, slots=True)
class Moment:
    """A day (since 1970), and an instant (microseconds since 1970) or None for all that is known now."""

    as_of: int
    known_at: int | None = None


def believed(moment: Moment) -> ColumnElement[bool]:
    """The rows of register_history that hold at the moment: a household that the register had not yet, has none."""
    return and_(held(HISTORY, moment), HISTORY.c.status != NO_STATUS)


def by_then(on: ColumnElement[Any], at: ColumnElement[Any], moment: Moment | None) -> ColumnElement[bool]:
    """Of steps, each of a day `on` and recorded `at`: those that were true and known at the moment; all of them for None."""
    if moment is None:
        return true()
    known = true() if moment.known_at is None else at <= moment.known_at
    return and_(on <= moment.as_of, known)


def newest_of_each(table: Table, stream: str, *conditions: ColumnElement[bool]) -> Subquery:
    """Of each stream the highest `version` that holds the conditions: the columns `stream` and `version`."""
    c = table.c
    return select(c[stream], func.max(c.version).label("version")).where(*conditions).group_by(c[stream]).subquery()


def held(history: Table, moment: Moment) -> ColumnElement[bool]:
    """The rectangles of any such table that hold at the moment."""
    row = history.c
    if moment.known_at is None:
        known: Any = row.known_to == FOREVER
    else:
        known = and_(row.known_from <= moment.known_at, row.known_to > moment.known_at)
    return and_(row.effective_from <= moment.as_of, row.effective_to > moment.as_of, known)


def known_before(connection: Connection) -> int:
    """Everything recorded before this instant (microseconds) is in the tables; 0 until every partition has shown something.

    `known_at` must lie before it: at that very instant more may yet come.
    """
    return topic_known_before(connection, CHECKPOINT, TOPIC)


def topic_known_before(connection: Connection, checkpoint: Table, topic: str) -> int:
    """The same of any read model and topic."""
    places = [(topic, partition) for partition in range(topic_spec(topic).partitions)]
    return checkpoints.known_before(read_checkpoints(connection, checkpoint), places)
