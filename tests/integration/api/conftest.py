"""One application for each test, over a register of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.api_client import Api, an_api
from tests.support.hand_set_register import make_installation


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation that was made once, to be copied."""
    folder = tmp_path_factory.mktemp("made")
    make_installation(folder)
    return folder


@pytest.fixture
def api(made: Path, tmp_path: Path) -> Iterator[Api]:
    folder = tmp_path / "register"
    shutil.copytree(made, folder)
    with an_api(folder) as api:
        yield api


@pytest.fixture(scope="module")
def shared_api(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """One for all tests of a module: for those that do not mind what others record."""
    folder = tmp_path_factory.mktemp("shared") / "register"
    shutil.copytree(made, folder)
    with an_api(folder) as api:
        yield api
