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
from projections.read_model import ReadModel

_LOOK_S: Final = 0.1

Waiting = Callable[[int], None]
"""Told how many events are still on their way."""


@contextmanager
def pipeline_beside(settings: Settings) -> Iterator[list[Child]]:
    """The pipeline's processes, from here to the block's end; they die with us too."""
    children = pipeline(settings)
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


def _left(side: WriteSide, model: ReadModel, engine: Engine | None) -> int:
    """Events that the read model does not show yet."""
    marks = marks_of(side.settings, side.clock)
    try:
        left = relay_lag(side.store.recorder, marks, side.clock).events
    finally:
        marks.close()
    return left + (0 if engine is None else view_lag(side.settings, model, engine, side.clock).events)
