"""The worklist: cases of early warnings within a division, what they wait for, and since when.

A case waits for a day as `registry/early_warning` has it: for the claim or the visit, and after a verification for the outcome;
what follows a recorded outcome has the register's own days, and waits for nothing here.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, String, Table, case, cast, func, not_, select

from projections.days import DAY_US, SHANGHAI_US
from projections.expenses.tables import CASE, CASE_EVENT, CASE_HISTORY, WARNINGS
from projections.register.queries.event_telling import EventTeller
from projections.register.queries.fields import (
    DAY,
    DIVISION,
    FLAG,
    ID,
    INSTANT,
    TEXT,
    WHOLE,
    YUAN,
    Document,
    Field,
    Kind,
    Shape,
    id_text,
)
from projections.register.queries.moments import Moment, held
from projections.register.queries.pages import Key, Page, all_of, or_first, ordered, page_of
from projections.register.queries.places import within

OPEN: Final = ("RAISED", "ASSIGNED", "VERIFYING", "VERIFIED", "FOLLOWED")
"""Something is still to be done."""
UNCLAIMED: Final = "RAISED"
"""No township has it: the county has to find one."""
WAITING: Final = tuple(state for state in OPEN if state != "FOLLOWED")
"""A day is set for what comes next."""
_NEVER: Final = 2**31 - 1


def _rules(text: str) -> list[str]:
    return sorted({rule["rule"] for rule in json.loads(text)})


def _ids(text: str) -> list[str]:
    return [id_text(bytes.fromhex(digits)) for digits in json.loads(text)]


def _told(text: str) -> list[str]:
    day, _, told = text.partition(":")
    return sorted({to for to, due_on in json.loads(told) if due_on == int(day)})


TOLD: Final = Kind({"type": "array", "items": {"type": "string"}, "examples": [["COUNTY"]]}, _told)
RULES: Final = Kind({"type": "array", "items": {"type": "string"}, "examples": [["P3"]]}, _rules)
IDS: Final = Kind({"type": "array", "items": ID.schema, "examples": [[ID.schema["examples"][0]]]}, _ids)


class Source:
    """Rows of cases: as they are, or every belief about them."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.c = c = table.c
        self.due_on: ColumnElement[Any] = case((c.state.in_(WAITING), func.coalesce(c.outcome_due_on, c.due_on)), else_=None)
        # The day that it waits for, and who was told of which day.
        self.due_and_told = cast(func.coalesce(self.due_on, -1), String) + ":" + c.escalated
        self.sorts: Mapping[str, ColumnElement[Any]] = {
            "due_on": or_first(self.due_on),
            "raised_at": or_first(c.raised_at),
            "division": c.division,
            "basis": or_first(c.basis),
            "changed_at": c.changed_at,
        }

    def overdue(self, today: int) -> ColumnElement[bool]:
        """Never null: what waits for nothing is not overdue."""
        return func.coalesce(self.due_on, _NEVER) < today


NOW: Final = Source(CASE)
THEN: Final = Source(CASE_HISTORY)
SORTS: Final = tuple(NOW.sorts)


