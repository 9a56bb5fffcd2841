"""Lists of households: filters and orders."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, literal, or_, select

from projections.register.codes import NO_STATUS, OVERLAY_NUMBERS, STATUS_NUMBERS
from projections.register.queries.fields import Document
from projections.register.queries.moments import Moment, believed
from projections.register.queries.pages import Key, Page, all_of, or_first, ordered, page_of
from projections.register.queries.places import within
from projections.register.queries.shapes import BELIEF_SHAPE, HOUSEHOLD_SHAPE
from projections.register.tables import HISTORY, HOUSEHOLD

_H = HOUSEHOLD.c

SORTS: Final[Mapping[str, ColumnElement[Any]]] = {
    "division": _H.division,
    "status_on": _H.status_on,
    "recorded_at": _H.recorded_at,
    "size": _H.size,
    "spell_started_on": or_first(_H.spell_started_on),
    "exited_on": or_first(_H.exited_on),
    "retention_until": or_first(_H.retention_until),
    "last_visit_on": or_first(_H.last_visit_on),
    "income_per_head": or_first(_H.income_per_head),
    "review_due": or_first(_H.review_due),
}
SORTS_THEN: Final[Mapping[str, ColumnElement[Any]]] = {"division": HISTORY.c.division}
"""At a moment in the past only what register_history knows can be sorted by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which households. Every condition that is given must hold; of several codes, one.

    cause: among the main and the other causes; visited_before: last visited before this day, or never; exited_from, exited_to:
    first and last day of the exit. Days are numbers.
    """

    division: str
    status: tuple[str, ...] = ()
    overlay: tuple[str, ...] = ()
    spell_no: int | None = None
    cause: tuple[str, ...] = ()
    attribute: tuple[str, ...] = ()
    entry_kind: tuple[str, ...] = ()
    monitoring_category: tuple[str, ...] = ()
    helper: str | None = None
    visited_before: int | None = None
    exited_from: int | None = None
    exited_to: int | None = None


def list_now(connection: Connection, wanted: Wanted, page: Page) -> tuple[list[Document], Key | None]:
    """A page of the households as they are now, and the key to go on after, if there are more."""
    return page_of(connection, _now(wanted, page), HOUSEHOLD_SHAPE, page.limit)


def list_then(connection: Connection, wanted: Wanted, moment: Moment, page: Page) -> tuple[list[Document], Key | None]:
    """A page of the households as they were believed to be at a moment; only place, statuses and spell can be asked for."""
    return page_of(connection, _then(wanted, moment, page), BELIEF_SHAPE, page.limit)


def all_now(connection: Connection, wanted: Wanted, page: Page) -> Iterator[Document]:
    """The whole list, read as it is consumed, within the connection's transaction."""
    return all_of(connection, _now(wanted, page), HOUSEHOLD_SHAPE)


def all_then(connection: Connection, wanted: Wanted, moment: Moment, page: Page) -> Iterator[Document]:
    """The whole list at a moment, read as it is consumed."""
    return all_of(connection, _then(wanted, moment, page), BELIEF_SHAPE)


def _now(wanted: Wanted, page: Page) -> Select[Any]:
    statement = select(*HOUSEHOLD_SHAPE.columns).where(*_conditions(wanted))
    return ordered(statement, SORTS[page.sort], _H.household_id, page)


def _then(wanted: Wanted, moment: Moment, page: Page) -> Select[Any]:
    row = HISTORY.c
    statement = select(*BELIEF_SHAPE.columns).where(
        within(row.division, wanted.division), believed(moment), *_states(wanted, row)
    )
    return ordered(statement, SORTS_THEN[page.sort], row.household_id, page)


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    yield within(_H.division, wanted.division)
    yield _H.status != NO_STATUS
    yield from _states(wanted, _H)
    for column, codes in (
        (_H.attribute, wanted.attribute),
        (_H.entry_kind, wanted.entry_kind),
        (_H.monitoring_category, wanted.monitoring_category),
    ):
        if codes:
            yield column.in_(codes)
    if wanted.cause:
        yield or_(_H.main_cause.in_(wanted.cause), *(_among(_H.other_causes, code) for code in wanted.cause))
    if wanted.helper is not None:
        yield _H.helper_id == wanted.helper
    if wanted.visited_before is not None:
        yield or_(_H.last_visit_on.is_(None), _H.last_visit_on < wanted.visited_before)
    if wanted.exited_from is not None:
        yield _H.exited_on >= wanted.exited_from
    if wanted.exited_to is not None:
        yield _H.exited_on <= wanted.exited_to


def _states(wanted: Wanted, row: Any) -> Iterator[ColumnElement[bool]]:
    """The conditions that the present and the history share."""
    if wanted.status:
        yield row.status.in_([STATUS_NUMBERS[word] for word in wanted.status])
    if wanted.overlay:
        yield row.overlay.in_([OVERLAY_NUMBERS[word] for word in wanted.overlay])
    if wanted.spell_no is not None:
        yield row.spell_no == wanted.spell_no


def _among(column: ColumnElement[Any], code: str) -> ColumnElement[bool]:
    """Whether the code is one of several in a column (codes have no commas, but may have what LIKE takes for a wildcard)."""
    return and_(column != "", (literal(",") + column + literal(",")).contains(f",{code},", autoescape=True))
