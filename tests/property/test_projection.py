"""Random lives through the register projection: it agrees with the write side, with a plain model, and with itself."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, Row, delete, func, select

from projections.database import NO_END, open_engine
from projections.register.balance import check_balance
from projections.register.codes import OVERLAYS, STATUSES, STOCK_OF_STATUS
from projections.register.loading import load_households
from projections.register.projection import RegisterProjection
from projections.register.tables import CUT, HISTORY, HOUSEHOLD, METADATA, STOCK_AT_CUT
from registry.event import RegistryEvent
from registry.household.household import Household
from schemas.messages import Record
from tests.support.logged import batches, interleaved, logged
from tests.support.pipeline import digested_rows
from tests.support.plain_register import agrees, day_number, plain_shape
from tests.support.random_lives import as_another, random_life, random_neighbourhood

SEEDS = st.integers(0, 2**32)


def bounded(examples: int) -> settings:
    """The same examples each time, as many as a few seconds allow."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )


def empty_views() -> Engine:
    """A database in memory with the register's tables."""
    engine = open_engine("sqlite://")
    METADATA.create_all(engine)
    return engine


def streams(events: Sequence[RegistryEvent]) -> dict[UUID, list[RegistryEvent]]:
    """The events by household, without those of persons."""
    found: dict[UUID, list[RegistryEvent]] = {}
    for event in events:
        if event.TOPIC.startswith("household."):
            found.setdefault(event.originator_id, []).append(event)
    return found


def some_life(seed: int) -> list[RegistryEvent]:
    """A household's life, or that of neighbours."""
    return random_neighbourhood(seed) if seed % 4 == 0 else random_life(seed)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = empty_views()
    yield engine
    engine.dispose()


def folded(engine: Engine, records: Sequence[Record], chance: Random, *, maximum: int = 60, households_max: int = 3) -> None:
    """Fold into empty tables, in batches of random sizes."""
    with engine.begin() as connection:
        for table in METADATA.sorted_tables:
            connection.execute(delete(table))
    projection = RegisterProjection(engine, households_max=households_max)
    for batch in batches(records, chance, maximum):
        projection.fold(batch)


@bounded(100)
@given(SEEDS)
def test_a_projected_household_is_the_write_sides(engine: Engine, seed: int) -> None:
    life = some_life(seed)
    folded(engine, logged(life), Random(seed))
    with engine.connect() as connection:
        for household_id, stream in streams(life).items():
            household = Household.replay(None, stream)
            assert household is not None
            agrees(load_households(connection, [household_id.bytes])[household_id.bytes], household)


@bounded(60)
@given(SEEDS)
def test_what_was_believed_of_any_day_at_any_instant_is_what_the_facts_say(engine: Engine, seed: int) -> None:
    life = some_life(seed)
    folded(engine, logged(life), Random(seed))
    for household_id, stream in streams(life).items():
        beliefs = rectangles(engine, household_id)
        assert all(b.effective_from < b.effective_to and b.known_from < b.known_to for b in beliefs)
        days = {event.effective_on + timedelta(days=n) for event in stream for n in (-1, 0)}
        for known_at in {event.timestamp for event in stream}:
            for day in days:
                assert believed(beliefs, day, known_at) == plain_shape(stream, day, known_at), (day, known_at)


@bounded(15)
@given(SEEDS)
def test_closing_is_opening_plus_in_minus_out(engine: Engine, seed: int) -> None:
    lives = [as_another(some_life(seed + number), number) for number in range(3)]
    folded(engine, logged(*lives, every=5), Random(seed))
    with engine.connect() as connection:
        assert check_balance(connection) == []
        assert connection.execute(select(func.count()).select_from(STOCK_AT_CUT)).scalar_one() > 0
        cuts = connection.execute(select(CUT)).all()
        for cut in Random(seed).sample(cuts, min(20, len(cuts))):
            assert stocks_at(connection, cut) == stocks_believed(connection, cut)


def stocks_at(connection: Connection, cut: Row[Any]) -> dict[tuple[int, int], tuple[int, int]]:
    """The stocks of a partition at a cut, by its rows: the last row until then holds."""
    s = STOCK_AT_CUT.c
    until_then = select(s.division, s.stock, s.households, s.persons).where(s.partition == cut.partition, s.bucket <= cut.bucket)
    stocks = {(row[0], row[1]): (row[2], row[3]) for row in connection.execute(until_then.order_by(s.bucket))}
    return {key: count for key, count in stocks.items() if count != (0, 0)}


def stocks_believed(connection: Connection, cut: Row[Any]) -> dict[tuple[int, int], tuple[int, int]]:
    """What the history says that was believed just before a cut, of the latest day."""
    h = HISTORY.c
    last = (h.effective_to == NO_END, h.known_from < cut.cut_off, h.known_to >= cut.cut_off)
    households = select(HOUSEHOLD.c.household_id).where(HOUSEHOLD.c.partition == cut.partition)
    stocks: dict[tuple[int, int], tuple[int, int]] = {}
    for status, division, size in connection.execute(
        select(h.status, h.division, h.size).where(*last, h.household_id.in_(households))
    ):
        if stock := STOCK_OF_STATUS[status]:
            households_before, persons = stocks.get((division, stock), (0, 0))
            stocks[division, stock] = households_before + 1, persons + size
    return stocks


@bounded(12)
@given(SEEDS)
def test_any_batches_and_any_order_of_partitions_give_the_same_rows(engine: Engine, seed: int) -> None:
    chance = Random(seed)
    records = logged(*(as_another(some_life(seed + number), number) for number in range(4)), every=5)
    folded(engine, records, chance, maximum=10_000, households_max=10)
    rows = digested_rows(engine)
    folded(engine, interleaved(records, chance), chance, maximum=chance.choice((1, 30, 200)))
    assert digested_rows(engine) == rows


def rectangles(engine: Engine, household_id: UUID) -> Sequence[Row[Any]]:
    """All of a household's rectangles."""
    with engine.connect() as connection:
        return connection.execute(select(HISTORY).where(HISTORY.c.household_id == household_id.bytes)).all()


def believed(beliefs: Sequence[Row[Any]], day: date, known_at: datetime) -> Any:
    """What is told of a day at an instant; nothing as long as the household has no status."""
    on, at = day_number(day), int(known_at.timestamp() * 1_000_000)
    told = [b for b in beliefs if b.effective_from <= on < b.effective_to and b.known_from <= at < b.known_to]
    assert len(told) <= 1
    return shape_of(told[0]) if told else None


def shape_of(belief: Row[Any]) -> Any:
    """A rectangle's shape in words."""
    return STATUSES[belief.status], OVERLAYS[belief.overlay], belief.spell_no, belief.division, belief.size
