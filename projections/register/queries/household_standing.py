"""How households stood on any day, as far as their need goes: where, in which status, how many, with what income.

Of many households at once: a few statements for all of them, and the days are asked in memory.
"""

from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from projections.database import FOREVER
from projections.event_reader import EventReader
from projections.register.codes import NO_STATUS, OVERLAYS, STATUSES
from projections.register.facts.need import NEED, net_income
from projections.register.tables import HISTORY, TIMELINE
from schemas.catalogue import registry_catalogue

_H: Final = HISTORY.c
_T: Final = TIMELINE.c
_IDS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class HouseholdStanding:
    """division: 12 digits; income: net, of twelve months, fen, as last found up to that day; income_on: when; None: never."""

    division: str
    status: str
    overlay: str
    size: int
    income: int | None
    income_on: int | None


@dataclass(slots=True)
class Standings:
    """Of one household, as it is believed now."""

    _beliefs: list[Row[Any]] = field(default_factory=list)
    """What is believed of which days, in order of the days."""
    _found_on: list[int] = field(default_factory=list)
    _found: list[bytes | int] = field(default_factory=list)
    """What each home check found, in order of the days: the event as it was written, or its income once it was read."""

    def on(self, day: int) -> HouseholdStanding:
        """On a day since 1970, or on its first day where that came later."""
        belief = self._belief_on(day) or self._beliefs[0]
        income, income_on = self._income_on(day)
        status, overlay = STATUSES[belief.status], OVERLAYS[belief.overlay]
        return HouseholdStanding(f"{belief.division:012}", status, overlay, belief.size, income, income_on)

    def _belief_on(self, day: int) -> Row[Any] | None:
        return next((belief for belief in self._beliefs if belief.effective_from <= day < belief.effective_to), None)

    def _income_on(self, day: int) -> tuple[int, int] | tuple[None, None]:
        place = bisect_right(self._found_on, day) - 1
        if place < 0:
            return None, None
        found = self._found[place]
        if isinstance(found, bytes):
            found = self._found[place] = net_income(_reader().read(found)[1])
        return found, self._found_on[place]


def standings(connection: Connection, households: Collection[bytes]) -> Mapping[bytes, Standings]:
    """Of each of these households that the read model has."""
    found: dict[bytes, Standings] = {}
    ids = sorted(households)
    for start in range(0, len(ids), _IDS_AT_ONCE):
        some = ids[start : start + _IDS_AT_ONCE]
        beliefs = select(HISTORY).where(_H.household_id.in_(some), _H.known_to == FOREVER, _H.status != NO_STATUS)
        for row in connection.execute(beliefs.order_by(_H.household_id, _H.effective_from)):
            found.setdefault(row.household_id, Standings())._beliefs.append(row)
        checks = select(_T.household_id, _T.effective_on, _T.stored).where(
            _T.household_id.in_(some), _T.replaced_by.is_(None), _T.schema_id.in_(_need_schemas())
        )
        for household_id, day, stored in connection.execute(checks.order_by(_T.household_id, _T.effective_on, _T.version)):
            if household_id in found:
                found[household_id]._found_on.append(day)
                found[household_id]._found.append(bytes(stored))
    return found


@cache
def _reader() -> EventReader[None]:
    return EventReader(registry_catalogue(), dict.fromkeys(NEED))


@cache
def _need_schemas() -> tuple[int, ...]:
    catalogue = registry_catalogue()
    return tuple(schema.id for event_type in NEED for schema in catalogue.versions(event_type))
