"""The balance of a division over a period (domain 0.3): opening, what came in and went out by kind of event, closing.

Opening and closing are counts of households at cuts, flows are counts of events between them. Neither is made from the other, so
that they can be compared, and each answer says whether they agree.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, and_, func, select

from projections.register.codes import STOCKS
from projections.register.queries.moments import TOPIC
from projections.register.queries.places import bounds, within
from projections.register.tables import CUT, FLOW, STOCK_AT_CUT
from schemas.topics import topic_spec

WITHIN: Final = "WITHIN"
"""What changes of place within the division leave over: nothing, unless a correction changed place and size at once."""
COUNTED: Final = tuple(number for number, stock in enumerate(STOCKS) if stock)
BEFORE_ALL: Final = -1
PARTITIONS: Final = tuple(range(topic_spec(TOPIC).partitions))
"""Named in every question, since both tables are kept by partition first: each is then a few short ranges, not the table."""
Amount = tuple[int, int]
"""Households and persons."""
NOTHING: Final[Amount] = (0, 0)


@dataclass(frozen=True, slots=True)
class Period:
    """A closed period: `opened` and `closed` are the buckets that the cuts before and at its end have closed."""

    kind: str
    name: str
    cut_off: int
    opened: int
    closed: int


@dataclass(frozen=True, slots=True)
class StockBalance:
    """One stock over one period."""

    stock: str
    opening: Amount
    flows: Mapping[str, Amount]
    closing: Amount

    @property
    def holds(self) -> bool:
        """Whether closing is opening plus flows, for households and for persons."""
        return self.closing == _sum([self.opening, *self.flows.values()])


def find_period(connection: Connection, name: str | None) -> Period | None:
    """The period of this name (`2018-W37`, `2018-09`), or the last week; None unless every partition has reached its end."""
    c = CUT.c
    named = c.period_kind == "WEEK" if name is None else c.period == name
    ends = select(c.bucket, c.period_kind, c.period, c.cut_off).where(named)
    whole = ends.group_by(c.bucket, c.period_kind, c.period, c.cut_off).having(func.count() == len(PARTITIONS))
    last = connection.execute(whole.order_by(c.bucket.desc()).limit(1)).one_or_none()
    if last is None:
        return None
    closed, kind, period, cut_off = last
    before = select(func.max(c.bucket)).where(c.period_kind == kind, c.bucket < closed)
    opened = connection.execute(before).scalar_one()
    return Period(kind, period, cut_off, BEFORE_ALL if opened is None else opened, closed)


def balance(connection: Connection, division: str, period: Period) -> list[StockBalance]:
    """The balance of each stock."""
    opening = _stocks(connection, division, period.opened)
    closing = _stocks(connection, division, period.closed)
    flows = _flows(connection, division, period)
    return [
        StockBalance(STOCKS[stock], opening.get(stock, NOTHING), flows.get(stock, {}), closing.get(stock, NOTHING))
        for stock in COUNTED
    ]


def _stocks(connection: Connection, division: str, bucket: int) -> dict[int, Amount]:
    """Households and persons by stock at the cut that closed a bucket: of each place the last row up to it holds."""
    s = STOCK_AT_CUT.c
    here = and_(s.partition.in_(PARTITIONS), within(s.division, division), s.bucket <= bucket)
    last = select(s.partition, s.division, s.stock, func.max(s.bucket).label("bucket")).where(here)
    holding = last.group_by(s.partition, s.division, s.stock).subquery()
    same = and_(*(s[name] == holding.c[name] for name in ("partition", "division", "stock", "bucket")))
    sums = select(s.stock, func.sum(s.households), func.sum(s.persons)).join(holding, same).group_by(s.stock)
    return {stock: (int(households), int(persons)) for stock, households, persons in connection.execute(sums)}


def _flows(connection: Connection, division: str, period: Period) -> dict[int, dict[str, Amount]]:
    f = FLOW.c
    first, beyond = bounds(division)
    inner = and_(f.other_division >= first, f.other_division < beyond)
    sums = (
        select(f.stock, f.kind, inner.label("inner"), func.sum(f.households), func.sum(f.persons))
        .where(f.partition.in_(PARTITIONS), f.bucket > period.opened, f.bucket <= period.closed, within(f.division, division))
        .group_by(f.stock, f.kind, inner)
        .order_by(f.stock, f.kind)
    )
    flows: dict[int, dict[str, Amount]] = {}
    for stock, kind, is_inner, households, persons in connection.execute(sums):
        of_stock, name = flows.setdefault(stock, {}), WITHIN if is_inner else kind
        of_stock[name] = _sum([of_stock.get(name, NOTHING), (int(households), int(persons))])
    return {stock: {kind: amount for kind, amount in kinds.items() if _told(kind, amount)} for stock, kinds in flows.items()}


def _told(kind: str, amount: Amount) -> bool:
    """Both sides of a move within the division are there, and add up to nothing."""
    return kind != WITHIN or amount != NOTHING


def _sum(amounts: Iterable[Amount]) -> Amount:
    households = persons = 0
    for more_households, more_persons in amounts:
        households += more_households
        persons += more_persons
    return households, persons
