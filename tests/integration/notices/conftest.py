"""An outbox on either engine, on a clock that tests set."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from consumers.notices.database import NOTICES_REVISION, opened_outbox
from deploy.composition.migrations import NOTICES_PACKAGE
from registry.store.migrating import Migrations
from tests.support.meter import SetClock
from tests.support.notices import AT


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with the tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'notices.db'}"
    address: str = request.getfixturevalue("postgres_uri")
    Migrations(NOTICES_REVISION, NOTICES_PACKAGE, address).apply()
    return address


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    with opened_outbox(url) as opened:
        yield opened


@pytest.fixture
def clock() -> SetClock:
    return SetClock(AT)
