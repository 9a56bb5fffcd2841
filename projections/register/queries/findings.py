"""Findings of the supervision teams within a division: how far they are, who has them, and which are overdue."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, case, func, not_, select

from projections.register.queries.fields import DAY, DIVISION, FLAG, ID, INSTANT, TEXT, WHOLE, Document, Field, Shape
from projections.register.queries.moments import Moment, by_then
from projections.register.queries.pages import Key, Page, all_of, or_first, ordered, page_of
from projections.register.queries.places import within
from projections.register.queries.supervision import NEVER, Steps
from projections.register.supervision import RECORDED
from projections.register.tables import FINDING_STEP

ASSIGNED: Final = "ASSIGNED"
OPEN: Final = (RECORDED, ASSIGNED, "RECTIFIED")
"""Something is still to be done."""
STEPS: Final = Steps(FINDING_STEP, RECORDED)
_LAST, _FIRST = STEPS.last, STEPS.first
_STATE: Final[ColumnElement[Any]] = case((_LAST.kind == "REOPENED", ASSIGNED), else_=_LAST.kind)
_SORTS: Final[Mapping[str, ColumnElement[Any]]] = {
    "found_on": _FIRST.effective_on,
    "due_on": or_first(_LAST.due_on),
    "state_on": _LAST.effective_on,
}
SORTS: Final = tuple(_SORTS)

_T = FINDING_STEP.c
STEP_SHAPE: Final = Shape(
    [
        Field("version", _T.version, WHOLE, "Its place in the finding's stream", always=True),
        Field("kind", _T.kind, TEXT, "RECORDED, ASSIGNED, RECTIFIED, VERIFIED or REOPENED", always=True),
        Field("effective_on", _T.effective_on, DAY, "When it was true", always=True),
        Field("recorded_at", _T.recorded_at, INSTANT, "When the register learnt it", always=True),
        Field("division", _T.division, DIVISION, "Where it was found; once assigned, the office that has it", always=True),
        Field("actor_role", _T.actor_role, TEXT, "The role of who recorded it", "role", always=True),
        Field("due_on", _T.due_on, DAY, "Until when it is to be put right"),
        Field("event_id", _T.event_id, ID, "The event", always=True),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which findings. Every condition that is given must hold; of several codes, one. state: the open ones unless given;
    overdue, team: None where it does not matter; today: a day's number, the moment's own where there is one."""

    division: str
    today: int
    moment: Moment | None = None
    state: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    team: int | None = None
    overdue: bool | None = None


@dataclass(slots=True)
class FindingFigures:
    """Of all findings of a place by state; of the open ones by section and by severity, and how many of them are overdue."""

    by_state: Counter[str] = field(default_factory=Counter)
    by_section: Counter[str] = field(default_factory=Counter)
    by_severity: Counter[str] = field(default_factory=Counter)
    overdue: int = 0


def _overdue(today: int) -> ColumnElement[bool]:
    """Never null: only an assignment and a reopening have a day, and what they began waits for it."""
    return func.coalesce(_LAST.due_on, NEVER) < today


@lru_cache(maxsize=16)
def finding_shape(today: int) -> Shape:
    """What is told of a finding on a day."""
    return Shape(
        [
            Field("finding_id", STEPS.id, ID, "The finding; commands name it", always=True),
            Field("state", _STATE, TEXT, "How far it is", "finding_state", always=True),
            Field("division", _LAST.division, DIVISION, "The office that has it; before that, where it was found", always=True),
            Field("found_in", _FIRST.division, DIVISION, "Where it was found", always=True),
            Field("team", _FIRST.team, WHOLE, "The supervision team that recorded it", always=True),
            Field("section", _FIRST.section, TEXT, "What it is about", "finding_section", always=True),
            Field("finding_type", _FIRST.finding_type, TEXT, "What was found", "finding_type", always=True),
            Field("severity", _FIRST.severity, TEXT, "How grave it is", "finding_severity", always=True),
            Field("conduct_kind", _FIRST.conduct_kind, TEXT, "Of the section of conduct: which kind", "conduct_kind"),
            Field("holds_exit", _FIRST.holds_exit, FLAG, "While open it holds back the household's exit", always=True),
            Field("household_id", _FIRST.household_id, ID, "The household that it is about, for who may see households there"),
            Field("found_on", _FIRST.effective_on, DAY, "When it was found", always=True),
            Field("age_days", case((_STATE.in_(OPEN), today - _FIRST.effective_on)), WHOLE, "Days since then; null: verified"),
            Field("state_on", _LAST.effective_on, DAY, "Since when it is in this state", always=True),
            Field("due_on", _LAST.due_on, DAY, "Until when it is to be put right, while it is assigned"),
            Field("overdue", _overdue(today), FLAG, "That day has passed", always=True),
            Field("recorded_at", _LAST.recorded_at, INSTANT, "When the register learnt of its last step", always=True),
        ]
    )


def list_findings(connection: Connection, wanted: Wanted, page: Page) -> tuple[list[Document], Key | None]:
    """A page of the findings, and the key to go on after, if there are more."""
    return page_of(connection, _listed(wanted, page), finding_shape(wanted.today), page.limit)


def all_findings(connection: Connection, wanted: Wanted, page: Page) -> Iterator[Document]:
    """The whole list, read as it is consumed, within the connection's transaction."""
    return all_of(connection, _listed(wanted, page), finding_shape(wanted.today))


def finding_figures(connection: Connection, division: str, today: int, moment: Moment | None) -> FindingFigures:
    """Of every finding that lies within the division: that an office there has, or that was found there and nobody has yet."""
    labelled = _STATE.label("state"), _FIRST.section, _FIRST.severity, _overdue(today).label("overdue")
    each = STEPS.standing(list(labelled), moment).where(within(_LAST.division, division)).subquery()
    figures = FindingFigures()
    for state, section, severity, overdue, count in connection.execute(select(each, func.count()).group_by(*each.c)):
        figures.by_state[state] += count
        if state in OPEN:
            figures.by_section[section] += count
            figures.by_severity[severity] += count
            figures.overdue += count if overdue else 0
    return figures


def find_finding(connection: Connection, finding_id: bytes, today: int, moment: Moment | None) -> tuple[Document, int] | None:
    """A finding as it stands, or stood, and the version of its last step; None if there is, or was, none."""
    shape = finding_shape(today)
    row = connection.execute(STEPS.standing([*shape.columns, _LAST.version], moment, of=finding_id)).one_or_none()
    return None if row is None else (shape.document(row), row[-1])


def steps_of(connection: Connection, finding_id: bytes, moment: Moment | None) -> list[Document]:
    """Its steps in their order, those of the moment alone where there is one."""
    wanted = select(*STEP_SHAPE.columns).where(_T.finding_id == finding_id, by_then(_T.effective_on, _T.recorded_at, moment))
    return [STEP_SHAPE.document(row) for row in connection.execute(wanted.order_by(_T.version))]


def _listed(wanted: Wanted, page: Page) -> Select[Any]:
    statement = STEPS.standing(finding_shape(wanted.today).columns, wanted.moment).where(*_conditions(wanted))
    return ordered(statement, _SORTS[page.sort], STEPS.id, page)


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    yield within(_LAST.division, wanted.division)
    yield _STATE.in_(wanted.state or OPEN)
    if wanted.section:
        yield _FIRST.section.in_(wanted.section)
    if wanted.severity:
        yield _FIRST.severity.in_(wanted.severity)
    if wanted.team is not None:
        yield _FIRST.team == wanted.team
    if wanted.overdue is not None:
        yield _overdue(wanted.today) if wanted.overdue else not_(_overdue(wanted.today))
