"""What happened in each year, as the read model tells it: flows of the balance, stocks at each year's end, facts counted.

Nothing here comes from the demonstration's own memory: the table shows what anybody would find who asks the register.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, and_, func, select

from deploy.demo.days import FIRST_DAY, LAST_DAY
from deploy.demo.staff import PROVINCE
from projections.register.codes import STOCKS
from projections.register.queries.balance import balance, find_period
from projections.register.tables import CUT, FLOW, TIMELINE
from registry.store.instant import to_micros
from schemas.catalogue import registry_catalogue
from schemas.clock import SHANGHAI

YEARS: Final = tuple(range(FIRST_DAY.year, LAST_DAY.year + 1))
H1, WITH_POLICY, STABLE = STOCKS.index("H1"), STOCKS.index("EXITED_WITH_POLICY"), STOCKS.index("EXITED_STABLE")
_COUNTED: Final = {
    "re_entered": "household.household_re_entered",
    "monitored": "household.monitoring_started",
    "eliminated": "household.risk_eliminated",
    "visits": "household.home_visit_recorded",
}
"""Facts that move nobody between stocks: how many were recorded."""


@dataclass(slots=True)
class Year:
    """One year. flows: kind -> (households, persons) that came into a stock or, negative, left one; counts: facts by name."""

    year: int
    flows: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    not_exited: tuple[int, int] | None = None

    def into(self, kind: str, stock: int) -> tuple[int, int]:
        """Households and persons that this kind of event brought into a stock."""
        return self.flows.get((kind, stock), (0, 0))

    def out_of_all(self, *kinds: str) -> tuple[int, int]:
        """Households and persons that events of these kinds took out of any stock."""
        lost = [self.into(kind, stock) for kind in kinds for stock in (H1, WITH_POLICY, STABLE)]
        return -sum(households for households, _ in lost), -sum(persons for _, persons in lost)


def years(connection: Connection) -> list[Year]:
    """Every year of the demonstration; to be asked within one transaction."""
    found = {year: Year(year) for year in YEARS}
    for year, key, households, persons in _flows(connection):
        before = found[year].flows.get(key, (0, 0))
        found[year].flows[key] = before[0] + households, before[1] + persons
    for year in YEARS:
        found[year].counts.update(_counts(connection, year))
        period = find_period(connection, f"{year}-12")
        if period is not None:
            found[year].not_exited = balance(connection, PROVINCE, period)[0].closing
    return list(found.values())


def _flows(connection: Connection) -> Iterator[tuple[int, tuple[str, int], int, int]]:
    """Flows with the year in which they were recorded: a bucket ends with a week or a month, so it lies within one year."""
    f, c = FLOW.c, CUT.c
    ended = FLOW.outerjoin(CUT, and_(c.partition == f.partition, c.bucket == f.bucket))
    sums = select(c.cut_off, f.kind, f.stock, func.sum(f.households), func.sum(f.persons)).select_from(ended)
    for cut_off, kind, stock, households, persons in connection.execute(sums.group_by(c.cut_off, f.kind, f.stock)):
        yield _year_before(cut_off), (kind, stock), int(households), int(persons)


def _year_before(cut_off_us: int | None) -> int:
    """The year that a period ending then lies in; what has not ended yet belongs to the last one."""
    if cut_off_us is None:
        return YEARS[-1]
    return datetime.fromtimestamp((cut_off_us - 1) / 1_000_000, SHANGHAI).year


def _counts(connection: Connection, year: int) -> dict[str, int]:
    catalogue = registry_catalogue()
    names = {catalogue.latest(event_type).id: name for name, event_type in _COUNTED.items()}
    t = TIMELINE.c
    first, beyond = _begins_us(year), _begins_us(year + 1)
    counted = select(t.schema_id, func.count()).where(
        t.schema_id.in_(names), t.recorded_at >= first, t.recorded_at < beyond, t.corrects.is_(None)
    )
    return {names[schema_id]: count for schema_id, count in connection.execute(counted.group_by(t.schema_id))}


def a_household_that_re_entered(connection: Connection) -> UUID | None:
    """One whose timeline is worth a look: it exited, relapsed and is on the register again, or was."""
    re_entered = registry_catalogue().latest(_COUNTED["re_entered"]).id
    t = TIMELINE.c
    first = select(t.household_id).where(t.schema_id == re_entered).order_by(t.position).limit(1)
    household_id = connection.execute(first).scalar_one_or_none()
    return None if household_id is None else UUID(bytes=household_id)


def _begins_us(year: int) -> int:
    return to_micros(datetime.combine(date(year, 1, 1), time(0), SHANGHAI).astimezone(UTC))
