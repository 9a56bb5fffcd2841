"""Which reporting units a supervision team answers for: reference data, with validity (three-year plan, item 30)."""

import csv
from datetime import date
from functools import cache
from importlib import resources

from projections.days import date_of


class TeamUnknown(LookupError):
    """E-TEAM-UNKNOWN: no team of this number had any unit, or no team the unit, on that day."""

    code = "E-TEAM-UNKNOWN"


def units_of(team: int, day: int) -> tuple[str, ...]:
    """The units (12 digits) of a team on a day since 1970, ascending. Raises TeamUnknown."""
    on = date_of(day)
    units = sorted(unit for number, unit, first, last in _assignments() if number == team and first <= on <= last)
    if not units:
        raise TeamUnknown(f"team: {team} has no units on {on}")
    return tuple(units)


def teams() -> tuple[int, ...]:
    """The number of every team that ever had a unit, ascending."""
    return tuple(sorted({number for number, *_ in _assignments()}))


def team_of(unit: str, on: date) -> int:
    """The team of a unit (12 digits) on a day. Raises TeamUnknown."""
    for number, its_unit, first, last in _assignments():
        if its_unit == unit and first <= on <= last:
            return number
    raise TeamUnknown(f"unit: {unit} has no team on {on}")


@cache
def _assignments() -> tuple[tuple[int, str, date, date], ...]:
    text = resources.files("schemas.data").joinpath("supervision_teams.csv").read_text(encoding="utf-8")
    return tuple(
        (
            int(row["team"]),
            row["unit"],
            date.fromisoformat(row["valid_from"]),
            date.fromisoformat(row["valid_to"]) if row["valid_to"] else date.max,
        )
        for row in csv.DictReader(text.splitlines())
    )
