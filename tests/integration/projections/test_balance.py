"""The balance is checked, not assumed: whatever is changed by hand in flows, stocks or households is found, and told where."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from projections.register.balance import Imbalance, check_balance
from projections.register.projection import RegisterProjection
from projections.register.tables import CUT, FLOW, HOUSEHOLD, STOCK_AT_CUT
from schemas.messages import Record
from tests.support.histories import exited
from tests.support.logged import logged
from tests.support.pipeline import views
from tests.support.scenario import HOUSEHOLD as HOUSEHOLD_ID
from tests.support.scenario import VILLAGE, given

LIFE = given(exited()).history
END = LIFE[-1].timestamp + timedelta(days=20)
RECORDS = logged(LIFE, every=1, until=END)
PARTITION = next(record.partition for record in RECORDS if record.key == str(HOUSEHOLD_ID).encode())


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = views(tmp_path / "views.db")
    RegisterProjection(engine).fold(RECORDS)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        assert check_balance(connection) == []
        yield connection


def off(connection: Connection) -> list[tuple[str, str, int, int]]:
    found = check_balance(connection)
    assert {(i.partition, i.division) for i in found} <= {(PARTITION, VILLAGE)}
    return [(i.stock, i.period, i.households, i.persons) for i in found]


def test_a_flow_that_was_not_counted_is_found_in_its_period(connection: Connection) -> None:
    connection.execute(delete(FLOW).where(FLOW.c.kind == "NEW"))
    assert off(connection) == [("H1", "2018-W39", 1, 3)]


def test_persons_are_checked_for_themselves(connection: Connection) -> None:
    connection.execute(update(FLOW).where(FLOW.c.kind == "EXITED", FLOW.c.households == -1).values(persons=FLOW.c.persons - 1))
    ((stock, _, households, persons),) = off(connection)
    assert (stock, households, persons) == ("H1", 0, 1)


def test_a_wrong_stock_at_a_cut_is_found_there_and_at_the_next_one(connection: Connection) -> None:
    first = select(func.min(STOCK_AT_CUT.c.bucket)).scalar_subquery()
    connection.execute(update(STOCK_AT_CUT).where(STOCK_AT_CUT.c.bucket == first).values(households=2))
    (_, _, excess, _), (_, _, want, _) = off(connection)
    assert (excess, want) == (1, -1)


def test_a_household_that_is_gone_is_missing_now(connection: Connection) -> None:
    connection.execute(delete(HOUSEHOLD))
    assert off(connection) == [("EXITED_WITH_POLICY", "NOW", -1, -3)]


def test_a_household_that_came_from_nowhere_is_too_much_now(connection: Connection) -> None:
    row = connection.execute(select(HOUSEHOLD)).one()._asdict()
    connection.execute(insert(HOUSEHOLD).values(row | {"household_id": bytes(16)}))
    assert off(connection) == [("EXITED_WITH_POLICY", "NOW", 1, 3)]


def test_two_errors_in_two_partitions_do_not_hide_each_other(connection: Connection) -> None:
    elsewhere = (PARTITION + 1) % 12
    connection.execute(update(HOUSEHOLD).values(partition=elsewhere))
    assert {(i.partition, i.households) for i in check_balance(connection)} == {(PARTITION, -1), (elsewhere, 1)}


def test_an_imbalance_is_one_clear_line() -> None:
    assert str(Imbalance(3, VILLAGE, "H1", "2018-W37", 1, -2)) == (
        f"E-BALANCE: H1 of {VILLAGE} (partition 3), 2018-W37: +1 households and -2 persons more than in and out explain"
    )


def test_a_stock_is_kept_only_where_it_changes(engine: Engine) -> None:
    with engine.connect() as connection:
        s = STOCK_AT_CUT.c
        kept = connection.execute(select(s.stock, s.households, s.persons).order_by(s.bucket, s.stock)).all()
        assert [tuple(row) for row in kept] == [(1, 1, 3), (1, 0, 0), (2, 1, 3)]
        cuts = connection.execute(select(CUT.c.partition, func.count(), func.max(CUT.c.bucket)).group_by(CUT.c.partition)).all()
        assert len({(count, last) for _, count, last in cuts}) == 1
        assert len(cuts) == 12


def test_a_barrier_that_comes_again_cuts_once(engine: Engine) -> None:
    barrier = next(record for record in reversed(RECORDS) if record.partition == PARTITION)
    again: Record = barrier._replace(offset=barrier.offset + 1)
    with engine.connect() as connection:
        before = connection.execute(select(func.count()).select_from(CUT)).scalar_one()
    assert RegisterProjection(engine).fold([again]) == 0
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(CUT)).scalar_one() == before
