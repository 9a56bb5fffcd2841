"""Households and persons of a division by status and overlay: now, or at a moment on both clocks. One grouped SELECT.

Status and size are summed as they stand in the rows; nothing is kept up beside them that could differ.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from projections.register.codes import NO_STATUS, OVERLAYS, STATUSES
from projections.register.queries.moments import Moment, believed
from projections.register.queries.places import gathered, gathered_code, within
from projections.register.tables import HISTORY, HOUSEHOLD


@dataclass(frozen=True, slots=True)
class Cell:
    """The households of a place that have a status and an overlay, and the persons in them."""

    place: str
    status: str
    overlay: str
    households: int
    persons: int


def totals_now(connection: Connection, division: str, digits: int) -> list[Cell]:
    """Of the places below the division that their first `digits` digits tell apart."""
    return _cells(connection, HOUSEHOLD.c, division, digits, [HOUSEHOLD.c.status != NO_STATUS])


def totals_then(connection: Connection, division: str, digits: int, moment: Moment) -> list[Cell]:
    """The same as it was believed to be at a moment."""
    return _cells(connection, HISTORY.c, division, digits, [believed(moment)])


def households_by_status(connection: Connection) -> list[tuple[int, int]]:
    """How many households of the whole register have each status, by its number."""
    h = HOUSEHOLD.c
    counted = select(h.status, func.count()).where(h.status != NO_STATUS).group_by(h.status).order_by(h.status)
    return [(status, households) for status, households in connection.execute(counted)]


def _cells(connection: Connection, row: Any, division: str, digits: int, conditions: Iterable[ColumnElement[bool]]) -> list[Cell]:
    keys = (gathered(row.division, digits).label("place"), row.status, row.overlay)
    statement = select(*keys, func.count(), func.sum(row.size)).where(within(row.division, division), *conditions).group_by(*keys)
    cells = (
        Cell(gathered_code(place, digits), STATUSES[status], OVERLAYS[overlay], households, int(persons))
        for place, status, overlay, households, persons in connection.execute(statement)
    )
    return sorted(cells, key=lambda cell: (cell.place, STATUSES.index(cell.status), OVERLAYS.index(cell.overlay)))
