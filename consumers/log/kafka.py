"""The consumer port on Apache Kafka, whichever client fetches: a member of a group, or a reader of partitions that it is told.

A group's partitions are shared out cooperatively, so that only those that have to move do. Records are fetched ahead into a queue
for each partition and handed out in turns: a client would empty one busy partition before it looks at the next.
"""

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

from registry.log.kafka_address import KafkaAddress
from registry.log.kafka_reading import partition_counts
from schemas.log_errors import OffsetOutOfRange
from schemas.messages import Record, ResumeFrom, TopicPartition

JOIN_S: Final = 30.0
"""How long to wait for a share of the partitions when somebody asks about it."""
SESSION_S: Final = 15.0
"""How long a member may be silent until its partitions go to others."""
HEARTBEATS: Final = 5
"""How often it gives a sign of life in that time."""
AHEAD: Final = 5000
"""Records that are fetched at once."""


@dataclass(frozen=True, slots=True)
class Membership:
    """Of which group, how long it may be silent, and who is told what it gains and loses; nothing else may be done then."""

    group: str
    session_s: float
    gain: Callable[[Collection[TopicPartition]], None]
    lose: Callable[[Collection[TopicPartition]], None]


class KafkaReader(Protocol):
    """One client's consumer. Whatever fails raises LogUnavailable."""

    def subscribe(self, topics: Sequence[str]) -> None:
        """Become a member of the group."""
        ...

    def assign(self, places: Sequence[TopicPartition]) -> None:
        """Read these partitions, as nobody's member."""
        ...

    def fetch(self, wait_s: float) -> Iterable[Record]:
        """Records as they come, at most AHEAD; waits for the first at most `wait_s`. A member's share may change meanwhile."""
        ...

    def bounds(self, places: Collection[TopicPartition]) -> Mapping[TopicPartition, tuple[int, int]]:
        """The oldest offset of each partition, and its end."""
        ...

    def committed(self, place: TopicPartition) -> int:
        """The offset that the group committed; 0 where it committed none."""
        ...

    def seek(self, place: TopicPartition, offset: int) -> bool:
        """Go on from there; False where the partition is not ours any more."""
        ...

    def commit(self, next_offsets: Mapping[TopicPartition, int]) -> None:
        """Remember for the group, durably."""
        ...

    def close(self) -> None:
        """Leave, without committing."""
        ...


OpenReader = Callable[[KafkaAddress, Membership], KafkaReader]


class KafkaLogConsumer:
    """`LogConsumer` on Kafka. With `partitions` it reads just those of each topic; without, its share as a member of the group.

    What a paused member would still write after its partitions moved is for the read model's checkpoints to refuse.
    """

    def __init__(
        self,
        address: KafkaAddress,
        open_reader: OpenReader,
        *,
        group: str,
        topics: Collection[str],
        partitions: Collection[int] | None = None,
        session_s: float = SESSION_S,
    ) -> None:
        self._group = group
        self._queues: dict[TopicPartition, deque[Record]] = {}
        self._turns: deque[TopicPartition] = deque()
        self._to_seek: set[TopicPartition] = set()
        self._resume_from: ResumeFrom = lambda topic, partition: None
        self._closed = False
        self._joined = False
        counts = partition_counts(address, topics)
        self._reader = open_reader(address, Membership(address.prefix + group, session_s, self._gain, self._lose))
        if partitions is None:
            self._reader.subscribe(list(topics))
        else:
            mine = [(topic, n) for topic, count in counts.items() for n in range(count) if n in partitions]
            self._reader.assign(mine)
            self._gain(mine)

    def poll(self, max_records: int, timeout_s: float) -> Sequence[Record]:
        deadline = time.monotonic() + timeout_s
        while True:
            if self._wants_more(max_records):
                self._fetch(0.0 if any(self._queues.values()) else max(deadline - time.monotonic(), 0.0))
            records = self._take(max_records)
            if records or time.monotonic() >= deadline:
                return records

    def commit(self, next_offsets: Mapping[TopicPartition, int]) -> None:
        strangers = next_offsets.keys() - self._share().keys()
        if strangers:
            raise ValueError(f"not partitions of this consumer: {sorted(strangers)}")
        if next_offsets:
            self._reader.commit(next_offsets)

    def resume_from(self, next_offset: ResumeFrom) -> None:
        self._resume_from = next_offset
        for place, queue in self._queues.items():
            queue.clear()
            self._to_seek.add(place)

    def end_offsets(self) -> Mapping[TopicPartition, int]:
        return {place: end for place, (_, end) in self._reader.bounds(self._share().keys()).items()}

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._reader.close()

    def _gain(self, places: Collection[TopicPartition]) -> None:
        """Take over these partitions: where to go on is asked before the next record is read."""
        self._joined = True
        self._lose(places)
        for place in places:
            self._queues[place] = deque()
            self._turns.append(place)
            self._to_seek.add(place)

    def _lose(self, places: Collection[TopicPartition]) -> None:
        """These partitions are another's now; what was fetched of them is not handed out."""
        for place in places:
            self._queues.pop(place, None)
            self._to_seek.discard(place)
        self._turns = deque(place for place in self._turns if place in self._queues)

    def _share(self) -> Mapping[TopicPartition, deque[Record]]:
        """The partitions of this consumer; one that is joining waits until it is told its share."""
        deadline = time.monotonic() + JOIN_S
        while not self._joined and time.monotonic() < deadline:
            self._fetch(0.1)
        return self._queues

    def _fetch(self, wait_s: float) -> None:
        self._seek()
        try:
            for record in self._reader.fetch(wait_s):
                place = record.topic, record.partition
                # Fetched before it was said where to go on from: the seek will fetch it again, or something else.
                if place in self._queues and place not in self._to_seek:
                    self._queues[place].append(record)
        except OffsetOutOfRange:
            # A client would not say so twice.
            self.resume_from(self._resume_from)
            raise
        self._seek()

    def _seek(self) -> None:
        """Go to where each new partition is to be read from. Raises OffsetOutOfRange."""
        if not self._to_seek:
            return
        for place, (first, end) in self._reader.bounds(self._to_seek).items():
            if self._reader.seek(place, self._start_of(place, first, end)):
                self._to_seek.discard(place)

    def _start_of(self, place: TopicPartition, first: int, end: int) -> int:
        offset = self._resume_from(*place)
        if offset is None:
            offset = self._reader.committed(place)
        if offset == 0:
            return first
        if first <= offset <= end:
            return offset
        topic, partition = place
        reason = "removed by retention" if offset < first else "beyond the end: was an older log restored?"
        raise OffsetOutOfRange(
            f"{topic} partition {partition}: the next offset {offset} of group {self._group!r} is {reason}"
            f" (there are {first} to {end - 1})"
        )

    def _wants_more(self, max_records: int) -> bool:
        """Too little is there, or nothing of some partition: one that is far ahead must not keep the others waiting."""
        ahead = sum(map(len, self._queues.values()))
        return ahead < max_records or (ahead < AHEAD and not all(self._queues.values()))

    def _take(self, max_records: int) -> list[Record]:
        records: list[Record] = []
        for place in list(self._turns):
            queue = self._queues[place]
            if queue and len(records) < max_records:
                count = min(len(queue), max_records - len(records))
                records += islice(queue, count)
                for _ in range(count):
                    queue.popleft()
                self._turns.remove(place)
                self._turns.append(place)
        return records