_E = CASE_EVENT.c
EVENT_SHAPE: Final = Shape(
    [
        Field("version", _E.version, WHOLE, "Place in the stream of the subject's warnings", always=True),
        Field("event_id", _E.event_id, ID, "The event", always=True),
        Field("effective_on", _E.effective_on, DAY, "When it was true", always=True),
        Field("recorded_at", _E.recorded_at, INSTANT, "When the register learnt it", always=True),
        Field("division", _E.division, DIVISION, "The township that had the case then, or its county", always=True),
        Field("actor_role", _E.actor_role, TEXT, "The role of who recorded it", "role", always=True),
        Field("policy_version", _E.policy_version, TEXT, "The policy that it was decided under"),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases. Every condition that is given must hold; of several codes, one. state: the open ones unless given;
    overdue, unclaimed: None where it does not matter; today: a day's number, the moment's own where there is one."""

    division: str
    today: int
    moment: Moment | None = None
    state: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    overdue: bool | None = None
    unclaimed: bool | None = None


@lru_cache(maxsize=16)
def case_shape(today: int, source: Source = NOW) -> Shape:
    """What is told of a case on a day."""
    c = source.c
    raised_days_ago = today - (c.raised_at + SHANGHAI_US) // DAY_US
    return Shape(
        [
            Field("case_id", c.case_id, ID, "The case", always=True),
            Field("subject_kind", c.subject_kind, TEXT, "Whom it is about", "warning_subject", always=True),
            Field("subject_id", c.subject_id, ID, "The household or the person; commands name it", always=True),
            Field("group", c.warning_group, TEXT, "How the register has them", "warning_group", always=True),
            Field("state", c.state, TEXT, "How far it is", "warning_state", always=True),
            Field("level", c.warning_level, TEXT, "How severe it is", "warning_level", always=True),
            Field("division", c.division, DIVISION, "The township that has it, or the county that has to find one", always=True),
            Field("raised_at", c.raised_at, INSTANT, "When it was raised"),
            # It may rest on what was true before the register learnt it.
            Field("age_days", case((raised_days_ago < 0, 0), else_=raised_days_ago), WHOLE, "Days since then, in the province"),
            Field("due_on", source.due_on, DAY, "The last day of what comes next: claim, visit or outcome"),
            Field("overdue", source.overdue(today), FLAG, "That day has passed", always=True),
            Field("unclaimed", c.state == UNCLAIMED, FLAG, "No township has it yet", always=True),
            Field("basis", c.basis, YUAN, "The personal burden that it rests on"),
            Field("rules", c.fired, RULES, "The rules that fired", "warning_rule", always=True),
            Field("expenses", c.expenses, IDS, "The settlements behind it", always=True),
            Field("escalated", source.due_and_told, TOLD, "Who was told that it has passed", "warning_escalation", always=True),
            Field("finding", c.finding, TEXT, "What the visit found", "warning_finding"),
            Field("outcome", c.outcome, TEXT, "What was done", "warning_outcome"),
            Field("linked_household_id", c.linked_household_id, ID, "The household that its outcome is about"),
            Field("linked_case_id", c.linked_case_id, ID, "The case of the register that follows from it"),
            Field("ended_on", c.ended_on, DAY, "When it ended"),
            Field("end_reason", c.end_reason, TEXT, "Why it was cancelled", "warning_cancel_reason"),
            Field("changed_at", c.changed_at, INSTANT, "When the register learnt the last of it", always=True),
        ]
    )


def list_cases(connection: Connection, wanted: Wanted, page: Page) -> tuple[list[Document], Key | None]:
    """A page of the cases, and the key to go on after, if there are more."""
    return page_of(connection, _cases(wanted, page), shape_of(wanted), page.limit)


def all_cases(connection: Connection, wanted: Wanted, page: Page) -> Iterator[Document]:
    """The whole list, read as it is consumed, within the connection's transaction."""
    return all_of(connection, _cases(wanted, page), shape_of(wanted))


def shape_of(wanted: Wanted) -> Shape:
    """What is told of the cases that are wanted."""
    return case_shape(wanted.today, NOW if wanted.moment is None else THEN)


def case_now(connection: Connection, case_id: bytes, today: int) -> tuple[Document, int] | None:
    """A case on a day, and the version of its subject's warnings; None if there is none."""
    shape, c = case_shape(today), NOW.c
    statement = select(*shape.columns, WARNINGS.c.version).where(c.case_id == case_id, WARNINGS.c.stream_id == c.stream_id)
    row = connection.execute(statement).one_or_none()
    return None if row is None else (shape.document(row), row[-1])


def case_then(connection: Connection, case_id: bytes, moment: Moment) -> Document | None:
    """A case as it was believed to be at a moment; None where there was none yet."""
    shape = case_shape(moment.as_of, THEN)
    row = connection.execute(select(*shape.columns).where(THEN.c.case_id == case_id, held(THEN.table, moment))).one_or_none()
    return None if row is None else shape.document(row)


@dataclass(frozen=True, slots=True)
class RaisedCase:
    """A case that was raised: whose, when (microseconds), how severe it became, and where it is."""

    case_id: bytes
    subject_kind: str
    subject_id: bytes
    raised_at: int
    level: str
    division: str


def raised_cases(connection: Connection) -> list[RaisedCase]:
    """Every one that ever was, those of a subject in the order in which they were raised."""
    c = CASE.c
    columns = c.case_id, c.subject_kind, c.subject_id, c.raised_at, c.warning_level, c.division
    rows = connection.execute(select(*columns).where(c.raised_at.is_not(None)).order_by(c.subject_id, c.raised_at))
    return [RaisedCase(*row[:-1], f"{row.division:012}") for row in rows]


def case_events(
    connection: Connection, case_id: bytes, after_version: int, limit: int, teller: EventTeller, moment: Moment | None = None
) -> tuple[list[Document], int | None]:
    """A case's events after a version, and the version to go on after, if there are more: all, or those that made it what it was
    at a moment. Raises Undecodable, SchemaUnknown.
    """
    e = CASE_EVENT.c
    statement = select(*EVENT_SHAPE.columns, e.schema_id, e.stored).where(e.case_id == case_id, e.version > after_version)
    if moment is not None:
        statement = statement.where(e.effective_on <= moment.as_of)
        statement = statement if moment.known_at is None else statement.where(e.recorded_at <= moment.known_at)
    rows = connection.execute(statement.order_by(e.version).limit(limit + 1)).all()
    events = [
        {"event_type": teller.event_type(row.schema_id), **EVENT_SHAPE.document(row), **teller.tell(bytes(row.stored))}
        for row in rows[:limit]
    ]
    return events, events[-1]["version"] if len(rows) > limit else None


def _cases(wanted: Wanted, page: Page) -> Select[Any]:
    source = NOW if wanted.moment is None else THEN
    statement = select(*shape_of(wanted).columns).where(*_conditions(wanted, source))
    return ordered(statement, source.sorts[page.sort], source.c.case_id, page)


def _conditions(wanted: Wanted, source: Source) -> Iterator[ColumnElement[bool]]:
    c = source.c
    yield within(c.division, wanted.division)
    yield c.state.in_(wanted.state or OPEN)
    if wanted.moment is not None:
        yield held(source.table, wanted.moment)
    if wanted.level:
        yield c.warning_level.in_(wanted.level)
    if wanted.group:
        yield c.warning_group.in_(wanted.group)
    for condition, holds in ((source.overdue(wanted.today), wanted.overdue), (c.state == UNCLAIMED, wanted.unclaimed)):
        if holds is not None:
            yield condition if holds else not_(condition)
