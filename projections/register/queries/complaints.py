"""Complaints within a division: which wait, for how long, and what was made of the others."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, case, func, not_, select

from projections.register.queries.fields import DAY, DIVISION, FLAG, ID, INSTANT, TEXT, WHOLE, Document, Field, Shape
from projections.register.queries.moments import Moment
from projections.register.queries.pages import Key, Page, ordered, page_of
from projections.register.queries.places import within
from projections.register.queries.supervision import Steps
from projections.register.supervision import RECEIVED
from projections.register.tables import COMPLAINT_STEP

STEPS: Final = Steps(COMPLAINT_STEP, RECEIVED)
_LAST, _FIRST = STEPS.last, STEPS.first
_WAITS: Final[ColumnElement[bool]] = _LAST.kind == RECEIVED
_SORTS: Final[Mapping[str, ColumnElement[Any]]] = {"received_on": _FIRST.effective_on, "due_on": _FIRST.due_on}
SORTS: Final = tuple(_SORTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which complaints. Every condition that is given must hold; of several codes, one. state: those that wait unless given;
    overdue: None where it does not matter; today: a day's number, the moment's own where there is one."""

    division: str
    today: int
    moment: Moment | None = None
    state: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    overdue: bool | None = None


@dataclass(slots=True)
class ComplaintFigures:
    """Of all complaints of a place by state and by channel, of the resolved ones by outcome; overdue: of those that wait."""

    by_state: Counter[str] = field(default_factory=Counter)
    by_channel: Counter[str] = field(default_factory=Counter)
    by_outcome: Counter[str] = field(default_factory=Counter)
    overdue: int = 0


def _overdue(today: int) -> ColumnElement[bool]:
    return and_(_WAITS, _FIRST.due_on < today)


@lru_cache(maxsize=16)
def complaint_shape(today: int) -> Shape:
    """What is told of a complaint on a day."""
    return Shape(
        [
            Field("complaint_id", STEPS.id, ID, "The complaint; commands name it", always=True),
            Field("state", _LAST.kind, TEXT, "How far it is", "complaint_state", always=True),
            Field("division", _LAST.division, DIVISION, "The place that it is about", always=True),
            Field("channel", _FIRST.channel, TEXT, "How it came", "complaint_channel", always=True),
            Field("section", _FIRST.section, TEXT, "What it is about", "finding_section", always=True),
            Field("household_id", _FIRST.household_id, ID, "The household that it is about, for who may see households there"),
            Field("received_on", _FIRST.effective_on, DAY, "When it was received", always=True),
            Field("age_days", case((_WAITS, today - _FIRST.effective_on)), WHOLE, "Days since then; null: it is resolved"),
            Field("due_on", _FIRST.due_on, DAY, "Until when it is, or was, to be resolved", always=True),
            Field("overdue", _overdue(today), FLAG, "That day has passed, and it is not resolved", always=True),
            Field("resolved_on", case((not_(_WAITS), _LAST.effective_on)), DAY, "When it was resolved"),
            Field("outcome", _LAST.outcome, TEXT, "What was made of it", "complaint_outcome"),
            Field("recorded_at", _LAST.recorded_at, INSTANT, "When the register learnt of its last step", always=True),
        ]
    )


def list_complaints(connection: Connection, wanted: Wanted, page: Page) -> tuple[list[Document], Key | None]:
    """A page of the complaints, and the key to go on after, if there are more."""
    shape = complaint_shape(wanted.today)
    statement = STEPS.standing(shape.columns, wanted.moment).where(*_conditions(wanted))
    return page_of(connection, ordered(statement, _SORTS[page.sort], STEPS.id, page), shape, page.limit)


def complaint_figures(connection: Connection, division: str, today: int, moment: Moment | None) -> ComplaintFigures:
    """Of every complaint about a place within the division."""
    labelled = _LAST.kind.label("state"), _FIRST.channel, _LAST.outcome, _overdue(today).label("overdue")
    each = STEPS.standing(list(labelled), moment).where(within(_LAST.division, division)).subquery()
    figures = ComplaintFigures()
    for state, channel, outcome, overdue, count in connection.execute(select(each, func.count()).group_by(*each.c)):
        figures.by_state[state] += count
        figures.by_channel[channel] += count
        if outcome is not None:
            figures.by_outcome[outcome] += count
        figures.overdue += count if overdue else 0
    return figures


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    yield within(_LAST.division, wanted.division)
    yield _LAST.kind.in_(wanted.state or (RECEIVED,))
    for column, codes in ((_FIRST.channel, wanted.channel), (_FIRST.section, wanted.section), (_LAST.outcome, wanted.outcome)):
        if codes:
            yield column.in_(codes)
    if wanted.overdue is not None:
        yield _overdue(wanted.today) if wanted.overdue else not_(_overdue(wanted.today))
