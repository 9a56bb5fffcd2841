"""Who was in which household on a day. A person is in a household from the day of joining to the day before leaving."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from projections.expenses.tables import MEMBERSHIP

_IDS_AT_ONCE: Final = 500


def memberships_of(connection: Connection, persons: Collection[bytes]) -> list[Row[Any]]:
    """All memberships of these persons, in the order in which they began."""
    return _rows(connection, MEMBERSHIP.c.person_id, persons)


def members_ever(connection: Connection, household_id: bytes) -> set[bytes]:
    """Everybody who ever was in the household."""
    return {row.person_id for row in _rows(connection, MEMBERSHIP.c.household_id, [household_id])}


def _rows(connection: Connection, by: Any, ids: Collection[bytes]) -> list[Row[Any]]:
    m, wanted = MEMBERSHIP.c, sorted(ids)
    found: list[Row[Any]] = []
    for start in range(0, len(wanted), _IDS_AT_ONCE):
        some = wanted[start : start + _IDS_AT_ONCE]
        found += connection.execute(select(MEMBERSHIP).where(by.in_(some)).order_by(m.person_id, m.version)).all()
    return found
