"""A register of its own for each test, made once and copied."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.composition.write_side import WriteSide
from tests.support.hand_set_register import make_installation, opened_installation


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with the villages of the tests."""
    folder = tmp_path_factory.mktemp("made")
    make_installation(folder)
    return folder


@pytest.fixture
def side(made: Path, tmp_path: Path) -> Iterator[WriteSide]:
    folder = tmp_path / "register"
    shutil.copytree(made, folder)
    with opened_installation(folder) as side:
        yield side
