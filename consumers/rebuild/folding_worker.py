"""A process that folds some partitions of the log into its own part of a build."""

import gc
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Final

from sqlalchemy import Engine

from consumers.log.consumer import LogConsumer
from consumers.rebuild.folding import OpenLog, check_reached, fold_to, offsets_of
from consumers.rebuild.shares import part_of
from projections.read_model import Projection
from projections.views.place import Location
from schemas.messages import TopicPartition

_GARBAGE_THRESHOLDS: Final = (200_000, 50, 1000)


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
    engine = share.location.open(mapped=False)
    try:
        with _seldom_collected(), closing(_consumers(share)) as consumers:
            for partition, consumer in consumers:
                _fold(share, partition, consumer, engine, told)
    finally:
        engine.dispose()


def fold_what_is_sent(pipe: Connection) -> None:
    """The same, as the job of a worker that is sent its share when it is known. Raises EOFError where there is none for it."""
    fold_share(pipe.recv(), pipe.send)


def _consumers(share: Share) -> Generator[tuple[int, LogConsumer], None, None]:
    """One for each partition, closed afterwards. The next is opened while one is read: connecting takes a part of a second."""
    with ThreadPoolExecutor(1) as opener:
        coming: list[tuple[int, Future[LogConsumer]]] = []
        try:
            for partition in share.partitions:
                coming.append((partition, opener.submit(_open, share, partition)))
                if len(coming) > 1:
                    yield from _handed_out(*coming.pop(0))
            while coming:
                yield from _handed_out(*coming.pop(0))
        finally:
            for _, opening in coming:
                if opening.exception() is None:
                    opening.result().close()


def _open(share: Share, partition: int) -> LogConsumer:
    consumer = share.open_log(share.topics, (partition,))
    consumer.end_offsets()  # asks those who hold the partitions, and so connects to them
    return consumer


def _handed_out(partition: int, opening: Future[LogConsumer]) -> Generator[tuple[int, LogConsumer], None, None]:
    consumer = opening.result()
    try:
        yield partition, consumer
    finally:
        consumer.close()


def _fold(share: Share, partition: int, consumer: LogConsumer, engine: Engine, told: Callable[[int], None]) -> None:
    """One partition after the other: the households of one fit into memory where those of all do not."""
    target = part_of(share.target, (partition,))
    projection = share.project(engine)
    try:
        fold_to(consumer, projection, target, told, exact=share.exact)
        if share.exact:
            check_reached(offsets_of(projection.checkpoints()), target)
    finally:
        projection.close()


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Let the garbage collector look seldom: thousands of households stay in memory and nothing goes round in circles.

    With Python's own thresholds it walks through all of them again and again, a third of the whole work.
    """
    before = gc.get_threshold()
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
