"""The read side of an installation: its read models and where their builds are."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

from consumers.projector.emitting import Emit
from deploy.settings import Settings
from projections.expenses.read_model import EXPENSES
from projections.read_model import ReadModel
from projections.register.read_model import REGISTER
from projections.views.views import Views

READ_MODELS: Final[tuple[ReadModel, ...]] = (REGISTER, EXPENSES)
"""All there are: the pipeline feeds each of them."""
EFFECTS: Final[Mapping[str, Emit]] = MappingProxyType({})
"""Read model -> what brings its effects about; so far none has any."""


def read_model(name: str) -> ReadModel:
    """The read model of this name. Raises KeyError."""
    return {model.name: model for model in READ_MODELS}[name]


@contextmanager
def opened_views(settings: Settings) -> Iterator[Views]:
    """The builds of all read models, closed when the block is left."""
    views = Views(settings.views)
    try:
        yield views
    finally:
        views.close()
