"""Ends of periods: each partition gets the barrier at its place, and keeps what its stocks were there.

Stocks are counted from the household rows as they were before the batch, and the shapes that households got in it: never from the
flows, which are held against them (`projections.register.balance`).
"""

from typing import Final

from sqlalchemy import Connection, and_, func, select

from projections.event_reader import Event
from projections.register.batch import Batch, Totals
from projections.register.codes import COUNTED_STATUSES, STOCK_OF_STATUS
from projections.register.state import Shape
from projections.register.tables import CUT, HOUSEHOLD, STOCK_AT_CUT

_NO_POSITION: Final = -1


class Cuts:
    """The cuts of each partition, as far as they have to be remembered: how many, the last one's position, the stocks' rows."""

    def __init__(self) -> None:
        self._last: dict[int, tuple[int, int]] = {}
        self._rows: dict[int, Totals] = {}

    def forget(self) -> None:
        """Read everything again: what was remembered may never have been written."""
        self._last.clear()
        self._rows.clear()

    def bucket(self, connection: Connection, partition: int) -> int:
        """The bucket that is open: how many cuts there were."""
        return self._cut(connection, partition)[0]

    def close(self, connection: Connection, batch: Batch, partition: int, event: Event, position: int) -> bool:
        """Close the open bucket, unless this very cut was made already."""
        bucket, last_position = self._cut(connection, partition)
        if position <= last_position:
            return False
        self._last[partition] = bucket + 1, position
        batch.cuts.append((partition, bucket, event["period_kind"], event["period"], event["cut_off"], position))
        totals = _count(connection, batch, partition)
        known = self._known_rows(connection, partition)
        # A stock that nobody is left in has a row too: there was one before.
        for key in totals.keys() | known.keys():
            count = totals.get(key, (0, 0))
            if count != known.get(key, (0, 0)):
                known[key] = count
                division, stock = key
                batch.stocks.append((partition, division, stock, bucket, *count))
        return True

    def _cut(self, connection: Connection, partition: int) -> tuple[int, int]:
        cut = self._last.get(partition)
        if cut is None:
            found = select(func.max(CUT.c.bucket), func.max(CUT.c.position)).where(CUT.c.partition == partition)
            bucket, position = connection.execute(found).one()
            cut = self._last[partition] = (0, _NO_POSITION) if bucket is None else (bucket + 1, position)
        return cut

    def _known_rows(self, connection: Connection, partition: int) -> Totals:
        rows = self._rows.get(partition)
        if rows is None:
            rows = self._rows[partition] = last_counts(connection, partition)
        return rows


def last_counts(connection: Connection, partition: int) -> Totals:
    """The stocks of a partition at its last cut."""
    s = STOCK_AT_CUT.c
    last = select(s.division, s.stock, func.max(s.bucket).label("bucket")).where(s.partition == partition)
    newest = last.group_by(s.division, s.stock).subquery()
    same = and_(s.division == newest.c.division, s.stock == newest.c.stock, s.bucket == newest.c.bucket)
    rows = select(s.division, s.stock, s.households, s.persons).join(newest, same).where(s.partition == partition)
    return {(division, stock): (households, persons) for division, stock, households, persons in connection.execute(rows)}


def stocks_of(connection: Connection, partition: int) -> Totals:
    """The stocks of a partition now, from its household rows."""
    h = HOUSEHOLD.c
    counted = select(h.division, h.status, func.count(), func.sum(h.size))
    of_partition = counted.where(h.partition == partition, h.status.in_(COUNTED_STATUSES)).group_by(h.division, h.status)
    totals: Totals = {}
    for division, status, households, persons in connection.execute(of_partition):
        _add(totals, (division, STOCK_OF_STATUS[status]), households, int(persons))
    return totals


def _count(connection: Connection, batch: Batch, partition: int) -> Totals:
    """The stocks of a partition at this place within the batch."""
    totals = batch.totals.get(partition)
    if totals is None:
        totals = batch.totals[partition] = stocks_of(connection, partition)
    reshaped = batch.reshaped.pop(partition, {})
    for household_id, before in reshaped.items():
        _move(totals, before, -1)
        _move(totals, batch.households[household_id].shape, 1)
    return totals


def _move(totals: Totals, shape: Shape, sign: int) -> None:
    status, _, _, division, size = shape
    stock = STOCK_OF_STATUS[status]
    if stock:
        _add(totals, (division, stock), sign, sign * size)


def _add(totals: Totals, key: tuple[int, int], households: int, persons: int) -> None:
    known = totals.get(key, (0, 0))
    totals[key] = known[0] + households, known[1] + persons
