"""Who was in which household on a day. A person is in a household from the day of joining to the day before leaving."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, select

from projections.days import date_of
from projections.expenses.belonging import Membership
from projections.expenses.tables import MEMBERSHIP

_IDS_AT_ONCE: Final = 500


def memberships_of(connection: Connection, persons: Collection[bytes]) -> dict[UUID, list[Membership]]:
    """All memberships of each of these persons who ever was in a household, in the order in which the register learnt them."""
    found: dict[UUID, list[Membership]] = {}
    for row in _rows(connection, MEMBERSHIP.c.person_id, persons):
        left_on = None if row.left_on is None else date_of(row.left_on)
        membership = Membership(UUID(bytes=row.household_id), date_of(row.joined_on), left_on)
        found.setdefault(UUID(bytes=row.person_id), []).append(membership)
    return found


def members_ever(connection: Connection, households: Collection[bytes]) -> set[tuple[bytes, bytes]]:
    """Household and person, of everybody who ever was in one of these households."""
    return {(row.household_id, row.person_id) for row in _rows(connection, MEMBERSHIP.c.household_id, households)}


def _rows(connection: Connection, by: Any, ids: Collection[bytes]) -> list[Row[Any]]:
    m, wanted = MEMBERSHIP.c, sorted(ids)
    found: list[Row[Any]] = []
    for start in range(0, len(wanted), _IDS_AT_ONCE):
        some = wanted[start : start + _IDS_AT_ONCE]
        found += connection.execute(select(MEMBERSHIP).where(by.in_(some)).order_by(m.person_id, m.version)).all()
    return found
