"""A household's timeline: each of its events in the order in which the register learnt them, on both clocks."""

from typing import Any, Final

from sqlalchemy import Integer, bindparam, select

from projections.database import ID as ID_TYPE
from projections.register.queries.event_telling import EventTeller
from projections.register.queries.fields import DAY, ID, INSTANT, TEXT, WHOLE, Document, Field, Shape
from projections.register.queries.prepared import Driver, Prepared
from projections.register.tables import TIMELINE

_T = TIMELINE.c
ENTRY_SHAPE: Final = Shape(
    [
        Field("version", _T.version, WHOLE, "Place in the household's stream", always=True),
        Field("event_id", _T.event_id, ID, "The event", always=True),
        Field("effective_on", _T.effective_on, DAY, "When it was true", always=True),
        Field("recorded_at", _T.recorded_at, INSTANT, "When the register learnt it", always=True),
        Field("position", _T.position, WHOLE, "Place in the whole register", always=True),
        Field("actor_role", _T.actor_role, TEXT, "The role of who recorded it", "role", always=True),
        Field("policy_version", _T.policy_version, TEXT, "The policy that it was decided under"),
        Field("corrects", _T.corrects, ID, "The event that this one corrects or voids"),
        Field("replaced_by", _T.replaced_by, WHOLE, "Version of the correction or voiding that took its place"),
    ]
)
_ENTRIES: Final = Prepared(
    select(*ENTRY_SHAPE.columns, _T.schema_id, _T.stored)
    .where(_T.household_id == bindparam("household_id", type_=ID_TYPE), _T.version > bindparam("after_version", type_=Integer))
    .order_by(_T.version)
    .limit(bindparam("rows", type_=Integer))
)


def timeline(
    driver: Driver, household_id: bytes, after_version: int, limit: int, teller: EventTeller
) -> tuple[list[Document], int | None]:
    """Events after a version, and the version to go on after, if there are more. Raises Undecodable, SchemaUnknown."""
    rows = _ENTRIES.rows(driver, household_id=household_id, after_version=after_version, rows=limit + 1)
    entries = [_entry(row, teller) for row in rows[:limit]]
    return entries, entries[-1]["version"] if len(rows) > limit else None


def _entry(row: tuple[Any, ...], teller: EventTeller) -> Document:
    schema_id, stored = row[-2:]
    return {"event_type": teller.event_type(schema_id), **ENTRY_SHAPE.document(row), **teller.tell(bytes(stored))}
