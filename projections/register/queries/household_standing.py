"""How a household stood on a day, as far as its need goes: where, in which status, how many, with what income."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, func, select

from projections.database import FOREVER
from projections.event_reader import EventReader
from projections.register.codes import NO_STATUS, OVERLAYS, STATUSES
from projections.register.facts.need import NEED, net_income
from projections.register.queries.moments import Moment, believed
from projections.register.tables import HISTORY, TIMELINE
from schemas.catalogue import registry_catalogue

_H: Final = HISTORY.c
_BELIEF: Final[Select[Any]] = select(_H.division, _H.status, _H.overlay, _H.size)


@dataclass(frozen=True, slots=True)
class HouseholdStanding:
    """division: 12 digits; income: net, of twelve months, fen, as last found up to that day; income_on: when; None: never."""

    division: str
    status: str
    overlay: str
    size: int
    income: int | None
    income_on: int | None


def household_standing(connection: Connection, household_id: bytes, day: int) -> HouseholdStanding | None:
    """As it is believed now, on a day since 1970, or on its first day where that came later. None where it has none yet."""
    row = _believed_on(connection, household_id, day)
    if row is None:
        mine = _H.household_id == household_id, _H.known_to == FOREVER, _H.status != NO_STATUS
        first = connection.execute(select(func.min(_H.effective_from)).where(*mine)).scalar_one()
        row = None if first is None or first <= day else _believed_on(connection, household_id, first)
    if row is None:
        return None
    income, income_on = _income(connection, household_id, day) or (None, None)
    return HouseholdStanding(f"{row.division:012}", STATUSES[row.status], OVERLAYS[row.overlay], row.size, income, income_on)


def _believed_on(connection: Connection, household_id: bytes, day: int) -> Row[Any] | None:
    row: Row[Any] | None = connection.execute(_BELIEF.where(_H.household_id == household_id, believed(Moment(day)))).one_or_none()
    return row


def _income(connection: Connection, household_id: bytes, day: int) -> tuple[int, int] | None:
    reader = _reader()
    t = TIMELINE.c
    stored = select(t.stored, t.effective_on).where(
        t.household_id == household_id, t.effective_on <= day, t.replaced_by.is_(None), t.schema_id.in_(_need_schemas())
    )
    latest = connection.execute(stored.order_by(t.effective_on.desc(), t.version.desc()).limit(1)).one_or_none()
    return None if latest is None else (net_income(reader.read(bytes(latest.stored))[1]), latest.effective_on)


@cache
def _reader() -> EventReader[None]:
    return EventReader(registry_catalogue(), dict.fromkeys(NEED))


@cache
def _need_schemas() -> tuple[int, ...]:
    catalogue = registry_catalogue()
    return tuple(schema.id for event_type in NEED for schema in catalogue.versions(event_type))
