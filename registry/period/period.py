"""When a week or a month of the register ends, and the event that closes it.

Source: three-year plan, item 30 (weekly digests, monthly progress). Weeks end on Monday at 00:00 and months on the 1st at 00:00,
Asia/Shanghai; where both end at once the week ends first. What is recorded at the cut-off's very instant belongs to the next
period. The event's place in the store is the cut: everything before it belongs to the period, whatever day it is about.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge
from typing import NamedTuple
from uuid import UUID, uuid5

from registry.event import NO_HASH, ActorFacts, RegistryEvent
from schemas.clock import SHANGHAI, shanghai_date

WEEK = "WEEK"
MONTH = "MONTH"
PERIODS = UUID("6f1f0d0e-7c53-5a52-9c5d-3c1f5a6f2b11")
"""Namespace of the streams of periods; each period has a stream of its own, so that it is closed once."""


class CutOff(NamedTuple):
    """The end of a period: the instant (aware UTC), what kind of period it ends, and which one (`2018-W37`, `2018-09`)."""

    instant: datetime
    kind: str
    period: str


class PeriodClosed(RegistryEvent):
    """Every event before this position was recorded before the cut-off, every later one after it."""

    TOPIC = "registry.period_closed"
    period_kind: str
    period: str
    cut_off: datetime


def cut_offs_between(after: datetime, until: datetime) -> Iterator[CutOff]:
    """Every cut-off c with after < c <= until, oldest first, the week's before the month's. Aware instants."""
    return (
        cut_off
        for cut_off in _cut_offs_on_or_after(shanghai_date(after), shanghai_date(until))
        if after < cut_off.instant <= until
    )


def week_of(day: date) -> str:
    """The label of the week that a day lies in, ISO 8601: `2018-W37`."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def month_of(day: date) -> str:
    """The label of the month that a day lies in: `2018-09`."""
    return f"{day:%Y-%m}"


@dataclass(frozen=True, slots=True)
class PeriodCalendar:
    """Closes the periods of one register; the event store asks it. `division`: 12 digits, the register's whole territory."""

    division: str

    def next_cut_off(self, after: datetime) -> datetime:
        """The first cut-off later than this instant; there is one in every week."""
        return next(cut_offs_between(after, after + timedelta(days=7))).instant

    def closing_events(self, after: datetime, until: datetime) -> Sequence[PeriodClosed]:
        """One event for each cut-off c with after < c <= until. The store sets `timestamp` and `previous_hash`."""
        return [self._closing(cut_off) for cut_off in cut_offs_between(after, until)]

    def _closing(self, cut_off: CutOff) -> PeriodClosed:
        stream = uuid5(PERIODS, f"{self.division}:{cut_off.kind}:{cut_off.period}")
        nobody: ActorFacts = {"id": "registry", "role": "OPERATOR", "org": "", "division": self.division}
        return PeriodClosed(  # type: ignore[call-arg]
            originator_id=stream,
            originator_version=1,
            timestamp=cut_off.instant,
            event_id=uuid5(stream, "closed"),
            effective_on=shanghai_date(cut_off.instant),
            actor=nobody,
            source="SYSTEM",
            correlation_id=stream,
            causation_id=stream,
            policy_version="",
            reason_code=None,
            evidence=[],
            corrects_event_id=None,
            division=self.division,
            previous_hash=NO_HASH,
            period_kind=cut_off.kind,
            period=cut_off.period,
            cut_off=cut_off.instant,
        )


def _cut_offs_on_or_after(first: date, last: date) -> Iterator[CutOff]:
    """The cut-offs at the beginning of these days; `merge` takes the weeks' first where both have one."""
    weeks = (CutOff(_midnight(day), WEEK, week_of(day - timedelta(days=1))) for day in _mondays(first, last))
    months = (CutOff(_midnight(day), MONTH, month_of(day - timedelta(days=1))) for day in _firsts(first, last))
    return merge(weeks, months, key=lambda cut_off: cut_off.instant)


def _mondays(first: date, last: date) -> Iterator[date]:
    day = first + timedelta(days=-first.weekday() % 7)
    while day <= last:
        yield day
        day += timedelta(days=7)


def _firsts(first: date, last: date) -> Iterator[date]:
    day = first if first.day == 1 else _next_first(first)
    while day <= last:
        yield day
        day = _next_first(day)


def _next_first(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), SHANGHAI).astimezone(UTC)
