"""A projector's task: from the log to the live build of one read model, and to its successor once that is swapped in."""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final

from consumers.projector.projector import Projector
from deploy.composition.log_side import open_consumer
from deploy.composition.read_side import opened_views
from deploy.pipeline.bell import Bell
from deploy.pipeline.task import Reopen, Step
from deploy.settings import Settings
from projections.read_model import ReadModel

LIVE_S: Final = 0.25
"""How often it asks whether another build went live."""
OTHERS_S: Final = 0.05
"""How soon it sees what other processes appended, where it waits for the bell of its own; without a bell the log wakes it."""


def task_name(model: ReadModel) -> str:
    """The task, and the consumer group, that feed a read model."""
    return f"projector.{model.name}"


@contextmanager
def opened_projector(
    settings: Settings, model: ReadModel, partitions: Collection[int] | None = None, bell: Bell | None = None
) -> Iterator[Step]:
    """A projector that goes on from the live build's checkpoints; made empty where there is no build yet.

    partitions: only these, where several processes share them out; bell: rung by the relay of this process, if it has one.
    Raises ViewOutdated, RebuildRunning, LogUnavailable, LogDamaged, and SQLAlchemy's OperationalError; the steps raise Reopen
    when another build is live, ReadModelStopped, AnotherProjector.
    """
    with opened_views(settings) as views:
        generation = views.generation(model)
        engine = views.open_live(model)
        # There was no build, and now there is: made by this process or by another one.
        generation = generation or views.generation(model)
        consumer = open_consumer(settings, task_name(model), model.topics, partitions)
        projector = Projector(consumer, model.project(engine))

        next_look = 0.0

        def step() -> int:
            nonlocal next_look
            if time.monotonic() >= next_look:
                if views.generation(model) != generation:
                    raise Reopen
                next_look = time.monotonic() + LIVE_S
            if bell is None:
                return projector.step(LIVE_S)
            moved = projector.step()
            if not moved:
                bell.wait(OTHERS_S)
            return moved

        try:
            yield step
        finally:
            projector.close()
