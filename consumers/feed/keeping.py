"""Where the feed's memory is kept: beside the read models, under a name with its version. Another version's is thrown away."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Engine

from consumers.feed.tables import METADATA, VERSION
from projections.database import writing
from projections.views.views import place_at

_WAIT_S: Final = 30.0


def build_name(version: int = VERSION) -> str:
    """Name of the memory of a version."""
    return f"feed-{version}"


@contextmanager
def opened_memory(url: str) -> Iterator[Engine]:
    """An engine on the tables, made empty where there are none; `url` as for the read models.

    Raises RebuildRunning where somebody has been making them for half a minute, and SQLAlchemy's OperationalError.
    """
    place = place_at(url)
    try:
        with place.lock("feed", _WAIT_S):
            if not place.exists(build_name()):
                place.create(build_name(), METADATA)
            for version in range(1, VERSION):
                place.remove(build_name(version))
            engine = place.location(build_name()).open()
            # Whoever made them may have died over it.
            with writing(engine) as connection:
                METADATA.create_all(connection)
        try:
            yield engine
        finally:
            engine.dispose()
    finally:
        place.close()
