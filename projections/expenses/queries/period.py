"""From when until when what hospitals sent is still known here: older expenses are gone, here first and then from the log."""

from sqlalchemy import Connection, func, select

from projections.expenses.tables import SETTLEMENT


def period(connection: Connection) -> tuple[int, int] | None:
    """When the oldest record that is kept was accepted, and when the newest; microseconds since 1970. None: there is none."""
    at = SETTLEMENT.c.accepted_at
    first, last = connection.execute(select(func.min(at), func.max(at))).one()
    return None if first is None else (first, last)
