"""The yearly plan of exits beside what was done of it: persons and households that exited, villages and counties that did.

An exit counts in the year in which it was effective, whenever it was recorded, since that is the year that it was planned for.
Exits are read from what is believed of each household, so that corrected and voided ones are not among them; those found wrong
later (T14) are counted apart, in the year in which they were taken back. Nothing here is asked by any decision.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select

from projections.database import FOREVER
from projections.register.codes import STATUS_NUMBERS
from projections.register.queries.fields import day_number
from projections.register.queries.places import gathered, gathered_code, within
from projections.register.tables import DIVISION_EXIT, EXIT_PLAN, HISTORY

Amount = tuple[int, int]
"""Households and persons."""
NOTHING: Final[Amount] = (0, 0)
_EXITED: Final = (STATUS_NUMBERS["EXITED_WITH_POLICY"], STATUS_NUMBERS["EXITED_STABLE"])
_REGISTERED: Final = STATUS_NUMBERS["REGISTERED"]
_PRE_EXIT: Final = STATUS_NUMBERS["PRE_EXIT"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What was planned for a place and year. households: None where the plan is in persons alone."""

    effective_on: int
    persons: int
    households: int | None
    villages: int
    counties: int


@dataclass(frozen=True, slots=True)
class Done:
    """What happened in a place: exits, and exits taken back as wrong; households and persons of each."""

    exited: Amount = NOTHING
    reversed: Amount = NOTHING

    @property
    def households(self) -> int:
        """Net."""
        return self.exited[0] - self.reversed[0]

    @property
    def persons(self) -> int:
        """Net."""
        return self.exited[1] - self.reversed[1]


@dataclass(frozen=True, slots=True)
class PlacesExit:
    """How far the exit of a village or county is. rate: poor and rural persons of the last check, if there was one."""

    division: str
    step: str
    step_on: int
    rate: Amount | None


def plans_of(connection: Connection, division: str, year: int, known_at: int | None) -> dict[str, Plan]:
    """The plans of the division and of places within it: by 12 digits."""
    p = EXIT_PLAN.c
    rows = connection.execute(
        select(p.division, p.effective_on, p.persons, p.households, p.villages, p.counties)
        .where(within(p.division, division), p.year == year, *_recorded(EXIT_PLAN, known_at))
        .order_by(p.division, p.version)
    )
    return {f"{place:012}": Plan(*figures) for place, *figures in rows}  # of several the last


def done_by_place(connection: Connection, division: str, digits: int, year: int, known_at: int | None) -> dict[str, Done]:
    """What happened in the year, by the first `digits` digits of the place in which it did."""
    exited = _turns(connection, division, digits, year, known_at, (_PRE_EXIT,), _EXITED)
    reversed_ = _turns(connection, division, digits, year, known_at, _EXITED, (_REGISTERED,))
    return {
        place: Done(exited.get(place, NOTHING), reversed_.get(place, NOTHING))
        for place in sorted(exited.keys() | reversed_.keys())
    }


def together(done: Iterable[Done]) -> Done:
    """The sum."""
    parts = list(done)
    return Done(_sum(part.exited for part in parts), _sum(part.reversed for part in parts))


def places_exits(connection: Connection, division: str, last_day: int, known_at: int | None) -> list[PlacesExit]:
    """The villages and counties within the division for which anything was done until that day, in order of codes."""
    d = DIVISION_EXIT.c
    rows = connection.execute(
        select(d.division, d.step, d.effective_on, d.poor_persons, d.rural_persons)
        .where(within(d.division, division), d.effective_on <= last_day, *_recorded(DIVISION_EXIT, known_at))
        .order_by(d.division, d.version)
    )
    found: dict[str, PlacesExit] = {}
    for number, step, on, poor, rural in rows:
        code = f"{number:012}"
        before = found.get(code)
        rate = (before.rate if before else None) if rural is None else (poor, rural)
        found[code] = PlacesExit(code, step, on, rate)
    return list(found.values())


def first_and_last_day(year: int) -> tuple[int, int]:
    """As numbers of days."""
    return day_number(date(year, 1, 1)), day_number(date(year, 12, 31))


def _turns(
    connection: Connection,
    division: str,
    digits: int,
    year: int,
    known_at: int | None,
    before: tuple[int, ...],
    after: tuple[int, ...],
) -> Mapping[str, Amount]:
    """How many households and persons went from one status to another within a spell in a year, by place."""
    then, now = HISTORY.alias("before"), HISTORY.alias("after")
    first, last = first_and_last_day(year)
    place = gathered(now.c.division, digits).label("place")
    # Within one spell: what relapses and re-enters in a day begins another one.
    follows = and_(
        then.c.household_id == now.c.household_id,
        then.c.effective_to == now.c.effective_from,
        then.c.spell_no == now.c.spell_no,
        then.c.status.in_(before),
        _known(then, known_at),
    )
    turned = and_(
        within(now.c.division, division),
        now.c.status.in_(after),
        now.c.effective_from >= first,
        now.c.effective_from <= last,
        _known(now, known_at),
    )
    counted = select(place, func.count(), func.sum(now.c.size)).select_from(now.join(then, follows)).where(turned).group_by(place)
    return {
        gathered_code(place, digits): (households, int(persons)) for place, households, persons in connection.execute(counted)
    }


def _known(history: Any, known_at: int | None) -> ColumnElement[bool]:
    """What is believed now, or was at an instant."""
    if known_at is None:
        return history.c.known_to == FOREVER  # type: ignore[no-any-return]
    return and_(history.c.known_from <= known_at, history.c.known_to > known_at)


def _recorded(table: Table, known_at: int | None) -> list[ColumnElement[bool]]:
    return [] if known_at is None else [table.c.recorded_at <= known_at]


def _sum(amounts: Iterable[Amount]) -> Amount:
    households = persons = 0
    for more_households, more_persons in amounts:
        households, persons = households + more_households, persons + more_persons
    return households, persons
