"""The balance equation, checked: for each division and stock, closing = opening + in - out, in households and in persons.

Stocks are what the household rows say, at each cut and now; flows are what the events say. Nothing makes them agree but both
being right. Each partition is checked for itself, so that two errors cannot hide each other; whoever is in balance in each
partition and village is in balance in every division, in every period made of buckets, and in the sum of several periods.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from sqlalchemy import ColumnElement, Connection, Select, Subquery, Table, and_, case, func, literal, or_, select, union_all

from projections.register.codes import COUNTED_STATUSES, STOCK_OF_STATUS, STOCKS
from projections.register.tables import CUT, FLOW, HOUSEHOLD, STOCK_AT_CUT

NOW: Final = "NOW"


@dataclass(frozen=True, slots=True)
class Imbalance:
    """E-BALANCE: by how many households and persons the closing stock exceeds what opening and flows add up to.

    period: the one that ended the bucket, `2018-W37` or `2018-09`; NOW for what has not ended yet.
    """

    code: ClassVar[str] = "E-BALANCE"

    partition: int
    division: str
    stock: str
    period: str
    households: int
    persons: int

    def __str__(self) -> str:
        where = f"{self.stock} of {self.division} (partition {self.partition}), {self.period}"
        return f"{self.code}: {where}: {self.households:+} households and {self.persons:+} persons more than in and out explain"


def check_balance(connection: Connection) -> list[Imbalance]:
    """Every imbalance there is; to be asked within one transaction."""
    return [
        Imbalance(
            row.partition, f"{row.division:012}", STOCKS[row.stock], row.period or NOW, int(row.households), int(row.persons)
        )
        for row in connection.execute(_imbalances())
    ]


def _imbalances() -> Select[Any]:
    changes = _changes()
    flows = select(*_key(FLOW), -FLOW.c.households, -FLOW.c.persons)
    u = union_all(select(*changes.c), flows).subquery("difference")
    households, persons = func.sum(u.c.households), func.sum(u.c.persons)
    by_key = (u.c.partition, u.c.division, u.c.stock, u.c.bucket)
    off = select(*by_key, households.label("households"), persons.label("persons")).group_by(*by_key)
    off_rows = off.having(or_(households != 0, persons != 0)).subquery("imbalance")
    o = off_rows.c
    ended = off_rows.outerjoin(CUT, and_(CUT.c.partition == o.partition, CUT.c.bucket == o.bucket))
    columns = select(o.partition, o.division, o.stock, CUT.c.period, o.households, o.persons)
    return columns.select_from(ended).order_by(o.partition, o.division, o.stock, o.bucket)


def _changes() -> Subquery:
    """By how much each stock differs from the cut before, at every cut at which it does, and now."""
    at_cuts = select(*_key(STOCK_AT_CUT), STOCK_AT_CUT.c.households, STOCK_AT_CUT.c.persons)
    stocks = union_all(at_cuts, _stocks_now()).subquery("stocks")
    s = stocks.c
    own = (s.partition, s.division, s.stock)
    households, persons = (
        (column - func.lag(column, 1, 0).over(partition_by=own, order_by=s.bucket)).label(column.name)
        for column in (s.households, s.persons)
    )
    return select(*own, s.bucket, households, persons).subquery("changes")


def _stocks_now() -> Select[Any]:
    """The household rows, counted, in the bucket that is open; 0 for a stock that nobody is left in."""
    h, c = HOUSEHOLD.c, STOCK_AT_CUT.c
    stock = case({status: STOCK_OF_STATUS[status] for status in COUNTED_STATUSES}, value=h.status)
    living = select(h.partition, h.division, stock.label("stock"), literal(1).label("households"), h.size.label("persons"))
    former = select(c.partition, c.division, c.stock, literal(0), literal(0))
    u = union_all(living.where(h.status.in_(COUNTED_STATUSES)), former).subquery("now")
    cuts = select(CUT.c.partition, (func.max(CUT.c.bucket) + 1).label("bucket")).group_by(CUT.c.partition).subquery("open")
    bucket = func.coalesce(func.max(cuts.c.bucket), 0)
    counted = select(u.c.partition, u.c.division, u.c.stock, bucket, func.sum(u.c.households), func.sum(u.c.persons))
    joined = u.outerjoin(cuts, cuts.c.partition == u.c.partition)
    return counted.select_from(joined).group_by(u.c.partition, u.c.division, u.c.stock)


def _key(table: Table) -> tuple[ColumnElement[int], ...]:
    return table.c.partition, table.c.division, table.c.stock, table.c.bucket
