"""One tiny demonstration, lived through once with its pipeline, for all tests that look at what came of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import Connection

from deploy.composition.read_side import opened_views
from deploy.demo.job import Lived, live_through
from deploy.settings import Settings
from projections.register.read_model import REGISTER
from tests.support.demonstrations import TINY, settings_in


@dataclass(frozen=True)
class Finished:
    """A demonstration that came to its end, and where its data are."""

    settings: Settings
    lived: Lived
    told: tuple[str, ...]

    @contextmanager
    def read_model(self) -> Iterator[Connection]:
        """A connection to the register as the pipeline has made it."""
        with opened_views(self.settings) as views:
            engine = views.live(REGISTER)
            assert engine is not None
            with engine.connect() as connection:
                yield connection


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    settings = settings_in(tmp_path_factory.mktemp("demonstration"))
    told: list[str] = []
    lived = live_through(settings, TINY, told.append)
    return Finished(settings, lived, tuple(told))
