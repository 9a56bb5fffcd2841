"""What a digest is made of, read from the register's read model: the cut, the stocks there, and the facts before it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, not_, or_, select, union_all

from projections.event_reader import EventReader
from projections.register.codes import STOCKS
from projections.register.projection import HOUSEHOLD_EVENTS
from projections.register.tables import CUT, STOCK_AT_CUT, TIMELINE
from projections.weekly.fact import DigestFact
from projections.weekly.figures import WANTED
from projections.weekly.window import Week
from schemas.catalogue import registry_catalogue
from schemas.division_codes import reporting_unit
from schemas.topics import topic_spec


class WeekNotClosed(Exception):
    """E-WEEK-NOT-CLOSED: a partition has not passed the week's end yet, or the register did not live then."""

    code = "E-WEEK-NOT-CLOSED"


@dataclass(frozen=True, slots=True)
class CutPlace:
    """Where a week was closed: its position in the register, and the bucket that it ended by partition."""

    position: int
    buckets: dict[int, int]


def cut_of(connection: Connection, week: Week) -> CutPlace:
    """The place where the week was closed. Raises WeekNotClosed until every partition has passed it."""
    found = connection.execute(
        select(CUT.c.partition, CUT.c.bucket, CUT.c.position).where(CUT.c.period_kind == "WEEK", CUT.c.period == week.label)
    ).all()
    if len(found) < topic_spec(HOUSEHOLD_EVENTS).partitions:
        raise WeekNotClosed(f"week: {week.label} has not been closed in every partition")
    return CutPlace(max(row.position for row in found), {row.partition: row.bucket for row in found})


def closed_weeks(connection: Connection, limit: int) -> list[str]:
    """The labels of the weeks that every partition has passed, the last of them first."""
    passed = select(CUT.c.period).where(CUT.c.period_kind == "WEEK").group_by(CUT.c.period)
    everywhere = passed.having(func.count() == topic_spec(HOUSEHOLD_EVENTS).partitions)
    return list(connection.execute(everywhere.order_by(func.max(CUT.c.position).desc()).limit(limit)).scalars())


def stocks_at(connection: Connection, cut: CutPlace) -> dict[tuple[str, str], tuple[int, int]]:
    """(stock, unit) -> households and persons at the cut."""
    s = STOCK_AT_CUT.c
    reached = or_(*(and_(s.partition == partition, s.bucket <= bucket) for partition, bucket in cut.buckets.items()))
    key = (s.partition, s.division, s.stock)
    newest = select(*key, func.max(s.bucket).label("bucket")).where(reached).group_by(*key).subquery()
    same = and_(*(column == newest.c[column.name] for column in key), s.bucket == newest.c.bucket)
    households: Counter[tuple[str, str]] = Counter()
    persons: Counter[tuple[str, str]] = Counter()
    for division, stock, count, size in connection.execute(
        select(s.division, s.stock, s.households, s.persons).join(newest, same)
    ):
        where = STOCKS[stock], reporting_unit(f"{division:012}")
        households[where] += count
        persons[where] += size
    return {where: (households[where], persons[where]) for where in households}


def facts_of(connection: Connection, week: Week, cut: CutPlace) -> list[DigestFact]:
    """The facts recorded in the week, and the whole timelines until then of households that had one corrected in it."""
    t = TIMELINE.c
    in_week = and_(t.recorded_at >= week.begins, t.recorded_at < week.ends)
    before_cut = t.position < cut.position
    corrected = select(t.household_id).where(in_week, before_cut, t.corrects.is_not(None))
    columns = (t.household_id, t.event_id, t.position, t.recorded_at, t.effective_on, t.corrects, t.policy_version, t.stored)
    # Two questions, each of which an index answers: asked as one with OR, PostgreSQL would read every fact there is.
    recorded = select(*columns).where(in_week, before_cut)
    others = select(*columns).where(t.household_id.in_(corrected), before_cut, not_(in_week))
    return sorted(_facts(connection.execute(union_all(recorded, others))), key=lambda fact: fact.position)


def _facts(rows: Any) -> Iterator[DigestFact]:
    reader = EventReader[None](registry_catalogue(), dict.fromkeys(WANTED))
    for row in rows:
        plan, event = reader.read(bytes(row.stored))
        yield DigestFact(
            event_id=bytes(row.event_id),
            event_type=plan.event_type,
            household_id=bytes(row.household_id),
            position=row.position,
            recorded_at=row.recorded_at,
            effective_on=row.effective_on,
            unit=reporting_unit(event["division"]),
            policy_version=row.policy_version or "",
            corrects=None if row.corrects is None else bytes(row.corrects),
            size=event.get("size"),
            entry_kind=event.get("entry_kind"),
            procedure=event.get("procedure"),
        )
