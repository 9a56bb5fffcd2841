"""A projector's task: from the log to the live build of one read model, and to its successor once that is swapped in."""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Final, NamedTuple, Protocol

from sqlalchemy import Engine

from consumers.projector.emitting import Emit, Emitter
from consumers.projector.losses import IN_A_GROUP
from consumers.projector.projector import Projector
from deploy.composition.log_side import join_group, on_kafka, open_consumer
from deploy.composition.read_side import opened_views
from deploy.pipeline.bell import Bell
from deploy.pipeline.renewing import renew
from deploy.pipeline.task import Reopen, Step, Stop
from deploy.process_log import process_logger
from deploy.settings import Settings
from projections.read_model import ReadModel

LIVE_S: Final = 0.25
"""How often it asks whether another build went live."""
OTHERS_S: Final = 0.05
"""How soon it sees what other processes appended, where it waits for the bell of its own; without a bell the log wakes it."""

_log = process_logger("deploy.pipeline")


class Watched(Protocol):
    """Learns what a projector does: for metrics."""

    def projected(self, task: str, *, taken: int, lost: int, repeated: int) -> None:
        """So many partitions were claimed and lost, and so many records dropped, since the last time."""
        ...


def task_name(model: ReadModel) -> str:
    """The task, and the consumer group, that feed a read model."""
    return f"projector.{model.name}"


@contextmanager
def opened_projector(
    settings: Settings,
    model: ReadModel,
    partitions: Collection[int] | None = None,
    bell: Bell | None = None,
    stop: Stop | None = None,
    emit: Emit | None = None,
    *,
    watched: Watched | None = None,
) -> Iterator[Step]:
    """A projector that goes on from the live build's checkpoints.

    The build is made empty where there is none yet, and made anew where it is an older program's, which `stop` interrupts.
    partitions: only these, where several processes share them out by hand; None: all of them, or on Kafka the share that the
    group gives to this member; bell: rung by the relay of this process, if it has one; emit: brings about what the read model has
    of effects, if it has any; watched: see Watched.
    Raises ViewOutdated, RebuildRunning, RebuildStopped, LogUnavailable, LogDamaged, and SQLAlchemy's OperationalError; the steps
    raise Reopen when another build is live, ReadModelStopped, AnotherProjector.
    """
    with opened_views(settings) as views:
        renew(settings, views, model, stop or Event())
        generation = views.generation(model)
        engine = views.open_live(model)
        # There was no build, and now there is: made by this process or by another one.
        generation = generation or views.generation(model)
        projector = _projector(settings, model, engine, partitions)
        emitter = None if emit is None else Emitter(views, model, generation, engine, emit)
        rung = None if on_kafka(settings) else bell
        next_look, seen = 0.0, _Seen()

        def step() -> int:
            nonlocal next_look, seen
            if time.monotonic() >= next_look:
                if views.generation(model) != generation:
                    raise Reopen
                next_look = time.monotonic() + LIVE_S
            moved = projector.step(0.0 if rung else LIVE_S)
            if emitter is not None:
                emitter.step()
            if rung and not moved:
                rung.wait(OTHERS_S)
            before, seen = seen, _Seen(projector.partitions_taken, projector.losses, projector.records_repeated)
            if seen != before:
                _tell(model, before, seen, watched)
            return moved

        try:
            yield step
        finally:
            projector.close()


class _Seen(NamedTuple):
    """What a projector has counted so far."""

    taken: int = 0
    lost: int = 0
    repeated: int = 0


def _tell(model: ReadModel, before: _Seen, now: _Seen, watched: Watched | None) -> None:
    if now.lost > before.lost:
        _log.warning("partitions went to another projector", task=task_name(model), times=now.lost)
    if watched is not None:
        new = [after - earlier for after, earlier in zip(now, before, strict=True)]
        watched.projected(task_name(model), **_Seen(*new)._asdict())


def _projector(settings: Settings, model: ReadModel, engine: Engine, partitions: Collection[int] | None) -> Projector:
    """Of fixed partitions, or as a member of a group."""
    projection = model.project(engine)
    if partitions is not None:
        return Projector(open_consumer(settings, task_name(model), model.topics, partitions), projection)
    losses_max = IN_A_GROUP if on_kafka(settings) else 0
    return Projector(join_group(settings, task_name(model), model.topics), projection, losses_max=losses_max)
