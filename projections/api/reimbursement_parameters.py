"""Which settlements a question about the reimbursement is about: where, of which months, of which hospital and kind of target.

A settlement belongs to the month of its discharge. `month` is one of them; `from` and `to` a range: without `to` up to now,
without `from` from January of the year of `to`. With none of them it is the present month. With `as_of` that day is the present:
whoever was discharged later is not counted, by all that is known now.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from projections.api.access import require_scope
from projections.api.endpoint import Question
from projections.api.errors import Faults
from projections.api.moment_parameters import EXPENSES, KNOWN_AT, REGISTER, add_unknown, day_of_instant, is_now
from projections.api.parameters import Parameter, codes, day, division, hospital, month
from projections.api.parts import QueryParts
from projections.register.queries.fields import EPOCH_ORDINAL, day_number, day_text
from projections.register.queries.moments import Moment
from projections.reimbursement.settled import Settled, settled
from schemas.clock import shanghai_date

ACTION: Final = "query.reimbursement"
MONTHS_MAX: Final = 24
"""Expenses are kept for two years."""
WHICH: Final[tuple[Parameter, ...]] = (
    division(
        "division", "Households that lived within this division; without it, within the actor's own", example="469024000000"
    ),
    hospital("institution", "Settlements of this hospital only", example="H46902400001"),
    month("month", "Discharges of this month; the present one unless `from` or `to` is given", example="2019-03"),
    month("from", f"Discharges from this month on, {MONTHS_MAX} months at most; without it, from January", example="2019-01"),
    month("to", "Discharges up to this month and with it; without it, up to the present one", example="2019-03"),
    codes("kind", "Kinds of target", "reimbursement_target", example="INPATIENT"),
    day("as_of", "Discharges up to this day and on it, as if it were the present one; not in the future", example="2019-03-15"),
    KNOWN_AT,
)
PROBLEMS: Final = (
    "E-AUTH-SCOPE", "E-DIVISION-UNKNOWN", "E-FIELD-NOT-ALLOWED", "E-FIELD-RANGE", "E-DATE-FUTURE", "E-KNOWN-AT", "E-ACCEPT",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Months:
    """The first days of the first and of the last month."""

    first: int
    last: int

    @property
    def first_text(self) -> str:
        """`2019-01`."""
        return day_text(self.first)[:7]

    @property
    def last_text(self) -> str:
        """`2019-03`."""
        return day_text(self.last)[:7]

    @property
    def last_day(self) -> int:
        """Of the last month."""
        begun = _date(self.last)
        return day_number((begun + timedelta(days=31)).replace(day=1)) - 1


def months_of(values: Mapping[str, Any], today: date) -> Months:
    """The months that are asked about."""
    if values["month"] is not None:
        return Months(values["month"], values["month"])
    last = day_number(today.replace(day=1)) if values["to"] is None else values["to"]
    if values["from"] is not None:
        return Months(values["from"], last)
    return Months(last if values["to"] is None else day_number(_date(last).replace(month=1)), last)


def check_which(parts: QueryParts, values: Mapping[str, Any], faults: Faults) -> None:
    """E-DIVISION-UNKNOWN, E-FIELD-NOT-ALLOWED for a range beside a month, E-DATE-FUTURE, E-FIELD-RANGE."""
    if values["division"] is not None and values["division"] not in parts.divisions():
        faults.add("E-DIVISION-UNKNOWN", at="division", division=values["division"])
    today = _present(parts, {**values, "as_of": None})
    if values["as_of"] is not None and values["as_of"] > day_number(today):
        faults.add("E-DATE-FUTURE", at="as_of", today=today.isoformat())
    else:
        today = _present(parts, values)
    if values["known_at"] is not None:
        with _reading(parts) as (register, expenses):
            _add_unknown(register, expenses, values["known_at"], faults)
    for name in ("month", "from", "to"):
        if values[name] is not None and values[name] > day_number(today):
            faults.add("E-DATE-FUTURE", at=name, today=today.isoformat())
        if name != "month" and values[name] is not None and values["month"] is not None:
            faults.add("E-FIELD-NOT-ALLOWED", at=name)
    months = months_of(values, today)
    earliest = _months_before(months.last, MONTHS_MAX - 1)
    if not earliest <= months.first <= months.last:
        faults.add("E-FIELD-RANGE", at="from", minimum=day_text(earliest)[:7], maximum=months.last_text)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, and the settlements that it is about."""

    division: str
    months: Months
    settled: list[Settled]
    moment: Moment | None

    @property
    def name(self) -> str:
        """Of a sheet about it."""
        return f"{self.division}-{self.months.first_text}-{self.months.last_text}"


def asked(parts: QueryParts, question: Question) -> Asked:
    """The settlements. Raises QueryRefused (E-AUTH-SCOPE), ViewUnavailable."""
    values = question.values
    place = values["division"] or question.actor.division
    require_scope(question.actor, ACTION, place)
    present, known_at = _present(parts, values), values["known_at"]
    months = months_of(values, present)
    moment = None if is_now(values) else Moment(day_number(present), known_at)
    last_day = months.last_day if moment is None else min(months.last_day, moment.as_of)
    with _reading(parts) as (register, expenses):
        if known_at is not None:
            faults = Faults()
            _add_unknown(register, expenses, known_at, faults)
            faults.raise_any()
        found = settled(register, expenses, place, months.first, last_day, values["institution"], known_at)
    if values["kind"]:
        found = [one for one in found if one.kind in values["kind"]]
    return Asked(place, months, found, moment)


def _present(parts: QueryParts, values: Mapping[str, Any]) -> date:
    """The day that is asked about, or today; alone, `known_at` asks about its own."""
    if values["as_of"] is not None:
        return _date(values["as_of"])
    today = shanghai_date(parts.clock.now())
    return today if values["known_at"] is None else min(today, _date(day_of_instant(values["known_at"])))


def _add_unknown(register: Connection, expenses: Connection, known_at: int, faults: Faults) -> None:
    """Note E-KNOWN-AT once, where either read model has not come so far: with what the one that is behind knows."""
    behind, book = min(((REGISTER.known_before(register), 0), (EXPENSES.known_before(expenses), 1)))
    connection, of = (expenses, EXPENSES) if book else (register, REGISTER)
    if known_at >= behind:
        add_unknown(connection, known_at, faults, of)


@contextmanager
def _reading(parts: QueryParts) -> Iterator[tuple[Connection, Connection]]:
    with parts.reading() as register, parts.reading_expenses() as expenses:
        yield register, expenses


def _date(day: int) -> date:
    return date.fromordinal(day + EPOCH_ORDINAL)


def _months_before(first: int, months: int) -> int:
    begun = _date(first)
    count = begun.year * 12 + begun.month - 1 - months
    return day_number(date(count // 12, count % 12 + 1, 1))
