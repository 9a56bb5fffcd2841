"""A read model's database that fails under a batch: told as any other failure is, so that its projector waits and goes on."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from projections.bulk import insert_rows, select_rows
from projections.database import open_engine
from projections.register.projection import RegisterProjection
from projections.register.read_model import REGISTER
from projections.register.tables import CUT
from projections.table_rows import shape_of, stream_rows
from tests.support.histories import exited
from tests.support.logged import logged
from tests.support.pipeline import digested_rows, views
from tests.support.scenario import given

RECORDS = logged(given(exited()).history, every=1)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = views(tmp_path / "views.db")
    yield engine
    engine.dispose()


def limit(engine: Engine, pages: str) -> None:
    """Let the database grow no further than so many pages; it holds for the engine's only connection."""
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk_takes_the_whole_batch_back_and_it_may_be_folded_again(engine: Engine, tmp_path: Path) -> None:
    projection = RegisterProjection(engine)
    before = digested_rows(engine)
    limit(engine, "1")
    with pytest.raises(OperationalError, match="full"):
        projection.fold(RECORDS)
    assert digested_rows(engine) == before
    limit(engine, "1000000")
    projection.fold(RECORDS)
    other = views(tmp_path / "other.db")
    RegisterProjection(other).fold(RECORDS)
    assert digested_rows(engine) == digested_rows(other)
    other.dispose()


def insert(connection: Connection) -> object:
    return insert_rows(connection, CUT, [(1, 0, "WEEK", "2018-W37", 1, 1)])


def select(connection: Connection) -> object:
    return select_rows(connection, list(CUT.c), CUT.c.partition, [1])


def stream(connection: Connection) -> object:
    return list(stream_rows(connection, shape_of(CUT), 10))


@pytest.mark.postgres
@pytest.mark.parametrize("attempt", [insert, select, stream])
def test_a_server_that_goes_away_is_told_as_such_whatever_is_done(
    postgres_uri: str, attempt: Callable[[Connection], object]
) -> None:
    engine, other = open_engine(postgres_uri), open_engine(postgres_uri)
    REGISTER.metadata.create_all(engine)
    with engine.connect() as connection, other.connect() as killer:
        number = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        killer.execute(text("SELECT pg_terminate_backend(:number, 5000)"), {"number": number})
        with pytest.raises(OperationalError):
            attempt(connection)
        connection.invalidate()
    engine.dispose()
    other.dispose()
