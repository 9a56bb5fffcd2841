"""The projector: polls a batch of records, has it folded, and goes on; stops where going on would leave a hole.

The read model's own checkpoints say where to go on, since they are written with its rows. What is committed to the log is only
for those who look at the log. Which log and which read model it is, the projector does not know.

It claims each partition that it is given before it asks where to go on. Having lost some of them unawares (it slept, and its
group gave them away) it is refused at its next write: it forgets what it knew, and goes on with those that are still its own.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from consumers.log.consumer import LogConsumer
from consumers.projector.losses import Losses
from projections.checkpoints import AnotherProjector
from projections.read_model import Projection
from schemas.log_errors import LogUnavailable
from schemas.messages import Record, TopicPartition
from schemas.uncollected import uncollected

BATCH_MAX: Final = 5000
"""Records in one transaction of the read model: enough that most rows are written once for several events."""
_LEARN_S: Final = 0.2
"""What the log's client needs to hear from its group that it was thought dead."""


class Projector:
    """Feeds one read model from one log, for one thread at a time.

    losses_max: how many losses of partitions to another projector it bears within a minute; where partitions are fixed, none: one
    of the two is there by mistake. pause: a sleep of so many seconds.
    records_read, records_folded: how many records came, and how many of them changed something, since this projector began;
    partitions_taken: how many partitions it has claimed.
    """

    def __init__(
        self,
        consumer: LogConsumer,
        projection: Projection,
        *,
        batch_max: int = BATCH_MAX,
        losses_max: int = 0,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._consumer = consumer
        self._projection = projection
        self._batch_max = batch_max
        self._losses = Losses(losses_max)
        self._pause = pause
        self._next = {place: checkpoint.next_offset for place, checkpoint in projection.checkpoints().items()}
        self._uncommitted: dict[TopicPartition, int] = {}
        self.records_read = 0
        self.records_folded = 0
        self.partitions_taken = 0
        consumer.resume_from(self._resume)

    def step(self, timeout_s: float = 0.0) -> int:
        """Fold one batch, waiting for its first record at most `timeout_s`; return how many records were taken in.

        Durable on return. Raises ReadModelStopped, AnotherProjector where it has lost partitions too often, and what consumer and
        database raise, after which the step may be repeated.
        """
        with uncollected():
            records = self._consumer.poll(self._batch_max, timeout_s)
            if not records:
                self._tell()
                return 0
            if not self._fold(records):
                return 0
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

    @property
    def losses(self) -> int:
        """How often another projector had taken over a partition of its own."""
        return self._losses.count

    @property
    def records_repeated(self) -> int:
        """How many records were dropped, having been folded before."""
        return self._projection.repeated

    def lag(self) -> Mapping[TopicPartition, int]:
        """Offsets between the end of each partition and what was folded of it."""
        return {place: end - self._next.get(place, 0) for place, end in self._consumer.end_offsets().items()}

    def close(self) -> None:
        """Let go of the consumer and of what the projection keeps in memory."""
        self._projection.close()
        self._consumer.close()

    def _fold(self, records: Sequence[Record]) -> bool:
        """Fold them; False where some of their partitions are another's, and nothing was written."""
        try:
            self.records_folded += self._projection.fold(records)
        except AnotherProjector:
            if not self._losses.bear():
                self._consumer.resume_from(self._resume)
                raise
            self._learn()
            return False
        except BaseException:
            self._consumer.resume_from(self._resume)
            raise
        return True

    def _learn(self) -> None:
        """Let the log say which partitions are still our own, and begin anew with those."""
        try:
            # Claiming at once what we believe to have would take it back from whoever has it by right.
            self._pause(_LEARN_S)
            self._consumer.poll(self._batch_max, 0.0)
        finally:
            self._consumer.resume_from(self._resume)

    def _resume(self, topic: str, partition: int) -> int:
        """Claim it; where its checkpoint stands, from the oldest record where there was none, whatever was committed."""
        offset = self._projection.claim(topic, partition).next_offset
        self.partitions_taken += 1
        self._next[topic, partition] = offset
        return offset

    def _tell(self) -> None:
        """Commit what was folded, now that there is nothing else to do."""
        if not self._uncommitted:
            return
        # While a group shares its partitions out anew nobody may commit: later is as good, and what is amiss shows at the poll.
        with suppress(LogUnavailable):
            # A partition may have gone to another consumer of the group since.
            own = self._consumer.end_offsets().keys()
            self._consumer.commit({place: offset for place, offset in self._uncommitted.items() if place in own})
            self._uncommitted = {}
