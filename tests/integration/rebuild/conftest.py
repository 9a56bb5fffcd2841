"""A log of some hundred lives, and views on both engines."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from projections.views.views import Views
from tests.support.long_log import write_log

HOUSEHOLDS = 80


@pytest.fixture(scope="session")
def whole_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some 2,500 events in all partitions; to be read only."""
    path = tmp_path_factory.mktemp("log") / "log.db"
    write_log(path, HOUSEHOLDS)
    return path


@pytest.fixture
def own_log(whole_log: Path, tmp_path: Path) -> Path:
    """A copy to be written to."""
    return Path(shutil.copy(whole_log, tmp_path / "log.db"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def views(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Views]:
    """Views in which there is nothing yet."""
    url: str = f"sqlite:///{tmp_path / 'views'}" if request.param == "sqlite" else request.getfixturevalue("postgres_uri")
    opened = Views(url)
    yield opened
    opened.close()
