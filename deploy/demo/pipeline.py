"""The pipeline beside the demonstration: relay and projector work in processes of their own while the province lives."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, Engine

from deploy.child import Child
from deploy.composition.read_side import opened_views
from deploy.composition.write_side import WriteSide
from deploy.lag import marks_of, relay_lag, view_lag
from deploy.parts import end, pipeline
from deploy.settings import Settings
from projections.expenses.read_model import EXPENSES
from projections.read_model import ReadModel
from projections.register.read_model import REGISTER
from projections.views.views import Views

_LOOK_S: Final = 0.1
_SOON_S: Final = 0.05

Waiting = Callable[[int], None]
"""Told how many events are still on their way."""


@contextmanager
def pipeline_beside(settings: Settings) -> Iterator[list[Child]]:
    """The pipeline's processes, from here to the block's end; they die with us too."""
    children = pipeline(settings, intake=False)
    try:
        for child in children:
            child.start()
        yield children
    finally:
        end(children)


@contextmanager
def caught_up(side: WriteSide, model: ReadModel, children: Sequence[Child], waiting: Waiting) -> Iterator[Connection]:
    """A connection to the live read model once it shows everything that is stored. Raises CannotStart if the pipeline refuses."""
    with opened_views(side.settings) as views:
        while True:
            for child in children:
                child.watch()
            engine = views.live(model)
            left = _left(side, model, engine)
            waiting(left)
            if engine is not None and left == 0:
                break
            time.sleep(_LOOK_S)
        with engine.connect() as connection:
            yield connection


def shows_all(side: WriteSide, views: Views, children: Sequence[Child]) -> tuple[Engine, Engine]:
    """The read models of expenses and of the register, once both show everything. Raises CannotStart if the pipeline refuses."""
    while True:
        for child in children:
            child.watch()
        expenses, register = views.live(EXPENSES), views.live(REGISTER)
        if expenses is not None and register is not None and _is_shown(side, (EXPENSES, expenses), (REGISTER, register)):
            return expenses, register
        time.sleep(_SOON_S)


def _is_shown(side: WriteSide, *views: tuple[ReadModel, Engine]) -> bool:
    """Whether everything that is stored is in the log, and all of that in these read models."""
    marks = marks_of(side.settings, side.clock)
    try:
        if relay_lag(side.store.recorder, marks, side.clock).events:
            return False
    finally:
        marks.close()
    return not any(view_lag(side.settings, model, engine, side.clock).events for model, engine in views)


def _left(side: WriteSide, model: ReadModel, engine: Engine | None) -> int:
    """Events that the read model does not show yet."""
    marks = marks_of(side.settings, side.clock)
    try:
        left = relay_lag(side.store.recorder, marks, side.clock).events
    finally:
        marks.close()
    return left + (0 if engine is None else view_lag(side.settings, model, engine, side.clock).events)
