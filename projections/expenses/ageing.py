"""Expenses and dead letters are shown for two years, counted by the log itself, and gone from here before they are from the log.

The day is that of the partition's newest record, so that every build of the same log drops the same rows. The log lets go of a
record some 70 days later, by the clock on the wall: a build made anew still finds all that is shown, unless a partition stood
still for so long.
"""

from typing import Final

from sqlalchemy import Column, Connection, Table, delete

from projections.days import DAY_US
from projections.expenses.tables import DEAD_LETTER, EARLIER_ACCEPTANCE, SETTLEMENT

KEPT_DAYS: Final = 730
"""Longer than any window, shorter than the topics' retention."""


def oldest_kept(newest_us: int) -> int:
    """The first instant of the oldest day that is kept, where the newest record is of this instant; microseconds."""
    return max(0, newest_us // DAY_US - KEPT_DAYS) * DAY_US


def drop_older(connection: Connection, table: Table, partition: int, oldest_us: int) -> None:
    """Drop a partition's rows of days before."""
    connection.execute(delete(table).where(table.c.partition == partition, _INSTANT[table.name] < oldest_us))


_INSTANT: Final[dict[str, Column[int]]] = {
    SETTLEMENT.name: SETTLEMENT.c.accepted_at,
    EARLIER_ACCEPTANCE.name: EARLIER_ACCEPTANCE.c.accepted_at,
    DEAD_LETTER.name: DEAD_LETTER.c.at,
}
