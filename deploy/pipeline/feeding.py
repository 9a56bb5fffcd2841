"""The feed's task: from the events of households in the log to the public topics in the same log."""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

from consumers.feed.feed import SOURCE_TOPIC, Feed
from consumers.feed.keeping import opened_memory
from consumers.feed.memory import FeedMemory
from consumers.log.consumer import LogConsumer
from consumers.projector.losses import IN_A_GROUP
from deploy.composition.log_side import join_group, on_kafka, open_consumer, open_producer
from deploy.pipeline.projecting import Watched
from deploy.pipeline.task import Step
from deploy.process_log import process_logger
from deploy.settings import Settings
from registry.log.producer import LogProducer
from schemas.catalogue import registry_catalogue
from schemas.clock import Clock

TASK: Final = "feed"
"""The task, and the consumer group."""
WAIT_S: Final = 0.25
GATHER_S: Final = 0.25
"""How long it lets records gather before it reads on: each partition with news is a transaction of the log, and agencies do not
mind. Not while it has much to catch up with."""
MUCH: Final = 1000

_log = process_logger("deploy.pipeline")


@contextmanager
def opened_feed(
    settings: Settings, clock: Clock, partitions: Collection[int] | None = None, *, watched: Watched | None = None
) -> Iterator[Step]:
    """A feed that goes on from the marks of its partitions.

    partitions: only these, where several processes share them out by hand; None: all of them, or on Kafka the share that the
    group gives to this member; watched: learns of partitions that are taken over and lost.
    Raises LogUnavailable, LogDamaged, UnknownTopic, RebuildRunning, and SQLAlchemy's OperationalError; the steps also raise
    FeedStopped, ProducerFenced, AnotherProjector.
    """
    with opened_memory(settings.views) as engine:
        feed = Feed(
            _consumer(settings, partitions),
            partial(_producer, settings, clock),
            FeedMemory(engine),
            registry_catalogue(),
            settings.source,
            losses_max=IN_A_GROUP if partitions is None and on_kafka(settings) else 0,
        )
        seen = (0, 0, 0)

        def step() -> int:
            nonlocal seen
            moved = feed.step(WAIT_S)
            before, seen = seen, (feed.partitions_taken, feed.losses, feed.records_repeated)
            if watched is not None and seen != before:
                taken, lost, repeated = (now - earlier for now, earlier in zip(seen, before, strict=True))
                watched.projected(TASK, taken=taken, lost=lost, repeated=repeated)
            if feed.losses > before[1]:
                _log.warning("partitions went to another feed", task=TASK, times=feed.losses)
            if 0 < moved < MUCH:
                time.sleep(GATHER_S)
            return moved

        try:
            yield step
        finally:
            feed.close()


def _consumer(settings: Settings, partitions: Collection[int] | None) -> LogConsumer:
    if partitions is not None:
        return open_consumer(settings, TASK, [SOURCE_TOPIC], partitions)
    return join_group(settings, TASK, [SOURCE_TOPIC])


def _producer(settings: Settings, clock: Clock, name: str) -> LogProducer:
    return open_producer(settings, name, clock)
