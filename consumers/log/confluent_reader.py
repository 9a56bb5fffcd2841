"""Fetching by confluent-kafka, several times as fast; an extra."""

import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from confluent_kafka import Consumer, IsolationLevel, KafkaError, KafkaException
from confluent_kafka import TopicPartition as Place
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from consumers.log.kafka import AHEAD, HEARTBEATS, Membership
from registry.log.kafka_address import KafkaAddress
from schemas.log_errors import LogError, LogUnavailable, OffsetOutOfRange
from schemas.messages import Record, TopicPartition

_LOGGER: Final = logging.getLogger(__name__)
_OLDEST: Final = OffsetSpec.earliest()  # type: ignore[no-untyped-call]
_END: Final = OffsetSpec.latest()  # type: ignore[no-untyped-call]
_PASSING: Final = frozenset(
    {KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE, KafkaError.UNKNOWN_TOPIC_OR_PART}
)
_AGAIN_S: Final = 0.05
_NOT_YET_S: Final = 0.002
_POLL_S: Final = 0.1
"""How long to wait at most at a time: a share that is gained meanwhile gives nothing before it was sought."""
_QUEUED_KIB: Final = 16 * 1024
"""What the client may fetch ahead of us, over all partitions."""


class ConfluentReader:
    """`KafkaReader` on librdkafka's consumer."""

    def __init__(self, address: KafkaAddress, membership: Membership) -> None:
        self._address = address
        self._membership = membership
        self._unassigned: set[TopicPartition] = set()
        """Of what it reads as nobody's member, those that it was not told yet where to begin."""
        self._admin = AdminClient(address.confluent_options(), logger=_LOGGER)
        # Asked while it still connects, librdkafka's admin client may find only seconds later that it is connected.
        self._attempt(lambda: self._admin.list_topics(timeout=address.answer_s))
        session_ms = int(membership.session_s * 1000)
        self._consumer = Consumer(
            {
                "group.id": membership.group,
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
                "isolation.level": "read_committed",
                "partition.assignment.strategy": "cooperative-sticky",
                "session.timeout.ms": session_ms,
                "heartbeat.interval.ms": session_ms // HEARTBEATS,
                "queued.max.messages.kbytes": _QUEUED_KIB,
                "fetch.wait.max.ms": 100,
                "allow.auto.create.topics": False,
                **address.confluent_options(),
            },
            logger=_LOGGER,
        )

    def subscribe(self, topics: Sequence[str]) -> None:
        def gained(consumer: Consumer, places: list[Place]) -> None:
            # Where each is to begin is said by a seek. Not at "the end" until then: the client would ask where that is itself,
            # and its answer, where it comes after the seek, undoes it.
            gain = [(place.topic, place.partition) for place in places]
            ends = self._ends_or_nothing(gain)
            consumer.incremental_assign([Place(*place, ends.get(place, 0)) for place in gain])
            self._membership.gain(gain)

        def lost(consumer: Consumer, places: list[Place]) -> None:
            self._membership.lose([(place.topic, place.partition) for place in places])

        self._attempt(lambda: self._consumer.subscribe(list(topics), on_assign=gained, on_revoke=lost, on_lost=lost))

    def assign(self, places: Sequence[TopicPartition]) -> None:
        self._unassigned |= set(places)

    def fetch(self, wait_s: float) -> Iterator[Record]:
        # consume() would wait until it has all it may take.
        first = self._attempt(lambda: self._consumer.poll(min(wait_s, _POLL_S)))
        if first is None:
            return
        yield from self._records((first,))
        yield from self._records(self._attempt(lambda: self._consumer.consume(AHEAD - 1, 0)))

    def bounds(self, places: Collection[TopicPartition]) -> Mapping[TopicPartition, tuple[int, int]]:
        firsts, ends = self._offsets(places, _OLDEST), self._offsets(places, _END)
        return {place: (firsts[place], ends[place]) for place in places}

    def committed(self, place: TopicPartition) -> int:
        (found,) = self._each(self._attempt(lambda: self._consumer.committed([Place(*place)], self._address.answer_s)))
        offset: int = found.offset
        return max(offset, 0)

    def seek(self, place: TopicPartition, offset: int) -> bool:
        """Only the client's own seek is a barrier: taken away and given again, a partition may still hand out what it fetched."""
        if place in self._unassigned:
            self._attempt(lambda: self._consumer.incremental_assign([Place(*place, offset)]))
            self._unassigned.discard(place)
            return True
        deadline = time.monotonic() + self._address.answer_s
        while any((held.topic, held.partition) == place for held in self._consumer.assignment()):
            try:
                self._consumer.seek(Place(*place, offset))
            except KafkaException as error:
                # Not possible before it has begun to fetch.
                if error.args[0].code() != KafkaError._STATE or time.monotonic() > deadline:
                    raise self._unavailable(error.args[0]) from error
                time.sleep(_NOT_YET_S)
            else:
                return True
        return False

    def commit(self, next_offsets: Mapping[TopicPartition, int]) -> None:
        offsets = [Place(*place, offset) for place, offset in next_offsets.items()]
        self._each(self._attempt(lambda: self._consumer.commit(offsets=offsets, asynchronous=False)))

    def close(self) -> None:
        self._consumer.close()

    def _ends_or_nothing(self, places: Collection[TopicPartition]) -> Mapping[TopicPartition, int]:
        try:
            return self._offsets(places, _END)
        except LogError:  # a seek will say so again, where it can be said
            return {}

    def _offsets(self, places: Collection[TopicPartition], which: OffsetSpec) -> dict[TopicPartition, int]:
        # Not by the consumer: its question for each partition would wait behind a fetch.
        deadline = time.monotonic() + self._address.answer_s
        while True:
            try:
                return self._offsets_now(places, which)
            except KafkaException as error:
                # A partition may just get a leader, or another one.
                if error.args[0].code() not in _PASSING or time.monotonic() > deadline:
                    raise self._unavailable(error.args[0]) from error
                time.sleep(_AGAIN_S)

    def _offsets_now(self, places: Collection[TopicPartition], which: OffsetSpec) -> dict[TopicPartition, int]:
        wait_s = self._address.answer_s
        answers = self._admin.list_offsets(
            {Place(*place): which for place in places}, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=wait_s
        )
        return {(place.topic, place.partition): answer.result(wait_s).offset for place, answer in answers.items()}

    def _records(self, messages: Sequence[Any]) -> Iterator[Record]:
        failed: KafkaError | None = None
        for m in messages:
            if (error := m.error()) is not None:
                failed = error
                continue
            _, timestamp_ms = m.timestamp()
            headers = m.headers()
            yield Record(
                m.topic(), m.partition(), m.offset(), m.key(), m.value(), tuple(headers) if headers else (), timestamp_ms
            )
        # Last, since the others would not come again.
        if failed is not None:
            raise self._unavailable(failed)

    def _each(self, answers: Sequence[Place]) -> Sequence[Place]:
        """The answers, none of which failed: the client raises only where all of them did."""
        for answer in answers:
            if answer.error is not None:
                raise self._unavailable(answer.error)
        return answers

    def _attempt(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except KafkaException as error:
            raise self._unavailable(error.args[0]) from error

    def _unavailable(self, error: KafkaError) -> LogError:
        if error.code() == KafkaError._AUTO_OFFSET_RESET:
            return OffsetOutOfRange(f"{error.str()}: removed by retention, or beyond the end")
        return LogUnavailable(self._address.hint(f"Kafka at {self._address.bootstrap}: {error.str()}"))
