"""One register for all tests: a household that relapsed and came back, a neighbour, and one far away; all by real commands."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.api_client import Api, an_api
from tests.support.asked import NEIGHBOUR, Asked
from tests.support.hand_set_register import give, make_installation
from tests.support.lived_register import a_lived_register, enter
from tests.support.scenario import OTHER_VILLAGE


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The register on day 360, its read model up to date, its weeks and months closed."""
    with a_lived_register(tmp_path_factory.mktemp("lived")) as api:
        yield api


@pytest.fixture
def asked(lived: Api) -> Asked:
    """Asks that register."""
    return Asked(lived)


@pytest.fixture
def young(tmp_path: Path) -> Iterator[Api]:
    """A register of the test's own, on its first day, with the neighbour in its ledger."""
    make_installation(tmp_path)
    with an_api(tmp_path) as api:
        give(api.side, [enter(NEIGHBOUR, OTHER_VILLAGE)])
        api.flow()
        yield api
