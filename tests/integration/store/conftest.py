"""A store of meters in PostgreSQL."""

from pathlib import Path

import pytest

from tests.support.meter import SetClock, meter_catalogue
from tests.support.meter_store import MeterDatabase


@pytest.fixture(scope="session")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("schemas")
    meter_catalogue(folder)
    return folder


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def database(postgres_uri: str, schemas: Path) -> MeterDatabase:
    """A store that was made, and is empty."""
    database = MeterDatabase(postgres_uri, schemas)
    database.create()
    return database
