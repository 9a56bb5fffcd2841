"""What came of early warnings in a period, by place. `docs/warning-figures.md` defines each figure; this counts as it says."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, func, select

from projections.database import FOREVER, NO_END
from projections.days import day_of, first_instant
from projections.expenses.queries.cases import THEN, WAITING
from projections.expenses.tables import CASE_EVENT, CASE_HISTORY
from projections.register.queries.places import gathered, gathered_code, within

LINKED: Final = ("IDENTIFIED", "RE_ENTERED", "MONITORED")
"""Outcomes that name a case of the register."""
_FLOWS: Final = ("raised", "reopened", "assigned", "verified", "outcome_recorded", "cancelled", "transferred", "escalated")
_UNVERIFIED: Final = ("ASSIGNED", "VERIFYING")
_HOUR_US: Final = 3_600_000_000
_E, _H = CASE_EVENT.c, CASE_HISTORY.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which place, gathered by so many digits; the first and the last day; today, or the day of `known_at`."""

    division: str
    digits: int
    first: int
    last: int
    today: int
    known_at: int | None = None

    @property
    def recorded(self) -> ColumnElement[bool]:
        """Of events: recorded in the period, and known."""
        return and_(_E.recorded_at >= first_instant(self.first), _E.recorded_at < first_instant(self.last + 1), self.known)

    @property
    def known(self) -> ColumnElement[bool]:
        """Of events: known."""
        return _E.recorded_at <= (FOREVER if self.known_at is None else self.known_at)


@dataclass(frozen=True, slots=True)
class Link:
    """A verified case whose outcome names a case of a household, and that was closed on a day."""

    place: str
    outcome: str
    household_id: bytes
    closed_on: int


Reached = Callable[[Iterable[Link]], Iterable[Link]]
"""Of some links those that came to what they were for, as the register has it."""


@dataclass(slots=True)
class Figures:
    """Of one place, or of several together. flows: by kind and word; hours: from assignment to verification, one each."""

    flows: Counter[tuple[str, str]] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    in_time: int = 0
    late: int = 0
    overdue: int = 0
    waiting: int = 0
    overdue_at_end: int = 0
    verified_cases: int = 0
    links: Counter[str] = field(default_factory=Counter)
    hours: list[float] = field(default_factory=list)

    @property
    def due(self) -> int:
        """Verifications that were due in the period."""
        return self.in_time + self.late + self.overdue + self.waiting

    def of(self, kind: str, word: str = "") -> int:
        """Events of a kind; only those with this word, if it is given."""
        return sum(count for (k, w), count in self.flows.items() if k == kind and word in ("", w))

    def add(self, other: "Figures") -> None:
        """Take in those of another place."""
        self.flows += other.flows
        self.levels += other.levels
        self.links += other.links
        for name in ("in_time", "late", "overdue", "waiting", "overdue_at_end", "verified_cases"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.hours += other.hours


def warning_figures(connection: Connection, asked: Asked, reached: Reached) -> dict[str, Figures]:
    """By place, those alone of which there is something to tell."""
    found: dict[str, Figures] = {}

    def at(number: int) -> Figures:
        return found.setdefault(gathered_code(number, asked.digits), Figures())

    _count_flows(connection, asked, at)
    _count_due(connection, asked, at)
    _count_overdue_at_end(connection, asked, at)
    links = list(_verified_cases(connection, asked, at))
    for link in reached(links):
        found[link.place].links[link.outcome] += 1
    return found


At = Callable[[int], Figures]


def _count_flows(connection: Connection, asked: Asked, at: At) -> None:
    place = gathered(_E.division, asked.digits).label("place")
    here = and_(within(_E.division, asked.division), asked.recorded, _E.kind.in_(_FLOWS))
    grouped = select(place, _E.kind, _E.warning_level, _E.word, func.count().label("events")).where(here)
    for row in connection.execute(grouped.group_by(place, _E.kind, _E.warning_level, _E.word)):
        figures = at(row.place)
        figures.flows[row.kind, row.word or ""] += row.events
        if row.kind == "raised":
            figures.levels[row.warning_level] += row.events
    took = select(place, (_E.recorded_at - _E.begun_at).label("took")).where(
        here, _E.kind == "verified", _E.begun_at.is_not(None)
    )
    for row in connection.execute(took):
        at(row.place).hours.append(row.took / _HOUR_US)


def _count_due(connection: Connection, asked: Asked, at: At) -> None:
    """Verifications by the day on which they were due, also those that are still to come."""
    place = gathered(_E.division, asked.digits).label("place")
    done = select(place, _E.due_on, _E.recorded_at).where(
        _E.kind == "verified", _E.due_on.between(asked.first, asked.last), asked.known, within(_E.division, asked.division)
    )
    for row in connection.execute(done):
        figures = at(row.place)
        if day_of(row.recorded_at) <= row.due_on:
            figures.in_time += 1
        else:
            figures.late += 1
    place = gathered(_H.division, asked.digits).label("place")
    to_come = select(place, _H.due_on).where(
        _latest(asked.known_at), _H.state.in_(_UNVERIFIED), within(_H.division, asked.division),
        _H.due_on.between(asked.first, asked.last),
    )  # fmt: skip
    for number, due_on in connection.execute(to_come):
        figures = at(number)
        if due_on < asked.today:
            figures.overdue += 1
        else:
            figures.waiting += 1


def _count_overdue_at_end(connection: Connection, asked: Asked, at: At) -> None:
    """What waited in vain at the end of the period, or now where that has not come, as it was known then."""
    ended = first_instant(asked.last + 1) - 1
    known_at = min(ended, FOREVER - 1 if asked.known_at is None else asked.known_at)
    place = gathered(_H.division, asked.digits).label("place")
    overdue = select(place, func.count().label("cases")).where(
        _latest(known_at), _H.state.in_(WAITING), within(_H.division, asked.division),
        THEN.overdue(min(asked.last + 1, asked.today)),
    )  # fmt: skip
    for row in connection.execute(overdue.group_by(place)):
        at(row.place).overdue_at_end += row.cases


def _verified_cases(connection: Connection, asked: Asked, at: At) -> Iterator[Link]:
    """Count each case that was verified, once, where it was verified last; yield the links of those that are closed."""
    verified = select(_E.case_id, gathered(_E.division, asked.digits).label("place"), _E.version, _H.state, _H.outcome,
        _H.linked_household_id, _H.ended_on,
    ).join_from(CASE_EVENT, CASE_HISTORY, and_(_H.case_id == _E.case_id, _latest(asked.known_at))).where(
        _E.kind == "verified", asked.recorded, within(_E.division, asked.division),
    )  # fmt: skip
    last: dict[bytes, Any] = {bytes(row.case_id): row for row in connection.execute(verified.order_by(_E.version))}
    for row in last.values():
        at(row.place).verified_cases += 1
        if row.state == "CLOSED" and row.outcome in LINKED:
            yield Link(gathered_code(row.place, asked.digits), row.outcome, bytes(row.linked_household_id), row.ended_on)


def _latest(known_at: int | None) -> ColumnElement[bool]:
    """Of beliefs: those about the latest day."""
    known = _H.known_to == FOREVER if known_at is None else and_(_H.known_from <= known_at, _H.known_to > known_at)
    return and_(_H.effective_to == NO_END, known)


def together(of: Mapping[str, Figures]) -> Figures:
    """Those of all places in one."""
    total = Figures()
    for figures in of.values():
        total.add(figures)
    return total
