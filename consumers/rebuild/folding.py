"""Folds a part of the log up to given offsets and not one record further, so that two builds can be compared there."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from consumers.log.consumer import LogConsumer
from consumers.rebuild.errors import RebuildStopped
from projections.checkpoints import Checkpoint
from projections.read_model import Projection
from schemas.messages import Record, TopicPartition

OpenLog = Callable[[Collection[str], Collection[int] | None], LogConsumer]
"""(topics, numbers of partitions or None for all) -> a consumer, to be closed by whoever asked. Goes to other processes."""

Offsets = Mapping[TopicPartition, int]
"""The offset of the next record, by partition."""

BATCH_MAX: Final = 20_000
"""Records in one transaction: more than a projector's, since nobody waits for one, and most rows are then written once for more
events (a sixth less work)."""
_PATIENCE_S: Final = 10.0
"""How long a log may take to hand out records that it must have."""
_FIRST_S: Final = 2.0
_NEXT_S: Final = 0.3
"""How long it may take where it need not have any more: on a log with gaps, the last offsets may be nobody's."""
_MORE_S: Final = 0.05
"""How long a batch may wait for more: a client fetches less at once than we want to write at once."""
_MARKER: Final = 1
"""The last offset of a partition that is written in transactions is such a one: nobody waits for it."""


def fold_to(consumer: LogConsumer, projection: Projection, target: Offsets, told: Callable[[int], None], *, exact: bool) -> int:
    """Fold the records before the target offsets; return how many. `told`: with how many more, after each batch.

    exact: each target follows a record, as a checkpoint does; the end of a log need not. Partitions without a target are left
    alone. Ends before the target where the log does. Raises what the projection raises.
    """
    reached = offsets_of(projection.checkpoints())
    consumer.resume_from(lambda topic, partition: reached.get((topic, partition), 0))
    ends = consumer.end_offsets()
    there = {place: min(offset, ends.get(place, 0)) for place, offset in target.items()}
    left = {place: offset for place, offset in there.items() if reached.get(place, 0) < offset}
    folded = 0

    def fold(records: Collection[Record]) -> None:
        nonlocal folded
        wanted = [record for record in records if record.offset < target.get((record.topic, record.partition), 0)]
        if wanted:
            projection.fold(wanted)
            folded += len(wanted)
            told(len(wanted))

    while left:
        batch: list[Record] = []
        wait_s = _PATIENCE_S if exact else _NEXT_S if folded else _FIRST_S
        while left and len(batch) < BATCH_MAX and (records := consumer.poll(BATCH_MAX - len(batch), wait_s)):
            _strike_out(left, records, 0 if exact else _MARKER)
            batch += records
            wait_s = _MORE_S
        if not batch:
            break
        fold(batch)
    if not exact:
        fold(consumer.poll(BATCH_MAX, 0.0))  # the last offset is a record's after all, where there are no gaps
    return folded


def offsets_of(checkpoints: Mapping[TopicPartition, Checkpoint]) -> dict[TopicPartition, int]:
    """Where checkpoints stand."""
    return {place: checkpoint.next_offset for place, checkpoint in checkpoints.items()}


def check_reached(reached: Offsets, live: Offsets) -> None:
    """Raises RebuildStopped where a build does not stand where the live one does: the log lacks what that was made of."""
    for (topic, partition), offset in sorted(live.items()):
        if reached.get((topic, partition), 0) != offset:
            raise RebuildStopped(
                f"{topic} partition {partition}: the live build stands at {offset}, the new one came to"
                f" {reached.get((topic, partition), 0)}: the log lacks what the live one was made of"
            )


def _strike_out(left: dict[TopicPartition, int], records: Collection[Record], spare: int) -> None:
    """Drop the partitions in which there is nothing left to fold, but for so many offsets."""
    for record in records:
        place = record.topic, record.partition
        if place in left and record.offset + 1 + spare >= left[place]:
            del left[place]
