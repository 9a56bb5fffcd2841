"""A process that folds some partitions of the log into its own part of a build."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection

from sqlalchemy import Engine

from consumers.rebuild.folding import OpenLog, check_reached, fold_to, offsets_of
from consumers.rebuild.shares import part_of
from projections.read_model import Projection
from projections.views.place import Location
from schemas.messages import TopicPartition


@dataclass(frozen=True, slots=True)
class Share:
    """What one worker does. All of it can be pickled, so `project` and `open_log` are named in modules.

    exact: there was a live build at the target, so the log holds everything before it.
    """

    location: Location
    topics: tuple[str, ...]
    partitions: tuple[int, ...]
    target: Mapping[TopicPartition, int]
    project: Callable[[Engine], Projection]
    open_log: OpenLog
    exact: bool


def fold_share(share: Share, told: Callable[[int], None]) -> None:
    """Fold it; `told`: with how many records, after each batch."""
    engine = share.location.open()
    try:
        projection = share.project(engine)
        # One partition after the other: the households of one fit into memory where those of all do not.
        for partition in share.partitions:
            consumer = share.open_log(share.topics, (partition,))
            target = part_of(share.target, (partition,))
            try:
                fold_to(consumer, projection, target, told)
            finally:
                consumer.close()
            if share.exact:
                check_reached(offsets_of(projection.checkpoints()), target)
        projection.close()
    finally:
        engine.dispose()


def fold_and_tell(pipe: Connection, share: Share) -> None:
    """The same, as the job of a worker."""
    fold_share(share, pipe.send)
