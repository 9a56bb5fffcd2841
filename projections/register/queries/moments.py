"""Both clocks: what was true on a day (`as_of`), by what the register knew at an instant (`known_at`).

One filter on register_history, whose rectangles never overlap: for each household exactly one row says what was believed at a
moment. A rectangle is known from the `recorded_at` of the fact that made it; what was recorded at `known_at` itself is known.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, and_

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
