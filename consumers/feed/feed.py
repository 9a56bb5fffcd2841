"""The public feed: reads events of households, appends what they change of what is shown, and goes on; exactly once.

Each partition has a producer of its own name (`feed/7`), whose mark in the log says how far the partition was published: it is
stored with the public records, in one transaction of the log. What the feed remembers of households is written after that, so it
is never further than the log; where a feed died in between, the records since then are folded again and not published.

A partition that moves to another feed is taken over by its producer's name: the log refuses what the holder before still sends.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from consumers.feed.memory import FeedMemory
from consumers.feed.publishing import Publisher
from consumers.feed.reading import FeedReader
from consumers.feed.turning import Turned, Turning
from consumers.log.consumer import LogConsumer
from consumers.projector.losses import Losses
from projections.checkpoints import AnotherProjector
from registry.log.producer import LogProducer, Mark
from schemas.catalogue import Catalogue
from schemas.log_errors import LogUnavailable, ProducerFenced
from schemas.messages import Record, TopicPartition
from schemas.uncollected import uncollected

SOURCE_TOPIC: Final = "household.events"
BATCH_MAX: Final = 5000
"""Records read at once; those of one partition are one transaction of the log."""
_LEARN_S: Final = 0.2
"""What the log's client needs to hear from its group that it was thought dead."""

OpenProducer = Callable[[str], LogProducer]
"""Opens a producer of this name; every older one of the name is refused from then on."""


def producer_name(partition: int) -> str:
    """Name of the producer of one partition's public records, and of its mark."""
    return f"feed/{partition}"


class Feed:
    """Publishes from one log into the same log, for one thread at a time.

    source: the registry's URI reference; losses_max: how often within a minute it may find that another feed has taken over a
    partition; where partitions are fixed, never: one of the two is there by mistake. pause: a sleep of so many seconds.
    changes_published, partitions_taken: how many, since this feed began.
    """

    def __init__(
        self,
        consumer: LogConsumer,
        open_producer: OpenProducer,
        memory: FeedMemory,
        catalogue: Catalogue,
        source: str,
        *,
        batch_max: int = BATCH_MAX,
        losses_max: int = 0,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._consumer = consumer
        self._open_producer = open_producer
        self._memory = memory
        self._turning = Turning(FeedReader(catalogue), memory)
        self._publisher = Publisher(catalogue, source)
        self._batch_max = batch_max
        self._losses = Losses(losses_max)
        self._pause = pause
        self._producers: dict[int, LogProducer] = {}
        self._published: dict[int, int] = {}
        self._uncommitted: dict[TopicPartition, int] = {}
        self.changes_published = 0
        self.partitions_taken = 0
        consumer.resume_from(self._resume)

    @property
    def losses(self) -> int:
        """How often another feed had taken over a partition of its own."""
        return self._losses.count

    @property
    def records_repeated(self) -> int:
        """How many records were dropped, having been folded before."""
        return self._turning.repeated

    def step(self, timeout_s: float = 0.0) -> int:
        """Publish what one batch changes, waiting for its first record at most `timeout_s`; return how many records came.

        Durable on return. Raises FeedStopped; ProducerFenced or AnotherProjector where it has lost partitions too often; and what
        log and database raise, after which the step may be repeated.
        """
        with uncollected():
            try:
                records = self._consumer.poll(self._batch_max, timeout_s)
                self._take_in(records)
            except (ProducerFenced, AnotherProjector):
                self._forget()
                try:
                    if not self._losses.bear():
                        raise
                    self._learn()
                finally:
                    self._consumer.resume_from(self._resume)
                return 0
            except BaseException:
                self._forget()
                self._consumer.resume_from(self._resume)
                raise
        if not records:
            self._tell()
        self._uncommitted |= {(topic, partition): offset + 1 for topic, partition, offset, *_ in records}
        return len(records)

    def drain(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Publish batch after batch until the log has no more, or `stop` says so; return how many records came."""
        read = 0
        while not stop() and (count := self.step()):
            read += count
        return read

    def close(self) -> None:
        """Let go of the consumer and of all producers."""
        self._release(list(self._producers))
        self._consumer.close()

    def _take_in(self, records: Sequence[Record]) -> None:
        """Publish partition by partition, then remember all of it at once."""
        turned: dict[TopicPartition, Turned] = {}
        for place, fresh in _by_partition(records).items():
            published = self._published[place[1]]
            known = [record for record in fresh if record.offset < published]
            if known:
                # Published before a feed died, and not remembered: only folded.
                folded = self._turning.turn(known)
                self._memory.write(folded.households.values(), {place: folded.reached})
            unpublished = fresh[len(known) :]
            if unpublished:
                turned[place] = self._turning.turn(unpublished)
                self._publish(place, turned[place])
        if turned:
            households = [household for one in turned.values() for household in one.households.values()]
            self._memory.write(households, {place: one.reached for place, one in turned.items()})

    def _publish(self, place: TopicPartition, turned: Turned) -> None:
        _, partition = place
        reached = turned.reached
        mark = Mark(producer_name(partition), {"next_offset": reached.next_offset, "position": reached.position})
        messages = [message for change in turned.changes for message in self._publisher.messages_of(change)]
        self._producers[partition].append(messages, mark)
        self._published[partition] = reached.next_offset
        self.changes_published += len(turned.changes)

    def _resume(self, topic: str, partition: int) -> int:
        """Take a partition over: first the right to publish, then what is remembered; where to read on from."""
        self._release([partition])
        name = producer_name(partition)
        producer = self._producers[partition] = self._open_producer(name)
        mark = producer.mark(name)
        self.partitions_taken += 1
        self._published[partition] = 0 if mark is None else int(mark.value["next_offset"])
        return self._memory.claim((topic, partition), self._published[partition])

    def _release(self, partitions: Sequence[int]) -> None:
        for partition in partitions:
            self._published.pop(partition, None)
            producer = self._producers.pop(partition, None)
            if producer is not None:
                producer.close()

    def _forget(self) -> None:
        """Nobody knows what of it is durable. The log knows, and is asked for each partition when it is taken over again."""
        self._memory.forget()
        self._release(list(self._producers))

    def _learn(self) -> None:
        """Let the log say which partitions are still our own, before any is taken over again."""
        # Taking over at once what we believe to have would take it back from whoever has it by right.
        self._pause(_LEARN_S)
        self._consumer.poll(self._batch_max, 0.0)

    def _tell(self) -> None:
        """Commit what was published, for those who look at the log; let go of partitions that are another's now."""
        if not self._uncommitted:
            return
        # While a group shares its partitions out anew nobody may commit: later is as good, and what is amiss shows at the poll.
        with suppress(LogUnavailable):
            own = self._consumer.end_offsets().keys()
            self._consumer.commit({place: offset for place, offset in self._uncommitted.items() if place in own})
            self._uncommitted = {}
            self._release([n for n in self._producers if (SOURCE_TOPIC, n) not in own])


def _by_partition(records: Sequence[Record]) -> Mapping[TopicPartition, list[Record]]:
    found: dict[TopicPartition, list[Record]] = {}
    for record in records:
        found.setdefault((record.topic, record.partition), []).append(record)
    return found
