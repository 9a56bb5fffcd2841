"""Home visits of a place between two days: how many, what the handbook said, which are doubted, which households were reached.

A visit counts on its day, in the village in which the household lived when it was recorded; what was corrected counts as it
was corrected, what was voided does not count. Whether a household was reached is asked of those entitled now.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, case, distinct, func, or_, select

from projections.register.codes import OVERLAY_NUMBERS, STATUS_NUMBERS
from projections.register.queries.places import gathered, gathered_code, within
from projections.register.tables import HOUSEHOLD, VISIT, VISIT_FLAG

SECRETARY: Final = "TOWNSHIP_SECRETARY"
IMPORTED: Final = "IMPORT"
_ENTITLED: Final = tuple(STATUS_NUMBERS[word] for word in ("REGISTERED", "PRE_EXIT", "RELAPSED", "EXITED_WITH_POLICY"))
_MONITORED: Final = OVERLAY_NUMBERS["ACTIVE"]
_MINUTE_US: Final = 60_000_000


@dataclass(slots=True)
class VisitFigures:
    """Of one place. differences: by field of the handbook; flags: by rule; a visit may have several of both.

    compared: fields of all visits; entitled: households; reached: of them, those that anybody visited; toured_once, toured_twice:
    those that the township's party secretary did.
    """

    visits: int = 0
    by_role: Counter[str] = field(default_factory=Counter)
    with_handbook: int = 0
    compared: int = 0
    differences: Counter[str] = field(default_factory=Counter)
    flagged: int = 0
    flags: Counter[str] = field(default_factory=Counter)
    entitled: int = 0
    reached: int = 0
    toured_once: int = 0
    toured_twice: int = 0

    @property
    def consistent(self) -> int:
        """Fields that the handbook has as the register does."""
        return self.compared - self.differences.total()


@dataclass(frozen=True, slots=True)
class Entered:
    """A visit that stands, with what the rules of doubt ask; days and instants as numbers. flags: rules that doubt it already."""

    household_id: bytes
    visit_id: bytes
    division: int
    minutes: int
    visited_on: int
    entered_at: int
    entries_that_minute: int
    visitor_minutes_that_day: int
    visits_with_its_note: int
    flags: frozenset[str]


def visit_figures(connection: Connection, division: str, digits: int, first: int, last: int) -> dict[str, VisitFigures]:
    """By the first `digits` digits of the place; days are inclusive."""
    found: dict[str, VisitFigures] = {}

    def of(place: int) -> VisitFigures:
        return found.setdefault(gathered_code(place, digits), VisitFigures())

    v, place = VISIT.c, gathered(VISIT.c.division, digits)
    here = and_(within(v.division, division), v.visited_on >= first, v.visited_on <= last, v.replaced_by.is_(None))
    compared = case((v.fields_compared > 0, 1), else_=0)
    counted = select(place, v.visitor_role, v.differences, func.count(), func.sum(compared), func.sum(v.fields_compared))
    for at, role, differences, visits, with_handbook, fields in connection.execute(
        counted.where(here).group_by(place, v.visitor_role, v.differences)
    ):
        figures = of(at)
        figures.visits += visits
        figures.by_role[role] += visits
        figures.with_handbook += int(with_handbook)
        figures.compared += int(fields)
        figures.differences.update({name: visits for name in differences.split(",") if name})
    f = VISIT_FLAG.c
    same = and_(f.household_id == v.household_id, f.visit_id == v.visit_id, f.replaced_by.is_(None))
    doubted = select(place, f.rule, func.count()).select_from(VISIT.join(VISIT_FLAG, same)).where(here)
    for at, rule, visits in connection.execute(doubted.group_by(place, f.rule)):
        of(at).flags[rule] += visits
    of_any_rule = select(place, func.count(distinct(v.visit_id))).select_from(VISIT.join(VISIT_FLAG, same)).where(here)
    for at, visits in connection.execute(of_any_rule.group_by(place)):
        of(at).flagged += visits
    for at, *reached in connection.execute(_reached(division, digits, first, last)):
        figures = of(at)
        figures.entitled, figures.reached, figures.toured_once, figures.toured_twice = (int(number or 0) for number in reached)
    return dict(sorted(found.items()))


def together(figures: Iterable[VisitFigures]) -> VisitFigures:
    """The sum."""
    total = VisitFigures()
    for one in figures:
        for name in VisitFigures.__slots__:
            setattr(total, name, getattr(total, name) + getattr(one, name))
    return total


def entered_visits(connection: Connection, since: int) -> Iterator[Entered]:
    """Visits that stand and were first entered at this instant (microseconds) or later, in order of entry.

    Whose row of an import it was, says nothing of how many a person typed in a minute.
    """
    flags: dict[tuple[bytes, bytes], set[str]] = {}
    f = VISIT_FLAG.c
    for household_id, visit_id, rule in connection.execute(
        select(f.household_id, f.visit_id, f.rule).where(f.replaced_by.is_(None))
    ):
        flags.setdefault((bytes(household_id), bytes(visit_id)), set()).add(rule)
    v = VISIT.c
    typed = v.source != IMPORTED
    minute = func.sum(case((typed, 1), else_=0)).over(partition_by=(v.entered_by, v.entered_at // _MINUTE_US))
    of_day = func.sum(v.minutes).over(partition_by=(v.visitor_id, v.visited_on))
    of_note = func.count(v.note).over(partition_by=(v.visitor_id, v.note))
    standing = select(
        v.household_id,
        v.visit_id,
        v.division,
        v.minutes,
        v.visited_on,
        v.entered_at,
        case((typed, minute), else_=1).label("entries_that_minute"),
        of_day.label("visitor_minutes_that_day"),
        of_note.label("visits_with_its_note"),
    ).where(v.replaced_by.is_(None))
    rows = standing.subquery()
    wanted = select(rows).where(rows.c.entered_at >= since).order_by(rows.c.entered_at, rows.c.household_id, rows.c.visit_id)
    for household_id, visit_id, division, *facts in connection.execute(wanted):
        key = bytes(household_id), bytes(visit_id)
        minutes, visited_on, entered_at, in_minute, in_day, with_note = map(int, facts)
        known = frozenset(flags.get(key, ()))
        yield Entered(*key, division, minutes, visited_on, entered_at, in_minute, in_day, with_note, known)


def _reached(division: str, digits: int, first: int, last: int) -> Any:
    """Of each place: the entitled households, and those that were visited, and toured once and twice."""
    h, v = HOUSEHOLD.c, VISIT.c
    toured = case((v.visitor_role == SECRETARY, 1), else_=0)
    visits = (
        select(v.household_id, func.count().label("visits"), func.sum(toured).label("tours"))
        .where(v.visited_on >= first, v.visited_on <= last, v.replaced_by.is_(None))
        .group_by(v.household_id)
        .subquery()
    )
    place = gathered(h.division, digits)
    entitled: ColumnElement[bool] = or_(h.status.in_(_ENTITLED), h.overlay == _MONITORED)
    return (
        select(
            place,
            func.count(),
            func.count(visits.c.visits),
            func.sum(case((visits.c.tours >= 1, 1), else_=0)),
            func.sum(case((visits.c.tours >= 2, 1), else_=0)),
        )
        .select_from(HOUSEHOLD.outerjoin(visits, visits.c.household_id == h.household_id))
        .where(within(h.division, division), entitled)
        .group_by(place)
    )
