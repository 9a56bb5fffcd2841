"""One office for a module: its tests keep to households of their own numbers."""

from collections.abc import Iterator
from itertools import count

import pytest

from tests.support.importing import Office, office_in


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office_in(tmp_path_factory.mktemp("office")) as made:
        yield made


@pytest.fixture(scope="module")
def _numbers() -> Iterator[int]:
    return count(1)


@pytest.fixture
def number(_numbers: Iterator[int]) -> int:
    """The number of a household that no other test of the module speaks of; the next ten are free too."""
    return next(_numbers) * 10
