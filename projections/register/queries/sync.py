"""Where the national system says something else than the register: what is open, since when, and what came of the others."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from projections.register.queries.places import within
from projections.register.tables import SYNC_EVENT


@dataclass(frozen=True, slots=True)
class OpenDifference:
    """A field of a household, and the day on which it was found to differ."""

    household_id: bytes
    division: str
    field: str
    found_on: int


@dataclass(slots=True)
class SyncFigures:
    """open: by field; outcomes: of those whose last word is that they were resolved, by outcome."""

    open: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)


def sync_figures(connection: Connection, division: str) -> SyncFigures:
    """Of every household and field that ever differed, by its last word."""
    last = _last(division).subquery()
    figures = SyncFigures()
    counted = select(last.c.field, last.c.outcome, func.count()).group_by(last.c.field, last.c.outcome)
    for name, outcome, count in connection.execute(counted):
        if outcome:
            figures.outcomes[outcome] += count
        else:
            figures.open[name] += count
    return figures


def open_differences(connection: Connection, division: str, name: str | None, limit: int) -> list[OpenDifference]:
    """Those that have been open for longest, at most so many; `name`: of this field alone."""
    last = _last(division).subquery()
    c = last.c
    wanted = [c.outcome == ""] if name is None else [c.outcome == "", c.field == name]
    rows = select(c.household_id, c.division, c.field, c.on_day).where(*wanted)
    ordered = rows.order_by(c.on_day, c.household_id, c.field).limit(limit)
    return [OpenDifference(bytes(one), f"{place:012}", of, on) for one, place, of, on in connection.execute(ordered)]


def _last(division: str) -> Select[Any]:
    e = SYNC_EVENT.c
    newest = select(e.household_id, e.field, func.max(e.version).label("version")).group_by(e.household_id, e.field).subquery()
    same = and_(e.household_id == newest.c.household_id, e.version == newest.c.version)
    return select(e.household_id, e.division, e.field, e.on_day, e.outcome).join(newest, same).where(within(e.division, division))
