"""The worklist: cases of early warnings within a division, what they wait for, and since when.

A case waits for a day as `registry/early_warning` has it: for the claim or the visit, and after a verification for the outcome;
what follows a recorded outcome has the register's own days, and waits for nothing here.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, String, case, cast, func, not_, select

from projections.days import DAY_US, SHANGHAI_US
from projections.expenses.tables import CASE, CASE_EVENT, WARNINGS
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
from projections.register.queries.pages import Key, Page, all_of, or_first, ordered, page_of
from projections.register.queries.places import within

OPEN: Final = ("RAISED", "ASSIGNED", "VERIFYING", "VERIFIED", "FOLLOWED")
"""Something is still to be done."""
UNCLAIMED: Final = "RAISED"
"""No township has it: the county has to find one."""
WAITING: Final = tuple(state for state in OPEN if state != "FOLLOWED")
"""A day is set for what comes next."""
_C = CASE.c
_WAITS: Final = _C.state.in_(WAITING)
_DUE_ON: Final[ColumnElement[Any]] = case((_WAITS, func.coalesce(_C.outcome_due_on, _C.due_on)), else_=None)
_NEVER: Final = 2**31 - 1


def _rules(text: str) -> list[str]:
    return sorted({rule["rule"] for rule in json.loads(text)})


def _ids(text: str) -> list[str]:
    return [id_text(bytes.fromhex(digits)) for digits in json.loads(text)]


def _told(text: str) -> list[str]:
    day, _, told = text.partition(":")
    return sorted({to for to, due_on in json.loads(told) if due_on == int(day)})


_DUE_AND_TOLD: Final = cast(func.coalesce(_DUE_ON, -1), String) + ":" + _C.escalated
"""The day that it waits for, and who was told of which day."""
TOLD: Final = Kind({"type": "array", "items": {"type": "string"}, "examples": [["COUNTY"]]}, _told)
RULES: Final = Kind({"type": "array", "items": {"type": "string"}, "examples": [["P3"]]}, _rules)
IDS: Final = Kind({"type": "array", "items": ID.schema, "examples": [[ID.schema["examples"][0]]]}, _ids)

SORTS: Final[Mapping[str, ColumnElement[Any]]] = {
    "due_on": or_first(_DUE_ON),
    "raised_at": or_first(_C.raised_at),
    "division": _C.division,
    "basis": or_first(_C.basis),
    "changed_at": _C.changed_at,
}


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
    overdue, unclaimed: None where it does not matter; today: a day's number."""

    division: str
    today: int
    state: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    overdue: bool | None = None
    unclaimed: bool | None = None


@lru_cache(maxsize=4)
def case_shape(today: int) -> Shape:
    """What is told of a case on a day."""
    return Shape(
        [
            Field("case_id", _C.case_id, ID, "The case", always=True),
            Field("subject_kind", _C.subject_kind, TEXT, "Whom it is about", "warning_subject", always=True),
            Field("subject_id", _C.subject_id, ID, "The household or the person; commands name it", always=True),
            Field("group", _C.warning_group, TEXT, "How the register has them", "warning_group", always=True),
            Field("state", _C.state, TEXT, "How far it is", "warning_state", always=True),
            Field("level", _C.warning_level, TEXT, "How severe it is", "warning_level", always=True),
            Field("division", _C.division, DIVISION, "The township that has it, or the county that has to find one", always=True),
            Field("raised_at", _C.raised_at, INSTANT, "When it was raised"),
            Field("age_days", today - (_C.raised_at + SHANGHAI_US) // DAY_US, WHOLE, "Days since then, in the province"),
            Field("due_on", _DUE_ON, DAY, "The last day of what comes next: claim, visit or outcome"),
            Field("overdue", _overdue(today), FLAG, "That day has passed", always=True),
            Field("unclaimed", _C.state == UNCLAIMED, FLAG, "No township has it yet", always=True),
            Field("basis", _C.basis, YUAN, "The personal burden that it rests on"),
            Field("rules", _C.fired, RULES, "The rules that fired", "warning_rule", always=True),
            Field("expenses", _C.expenses, IDS, "The settlements behind it", always=True),
            Field("escalated", _DUE_AND_TOLD, TOLD, "Who was told that this day has passed", "warning_escalation", always=True),
            Field("finding", _C.finding, TEXT, "What the visit found", "warning_finding"),
            Field("outcome", _C.outcome, TEXT, "What was done", "warning_outcome"),
            Field("linked_household_id", _C.linked_household_id, ID, "The household that its outcome is about"),
            Field("linked_case_id", _C.linked_case_id, ID, "The case of the register that follows from it"),
            Field("ended_on", _C.ended_on, DAY, "When it ended"),
            Field("end_reason", _C.end_reason, TEXT, "Why it was cancelled", "warning_cancel_reason"),
            Field("changed_at", _C.changed_at, INSTANT, "When the register learnt the last of it", always=True),
        ]
    )


def list_cases(connection: Connection, wanted: Wanted, page: Page) -> tuple[list[Document], Key | None]:
    """A page of the cases, and the key to go on after, if there are more."""
    return page_of(connection, _cases(wanted, page), case_shape(wanted.today), page.limit)


def all_cases(connection: Connection, wanted: Wanted, page: Page) -> Iterator[Document]:
    """The whole list, read as it is consumed, within the connection's transaction."""
    return all_of(connection, _cases(wanted, page), case_shape(wanted.today))


def case_now(connection: Connection, case_id: bytes, today: int) -> tuple[Document, int] | None:
    """A case on a day, and the version of its subject's warnings; None if there is none."""
    shape = case_shape(today)
    statement = select(*shape.columns, WARNINGS.c.version).where(_C.case_id == case_id, WARNINGS.c.stream_id == _C.stream_id)
    row = connection.execute(statement).one_or_none()
    return None if row is None else (shape.document(row), row[-1])


def case_events(
    connection: Connection, case_id: bytes, after_version: int, limit: int, teller: EventTeller
) -> tuple[list[Document], int | None]:
    """A case's events after a version, and the version to go on after, if there are more. Raises Undecodable, SchemaUnknown."""
    e = CASE_EVENT.c
    statement = select(*EVENT_SHAPE.columns, e.schema_id, e.stored).where(e.case_id == case_id, e.version > after_version)
    rows = connection.execute(statement.order_by(e.version).limit(limit + 1)).all()
    events = [
        {"event_type": teller.event_type(row.schema_id), **EVENT_SHAPE.document(row), **teller.tell(bytes(row.stored))}
        for row in rows[:limit]
    ]
    return events, events[-1]["version"] if len(rows) > limit else None


def _cases(wanted: Wanted, page: Page) -> Select[Any]:
    statement = select(*case_shape(wanted.today).columns).where(*_conditions(wanted))
    return ordered(statement, SORTS[page.sort], _C.case_id, page)


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    yield within(_C.division, wanted.division)
    yield _C.state.in_(wanted.state or OPEN)
    if wanted.level:
        yield _C.warning_level.in_(wanted.level)
    if wanted.group:
        yield _C.warning_group.in_(wanted.group)
    for condition, holds in ((_overdue(wanted.today), wanted.overdue), (_C.state == UNCLAIMED, wanted.unclaimed)):
        if holds is not None:
            yield condition if holds else not_(condition)


def _overdue(today: int) -> ColumnElement[bool]:
    """Never null: what waits for nothing is not overdue."""
    return func.coalesce(_DUE_ON, _NEVER) < today
