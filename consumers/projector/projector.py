"""The projector: polls a batch of records, has it folded, and goes on; stops where going on would leave a hole.

The read model's own checkpoints say where to go on, since they are written with its rows. What is committed to the log is only
for those who look at the log. Which log and which read model it is, the projector does not know.
"""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from consumers.log.consumer import LogConsumer
from projections.read_model import Projection
from schemas.messages import Record, TopicPartition

BATCH_MAX: Final = 5000
"""Records in one transaction of the read model: enough that most rows are written once for several events."""


class Projector:
    """Feeds one read model from one log, for one thread at a time.

    records_read, records_folded: how many records came, and how many of them changed something, since this projector began.
    """

    def __init__(self, consumer: LogConsumer, projection: Projection, *, batch_max: int = BATCH_MAX) -> None:
        self._consumer = consumer
        self._projection = projection
        self._batch_max = batch_max
        self._next = {place: checkpoint.next_offset for place, checkpoint in projection.checkpoints().items()}
        self._uncommitted: dict[TopicPartition, int] = {}
        self.records_read = 0
        self.records_folded = 0
        consumer.resume_from(self._resume)

    def step(self, timeout_s: float = 0.0) -> int:
        """Fold one batch, waiting for its first record at most `timeout_s`; return how many records came.

        Durable on return. Raises ReadModelStopped and AnotherProjector, after which only a new projector can go on, and what
        consumer and database raise, after which the step may be repeated.
        """
        with uncollected():
            records = self._consumer.poll(self._batch_max, timeout_s)
            if not records:
                self._tell()
                return 0
            self._fold(records)
        self.records_read += len(records)
        moved = {(topic, partition): offset + 1 for topic, partition, offset, *_ in records}
        self._next |= moved
        self._uncommitted |= moved
        return len(records)

    def drain(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Fold batch after batch until the log has no more, or `stop` says so; return how many records came."""
        read = 0
        while not stop() and (count := self.step()):
            read += count
        return read

    def lag(self) -> Mapping[TopicPartition, int]:
        """Offsets between the end of each partition and what was folded of it."""
        return {place: end - self._next.get(place, 0) for place, end in self._consumer.end_offsets().items()}

    def close(self) -> None:
        """Let go of the consumer and of what the projection keeps in memory."""
        self._projection.close()
        self._consumer.close()

    def _fold(self, records: Sequence[Record]) -> None:
        try:
            self.records_folded += self._projection.fold(records)
        except BaseException:
            self._consumer.resume_from(self._resume)
            raise

    def _resume(self, topic: str, partition: int) -> int:
        """Where the read model's checkpoint stands; from the oldest record where it has none, whatever was committed."""
        checkpoint = self._projection.checkpoints().get((topic, partition))
        offset = checkpoint.next_offset if checkpoint else 0
        self._next[topic, partition] = offset
        return offset

    def _tell(self) -> None:
        """Commit what was folded, now that there is nothing else to do."""
        if self._uncommitted:
            # A partition may have gone to another consumer of the group since.
            own = self._consumer.end_offsets().keys()
            self._consumer.commit({place: offset for place, offset in self._uncommitted.items() if place in own})
            self._uncommitted = {}


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for cyclic garbage meanwhile: a batch makes a hundred thousand objects and no cycle.

    The search took a quarter of the time. What nobody needs any more goes by its reference count.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
