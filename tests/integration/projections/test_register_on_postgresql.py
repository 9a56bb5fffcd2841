"""The register on PostgreSQL: the same rows as on SQLite, whoever projects which partitions."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine

from projections.checkpoints import AnotherProjector
from projections.database import open_engine
from projections.register.balance import check_balance
from projections.register.projection import RegisterProjection
from projections.register.tables import METADATA
from tests.support.logged import batches, interleaved, logged
from tests.support.pipeline import digested_rows, views
from tests.support.random_lives import as_another, random_life, random_neighbourhood

pytestmark = pytest.mark.postgres
LIVES = [as_another(random_life(n) if n % 3 else random_neighbourhood(n), n) for n in range(1, 13)]


@pytest.fixture
def engine(postgres_uri: str) -> Iterator[Engine]:
    engine = open_engine(postgres_uri)
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    engine = views(tmp_path / "views.db")
    yield engine
    engine.dispose()


def test_both_engines_hold_the_same_rows(engine: Engine, sqlite: Engine) -> None:
    records = logged(*LIVES, every=5)
    RegisterProjection(sqlite).fold(records)
    projection = RegisterProjection(engine, households_max=5)
    for batch in batches(interleaved(records, Random(7)), Random(7), 2000):
        projection.fold(batch)
    assert digested_rows(engine) == digested_rows(sqlite)
    with engine.connect() as connection:
        assert check_balance(connection) == []


def test_projectors_of_different_partitions_share_the_tables(engine: Engine, sqlite: Engine) -> None:
    records = logged(*LIVES, every=5)
    RegisterProjection(sqlite).fold(records)
    two = RegisterProjection(engine), RegisterProjection(engine)
    for batch in batches(interleaved(records, Random(8)), Random(8), 2000):
        for half, projection in enumerate(two):
            projection.fold([record for record in batch if record.partition % 2 == half])
    assert digested_rows(engine) == digested_rows(sqlite)


def test_a_second_projector_of_a_partition_is_stopped(engine: Engine) -> None:
    records = logged(LIVES[0])
    first, second = RegisterProjection(engine), RegisterProjection(engine)
    assert first.checkpoints() == second.checkpoints() == {}
    first.fold(records[:3])
    rows = digested_rows(engine)
    with pytest.raises(AnotherProjector, match=r"household\.events partition \d+"):
        second.fold(records[:5])
    assert digested_rows(engine) == rows
    assert second.fold(records[:5]) == 2, "it goes on from where the other left off"
    with pytest.raises(AnotherProjector, match="the checkpoint left 3"):
        first.fold(records[3:])
