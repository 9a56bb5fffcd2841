"""Views on both engines."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from projections.views.views import Views


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def views_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An address where there is nothing yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'a folder' / 'views'}"
    url: str = request.getfixturevalue("postgres_uri")
    return url


@pytest.fixture
def open_views(views_url: str) -> Iterator[Callable[[], Views]]:
    """Opens the views, as each of several processes would for itself."""
    opened: list[Views] = []

    def open_them() -> Views:
        opened.append(Views(views_url))
        return opened[-1]

    yield open_them
    for views in opened:
        views.close()


@pytest.fixture
def views(open_views: Callable[[], Views]) -> Views:
    """The views of one process."""
    return open_views()
