"""The consumer port: how records get out of the log, whichever log it is."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from schemas.messages import Record, ResumeFrom, TopicPartition


class LogConsumer(Protocol):
    """A consumer of some topics for one group, for one thread at a time.

    An offset that is committed, checkpointed or resumed from is always that of the NEXT record to read.
    A new group begins with the oldest record there is. Nothing is committed unless `commit` is called.
    """

    def poll(self, max_records: int, timeout_s: float) -> Sequence[Record]:
        """The records after those of the last poll, at most `max_records`, in offset order per partition.

        No order holds between partitions, but none is starved. At the end of the log it waits, at most
        `timeout_s`, for the first new record, and then returns what there is; empty if there is none.

        Raises OffsetOutOfRange if a partition's next record was removed by retention, or lies beyond the
        end (the log was restored from an older copy): going on would hide a hole. Offset 0 always means
        "from the oldest record there is". Raises LogUnavailable; the poll may then be repeated.
        """

    def commit(self, next_offsets: Mapping[TopicPartition, int]) -> None:
        """Remember for the group, durably, where to go on. It does not move this consumer.

        Raises ValueError for a partition that is not this consumer's.
        """

    def resume_from(self, next_offset: ResumeFrom) -> None:
        """Go on from `next_offset(topic, partition)`, which beats what was committed; None falls back on it.

        Asked for every partition of this consumer at the next poll, and again for a partition whenever it
        is assigned anew. To be called before the first poll by whoever keeps a checkpoint of his own, and
        after a failed batch to read it again.
        """

    def end_offsets(self) -> Mapping[TopicPartition, int]:
        """The offset that the next record appended to each partition will get, or a lower bound of it.

        Lag is this minus the next offset: in records on the embedded log, in offsets on one with gaps.
        """

    def close(self) -> None:
        """Let go of the log, without committing. A second call does nothing."""
