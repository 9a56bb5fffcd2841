"""The consumer port on Apache Kafka: a member of a group, or a reader of partitions that it is told.

A group's partitions are shared out cooperatively, so that only those that have to move do. Records are fetched ahead into a queue
for each partition and handed out in turns: the client would empty one busy partition before it looks at the next.
"""

import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any, Final

from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import IllegalStateError, KafkaError

from registry.log.kafka_address import KafkaAddress
from registry.log.kafka_reading import ANSWER_S, partition_counts, unavailable
from schemas.log_errors import OffsetOutOfRange
from schemas.messages import Record, ResumeFrom
from schemas.messages import TopicPartition as Place

JOIN_S: Final = 30.0
"""How long to wait for a share of the partitions when somebody asks about it."""
SESSION_S: Final = 15.0
"""How long a member may be silent until its partitions go to others."""
HEARTBEATS: Final = 5
"""How often it gives a sign of life in that time."""
_AHEAD: Final = 5000
_FETCH_BYTES: Final = 4 * 1024 * 1024


class KafkaLogConsumer:
    """`LogConsumer` on Kafka. With `partitions` it reads just those of each topic; without, its share as a member of the group.

    A record that a paused member would still hand out after its partition moved is what the projector's checkpoint refuses.
    """

    def __init__(
        self,
        address: KafkaAddress,
        *,
        group: str,
        topics: Collection[str],
        partitions: Collection[int] | None = None,
        session_s: float = SESSION_S,
    ) -> None:
        self._address = address
        self._group = group
        self._session_s = session_s
        self._topics = tuple(topics)
        self._queues: dict[Place, deque[Record]] = {}
        self._turns: deque[Place] = deque()
        self._to_seek: set[Place] = set()
        self._resume_from: ResumeFrom = lambda topic, partition: None
        self._closed = False
        counts = self._attempt(lambda: partition_counts(address, self._topics))
        self._consumer = self._attempt(self._open)
        if partitions is None:
            self._consumer.subscribe(topics=list(self._topics), listener=_Shares(self))
        else:
            mine = [(topic, n) for topic, count in counts.items() for n in range(count) if n in partitions]
            self._consumer.assign([TopicPartition(*place) for place in mine])
            self.gain(mine)

    def poll(self, max_records: int, timeout_s: float) -> Sequence[Record]:
        deadline = time.monotonic() + timeout_s
        while True:
            if sum(map(len, self._queues.values())) < max_records:
                wait_s = 0.0 if any(self._queues.values()) else max(deadline - time.monotonic(), 0.0)
                self._attempt(partial(self._fetch, wait_s))
            records = self._take(max_records)
            if records or time.monotonic() >= deadline:
                return records

    def commit(self, next_offsets: Mapping[Place, int]) -> None:
        strangers = next_offsets.keys() - self._share().keys()
        if strangers:
            raise ValueError(f"not partitions of this consumer: {sorted(strangers)}")
        offsets = {TopicPartition(*place): OffsetAndMetadata(offset, "", -1) for place, offset in next_offsets.items()}
        self._attempt(lambda: self._consumer.commit(offsets))

    def resume_from(self, next_offset: ResumeFrom) -> None:
        self._resume_from = next_offset
        for place, queue in self._queues.items():
            queue.clear()
            self._to_seek.add(place)

    def end_offsets(self) -> Mapping[Place, int]:
        asked = [TopicPartition(*place) for place in self._share()]
        ends = self._attempt(lambda: self._consumer.end_offsets(asked))
        return {(place.topic, place.partition): end for place, end in ends.items()}

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._consumer.close(autocommit=False)

    def gain(self, places: Collection[Place]) -> None:
        """Take over these partitions: where to go on is asked before the next record is read."""
        for place in places:
            self._queues[place] = deque()
            self._turns.append(place)
            self._to_seek.add(place)

    def lose(self, places: Collection[Place]) -> None:
        """These partitions are another's now; what was fetched of them is not handed out."""
        for place in places:
            self._queues.pop(place, None)
            self._to_seek.discard(place)
        self._turns = deque(place for place in self._turns if place in self._queues)

    def _open(self) -> KafkaConsumer:
        return KafkaConsumer(
            group_id=self._address.prefix + self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            max_poll_records=_AHEAD,
            max_partition_fetch_bytes=_FETCH_BYTES,
            partition_assignment_strategy=[CooperativeStickyAssignor],
            session_timeout_ms=int(self._session_s * 1000),
            heartbeat_interval_ms=int(self._session_s * 1000 / HEARTBEATS),
            allow_auto_create_topics=False,
            metrics_enabled=False,
            bootstrap_timeout_ms=ANSWER_S * 1000,
            **self._address.python_options(),
        )

    def _share(self) -> Mapping[Place, deque[Record]]:
        """The partitions of this consumer; a member that has none yet waits for its share."""
        deadline = time.monotonic() + JOIN_S
        while not self._queues and time.monotonic() < deadline:
            self._attempt(lambda: self._fetch(0.1))
        return self._queues

    def _fetch(self, wait_s: float) -> None:
        self._seek()
        for place, records in self._consumer.poll(timeout_ms=int(wait_s * 1000)).items():
            queue = self._queues.get((place.topic, place.partition))
            # Fetched before it was said where to go on from: the seek will fetch it again, or something else.
            if queue is None or (place.topic, place.partition) in self._to_seek:
                continue
            queue.extend(_record(record) for record in records)
        self._seek()

    def _seek(self) -> None:
        """Go to where each new partition is to be read from. Raises OffsetOutOfRange."""
        if not self._to_seek:
            return
        places = [TopicPartition(*place) for place in self._to_seek]
        first, end = self._consumer.beginning_offsets(places), self._consumer.end_offsets(places)
        for place in places:
            offset = self._start_of(place, first[place], end[place])
            try:
                self._consumer.seek(place, offset)
            except IllegalStateError:  # it was taken from us in between
                continue
            self._to_seek.discard((place.topic, place.partition))

    def _start_of(self, place: TopicPartition, first: int, end: int) -> int:
        offset = self._resume_from(place.topic, place.partition)
        if offset is None:
            offset = self._consumer.committed(place) or 0
        if offset == 0:
            return first
        if first <= offset <= end:
            return offset
        reason = "removed by retention" if offset < first else "beyond the end: was an older log restored?"
        raise OffsetOutOfRange(
            f"{place.topic} partition {place.partition}: the next offset {offset} of group {self._group!r} is {reason}"
            f" (there are {first} to {end - 1})"
        )

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

    def _attempt(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except KafkaError as error:
            raise unavailable(self._address, error) from error


class _Shares(ConsumerRebalanceListener):  # type: ignore[misc]
    """Tells the consumer what it gained and lost; asks nobody, since it runs within the client's own loop."""

    def __init__(self, consumer: KafkaLogConsumer) -> None:
        self._consumer = consumer

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        self._consumer.gain([(place.topic, place.partition) for place in assigned])

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        self._consumer.lose([(place.topic, place.partition) for place in revoked])

    def on_partitions_lost(self, lost: Collection[TopicPartition]) -> None:
        self._consumer.lose([(place.topic, place.partition) for place in lost])


def _record(record: Any) -> Record:
    return Record(
        record.topic, record.partition, record.offset, record.key, record.value, tuple(record.headers), record.timestamp
    )
