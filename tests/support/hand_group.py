"""A group of consumers of an embedded log whose partitions a test moves by hand, as a broker moves them when members come and go.

group = HandGroup(log, topics); one, two = group.member(), group.member()
group.share_out({one: range(6), two: range(6, 12)})
one.asleep = True: it does not hear of changes, and still hands out what it believes to be its own, as a paused process does
"""

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from consumers.log.embedded import EmbeddedConsumer
from schemas.messages import Record, ResumeFrom, TopicPartition


class HandGroup:
    """Its members, and which numbers of partitions each is to have."""

    def __init__(self, log: Path, topics: Collection[str]) -> None:
        self.log = log
        self.topics = tuple(topics)

    def member(self) -> "Member":
        """A member without partitions."""
        return Member(self)

    def share_out(self, shares: Mapping["Member", Iterable[int]]) -> None:
        """From now on each member is to have these, and those that are not named have none."""
        for member, numbers in shares.items():
            member.due = frozenset(numbers)


class Member:
    """`LogConsumer` of the partitions that it has heard it has: a consumer of the embedded log for each number."""

    def __init__(self, group: HandGroup) -> None:
        self.due: frozenset[int] = frozenset()
        self.asleep = False
        self._group = group
        self._next_offset: ResumeFrom = lambda topic, partition: None
        self._own: dict[int, EmbeddedConsumer] = {}
        self._turns: deque[int] = deque()

    @property
    def numbers(self) -> set[int]:
        """What it believes to have."""
        return set(self._own)

    def poll(self, max_records: int, timeout_s: float) -> Sequence[Record]:
        self.hear()
        records: list[Record] = []
        try:
            for number in tuple(self._turns):
                # Something of each: what it lost and what it kept come in one batch.
                share = min(max(1, max_records // len(self._turns)), max_records - len(records))
                records += self._own[number].poll(share, 0.0) if share else ()
        except BaseException:
            # What was read of some is not lost with the failure of another: all of it comes again.
            self.resume_from(self._next_offset)
            raise
        self._turns.rotate(-1)
        return records

    def hear(self) -> None:
        """Learn what changed, unless it sleeps."""
        if self.asleep:
            return
        for number in self.numbers - self.due:
            self._own.pop(number).close()
        for number in self.due - self.numbers:
            consumer = EmbeddedConsumer(self._group.log, group="hand", topics=self._group.topics, partitions=[number])
            consumer.resume_from(self._next_offset)
            self._own[number] = consumer
        self._turns = deque(sorted(self._own))

    def commit(self, next_offsets: Mapping[TopicPartition, int]) -> None:
        for (topic, number), offset in next_offsets.items():
            if number not in self._own:
                raise ValueError(f"not a partition of this consumer: {topic} {number}")
            self._own[number].commit({(topic, number): offset})

    def resume_from(self, next_offset: ResumeFrom) -> None:
        self._next_offset = next_offset
        for consumer in self._own.values():
            consumer.resume_from(next_offset)

    def end_offsets(self) -> Mapping[TopicPartition, int]:
        return {place: end for consumer in self._own.values() for place, end in consumer.end_offsets().items()}

    def close(self) -> None:
        for consumer in self._own.values():
            consumer.close()
        self._own.clear()
