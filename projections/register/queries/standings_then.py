"""How many households stood, each on a day of its own."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, select

from projections.register.codes import OVERLAYS, STATUSES
from projections.register.queries.moments import Moment, held
from projections.register.tables import HISTORY

_IDS_AT_ONCE: Final = 500


def standings_then(connection: Connection, days: Mapping[bytes, int], known_at: int | None) -> dict[bytes, tuple[str, str]]:
    """Status and overlay of each household on its day, as known at an instant or now; those that the register had not are left
    out."""
    h, found = HISTORY.c, dict[bytes, tuple[str, str]]()
    by_day: dict[int, list[bytes]] = {}
    for household_id, day in days.items():
        by_day.setdefault(day, []).append(household_id)
    for day, ids in sorted(by_day.items()):
        for start in range(0, len(ids), _IDS_AT_ONCE):
            some = sorted(ids)[start : start + _IDS_AT_ONCE]
            statement = select(h.household_id, h.status, h.overlay)
            for row in connection.execute(statement.where(h.household_id.in_(some), held(HISTORY, Moment(day, known_at)))):
                found[bytes(row.household_id)] = STATUSES[row.status], OVERLAYS[row.overlay]
    return found
