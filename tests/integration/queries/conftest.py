"""The register's tables on both engines, filled once for the tests of a module."""

from collections.abc import Iterator
from typing import Protocol

import pytest
from sqlalchemy import Engine

from projections.database import open_engine
from projections.register.tables import METADATA
from tests.support.register_rows import create_register


class Make(Protocol):
    """Makes a register without households; `checkpoints`: with checkpoints, as if everything until 2021 were in."""

    def __call__(self, *, checkpoints: bool = True) -> Engine: ...


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def new_register(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """Makes an empty register on this engine."""
    engines: list[Engine] = []

    def make(*, checkpoints: bool = True) -> Engine:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('register') / 'register.db'}"
        else:
            url = request.getfixturevalue("new_postgres_database")()
        engines.append(open_engine(url))
        if checkpoints:
            create_register(engines[-1])
        else:
            METADATA.create_all(engines[-1])
        return engines[-1]

    yield make
    for engine in engines:
        engine.dispose()
