"""Rows of wrapped data keys: appended, overwritten in place, never moved or deleted (`tables` says why)."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, func, insert, select, update

from registry.vault.sealing import DESTROYED, PREFIX_BYTES, master_number, wrapped_prefix
from registry.vault.tables import data_key

_prefix = func.substr(data_key.c.wrapped, 1, PREFIX_BYTES)
_NONE = DESTROYED[:PREFIX_BYTES]


def insert_data_keys(connection: Connection, wrapped: Mapping[bytes, bytes]) -> None:
    """owner id -> its wrapped key, which is new."""
    if wrapped:
        rows = [{"owner_id": owner, "wrapped": key} for owner, key in wrapped.items()]
        connection.execute(insert(data_key), rows)


def overwrite_data_keys(connection: Connection, wrapped: Mapping[bytes, bytes]) -> None:
    """owner id -> the wrapped key that takes the place of the present one."""
    if wrapped:
        changed = update(data_key).where(data_key.c.owner_id == bindparam("owner"))
        rows = [{"owner": owner, "key": key} for owner, key in wrapped.items()]
        connection.execute(changed.values(wrapped=bindparam("key")), rows)


def destroy_data_keys(connection: Connection, owners: Sequence[bytes]) -> None:
    """After this, what these owners own cannot be read by anybody."""
    overwrite_data_keys(connection, dict.fromkeys(owners, DESTROYED))


def keys_wrapped_by_others(connection: Connection, number: int, after: int, page: int) -> list[tuple[int, bytes, bytes]]:
    """(place, owner id, wrapped key) of the next keys after a place that another master key wrapped; locked."""
    wanted = (
        select(data_key.c.place, data_key.c.owner_id, data_key.c.wrapped)
        .where(data_key.c.place > after, _prefix.not_in([wrapped_prefix(number), _NONE]))
        .order_by(data_key.c.place)
        .limit(page)
        .with_for_update()
    )
    return [(row.place, row.owner_id, row.wrapped) for row in connection.execute(wanted)]


def count_by_master_key(connection: Connection) -> dict[int, int]:
    """Number of the master key -> how many keys it wraps; destroyed ones are not counted."""
    counts = connection.execute(select(_prefix, func.count()).group_by(_prefix))
    return {master_number(bytes(prefix)): count for prefix, count in counts if bytes(prefix) != _NONE}
