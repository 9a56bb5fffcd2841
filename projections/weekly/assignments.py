"""The counties of a supervision team as the register was told; as long as it was told of none, as they are assumed.

What was recorded behind a week's cut does not change its digest. A county may have two teams at once: it is in the digests of
both.
"""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, select

from projections.database import NO_END
from projections.register.queries.fields import division_text
from projections.register.tables import TEAM_COUNTY
from projections.weekly.teams import TeamUnknown, teams, units_of


class Assignment(NamedTuple):
    """county: 12 digits; first_day, last_day: days since 1970, both included."""

    county: str
    team: int
    organisation: str
    first_day: int
    last_day: int


def assigned_units(connection: Connection, team: int, day: int, before: int) -> tuple[str, ...]:
    """The units (12 digits) of a team on a day, ascending, by what was recorded before a position. Raises TeamUnknown."""
    told = list(_assignments(connection, before))
    if not told:
        return units_of(team, day)
    units = sorted({one.county for one in told if one.team == team and one.first_day <= day <= one.last_day})
    if not units:
        raise TeamUnknown(f"team: {team} has no units on that day")
    return tuple(units)


def assigned_teams(connection: Connection) -> tuple[int, ...]:
    """The number of every team that ever had a unit, ascending."""
    return tuple(sorted({one.team for one in _assignments(connection)})) or teams()


def _assignments(connection: Connection, before: int | None = None) -> Iterator[Assignment]:
    """As they were said last."""
    t = TEAM_COUNTY.c
    columns = t.county, t.team, t.first_day, t.organisation, t.last_day
    statement = select(*columns).order_by(t.county, t.version)
    rows = connection.execute(statement if before is None else statement.where(t.position < before))
    last = {(county, team, first_day): (organisation, last_day) for county, team, first_day, organisation, last_day in rows}
    for (county, team, first_day), (organisation, last_day) in last.items():
        yield Assignment(division_text(county), team, organisation, first_day, NO_END if last_day is None else last_day)
