"""`as_of` and `known_at`: which day, and by what the register knew when.

Neither reaches beyond what can be answered: of a day that has not come the register knows nothing (it would only repeat today),
and `known_at` must lie before the instant up to which everything is in the tables. Alone, `known_at` asks about its own day in
the province: what the register would have shown then. Alone, `as_of` asks by all that is known now.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from projections.api.errors import Faults
from projections.api.parameters import Parameter, day, instant
from projections.api.parts import QueryParts
from projections.expenses.queries.moments import expenses_known_before, warnings_known_before
from projections.register.queries.campaigns import campaigns_known_before
from projections.register.queries.fields import DAY, INSTANT, day_number, day_text, instant_text, or_null
from projections.register.queries.moments import Moment, known_before
from projections.register.queries.supervision import supervision_known_before
from schemas.clock import shanghai_date

KNOWN_AT: Final = instant(
    "known_at",
    "By what the register knew at this instant (with offset), instead of all it knows now; alone it asks about its own day",
    example="2020-01-31T18:00:00+08:00",
)
MOMENT: Final[tuple[Parameter, ...]] = (
    day("as_of", "What was true on this day, instead of now; not in the future", example="2019-12-31"),
    KNOWN_AT,
)
MOMENT_TOLD: Final[dict[str, Any]] = {
    "as_of": or_null({**DAY.schema, "description": "The day that was asked about; null: now"}),
    "known_at": or_null({**INSTANT.schema, "description": "By what was known when; null: by all that is known"}),
}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Book:
    """A read model that can be asked about moments: how it is read, and until when what was recorded is in it."""

    reading: Callable[[QueryParts], AbstractContextManager[Connection]]
    known_before: Callable[[Connection], int]


REGISTER: Final = Book(lambda parts: parts.reading(), known_before)
WARNINGS: Final = Book(lambda parts: parts.reading_expenses(), warnings_known_before)
CAMPAIGNS: Final = Book(lambda parts: parts.reading(), campaigns_known_before)
EXPENSES: Final = Book(lambda parts: parts.reading_expenses(), expenses_known_before)
SUPERVISION: Final = Book(lambda parts: parts.reading(), supervision_known_before)


def check_moment(parts: QueryParts, values: Mapping[str, Any], faults: Faults, book: Book = REGISTER) -> None:
    """E-DATE-FUTURE for a day that has not come (or had not, at `known_at`), E-KNOWN-AT beyond what is known."""
    if is_now(values):
        return
    as_of, known_at = values["as_of"], values["known_at"]
    last = day_number(shanghai_date(parts.clock.now()))
    if known_at is not None:
        with book.reading(parts) as connection:
            add_unknown(connection, known_at, faults, book)
        last = min(last, day_of_instant(known_at))
    if as_of is not None and as_of > last:
        faults.add("E-DATE-FUTURE", at="as_of", today=day_text(last))


def add_unknown(connection: Connection, known_at: int, faults: Faults, book: Book = REGISTER) -> None:
    """Note E-KNOWN-AT, with what is known, unless everything recorded until then is in the tables."""
    known = book.known_before(connection)
    if known_at >= known:
        faults.add("E-KNOWN-AT", at="known_at", known=instant_text(known))


def is_now(values: Mapping[str, Any]) -> bool:
    """Whether the present is asked about, and all that is known of it."""
    return values["as_of"] is None and values["known_at"] is None


def moment_of(connection: Connection, values: Mapping[str, Any], book: Book = REGISTER) -> Moment:
    """The moment that is asked about. Raises QueryRefused (E-KNOWN-AT) if this state knows less than the one that was checked."""
    as_of, known_at = values["as_of"], values["known_at"]
    if known_at is None:
        return Moment(as_of)
    faults = Faults()
    add_unknown(connection, known_at, faults, book)
    faults.raise_any()
    return Moment(day_of_instant(known_at) if as_of is None else as_of, known_at)


def moment_and_today(
    parts: QueryParts, connection: Connection, values: Mapping[str, Any], book: Book = REGISTER
) -> tuple[Moment | None, int]:
    """The moment that is asked about, None for now; and its day, or the present one in the province.

    Raises QueryRefused (E-KNOWN-AT).
    """
    if is_now(values):
        return None, day_number(shanghai_date(parts.clock.now()))
    moment = moment_of(connection, values, book)
    return moment, moment.as_of


def moment_told(moment: Moment | None) -> dict[str, str | None]:
    """The moment as answers say it."""
    if moment is None:
        return {"as_of": None, "known_at": None}
    return {
        "as_of": day_text(moment.as_of),
        "known_at": None if moment.known_at is None else instant_text(moment.known_at),
    }


def day_of_instant(instant_us: int) -> int:
    """The province's day, since 1970."""
    return day_number(shanghai_date(_EPOCH + timedelta(microseconds=instant_us)))
