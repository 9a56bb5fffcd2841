"""Fetching by confluent-kafka, several times as fast; an extra."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Message
from confluent_kafka import TopicPartition as Place

from consumers.log.kafka import AHEAD, HEARTBEATS, Membership
from registry.log.kafka_address import KafkaAddress
from registry.log.kafka_reading import ANSWER_S
from schemas.log_errors import LogUnavailable
from schemas.messages import Record, TopicPartition

_QUEUED_KIB: Final = 16 * 1024
"""What the client may fetch ahead of us, over all partitions."""


class ConfluentReader:
    """`KafkaReader` on librdkafka's consumer."""

    def __init__(self, address: KafkaAddress, membership: Membership) -> None:
        self._address = address
        self._membership = membership
        session_ms = int(membership.session_s * 1000)
        self._consumer = Consumer(
            {
                "group.id": membership.group,
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
                "partition.assignment.strategy": "cooperative-sticky",
                "session.timeout.ms": session_ms,
                "heartbeat.interval.ms": session_ms // HEARTBEATS,
                "queued.max.messages.kbytes": _QUEUED_KIB,
                "fetch.wait.max.ms": 100,
                "allow.auto.create.topics": False,
                # What goes wrong is said once, by us.
                "log_level": 0,
                **address.confluent_options(),
            }
        )

    def subscribe(self, topics: Sequence[str]) -> None:
        def gained(consumer: Consumer, places: list[Place]) -> None:
            consumer.incremental_assign(places)
            self._membership.gain([(place.topic, place.partition) for place in places])

        def lost(consumer: Consumer, places: list[Place]) -> None:
            self._membership.lose([(place.topic, place.partition) for place in places])

        self._attempt(lambda: self._consumer.subscribe(list(topics), on_assign=gained, on_revoke=lost, on_lost=lost))

    def assign(self, places: Sequence[TopicPartition]) -> None:
        self._attempt(lambda: self._consumer.incremental_assign([Place(*place) for place in places]))

    def fetch(self, wait_s: float) -> Iterator[Record]:
        # consume() would wait until it has all it may take.
        first = self._attempt(lambda: self._consumer.poll(wait_s))
        if first is None:
            return
        yield from self._records((first,))
        yield from self._records(self._attempt(lambda: self._consumer.consume(AHEAD - 1, 0)))

    def bounds(self, places: Collection[TopicPartition]) -> Mapping[TopicPartition, tuple[int, int]]:
        found = {}
        for place in places:
            ask = self._consumer.get_watermark_offsets
            found[place] = self._attempt(lambda ask=ask, place=place: ask(Place(*place), ANSWER_S))
        return found

    def committed(self, place: TopicPartition) -> int:
        (found,) = self._attempt(lambda: self._consumer.committed([Place(*place)], ANSWER_S))
        return max(found.offset, 0)

    def seek(self, place: TopicPartition, offset: int) -> bool:
        if not any((held.topic, held.partition) == place for held in self._consumer.assignment()):
            return False
        # The client's own seek() fails until it has begun to fetch.
        self._attempt(lambda: self._consumer.incremental_unassign([Place(*place)]))
        self._attempt(lambda: self._consumer.incremental_assign([Place(*place, offset)]))
        return True

    def commit(self, next_offsets: Mapping[TopicPartition, int]) -> None:
        offsets = [Place(*place, offset) for place, offset in next_offsets.items()]
        self._attempt(lambda: self._consumer.commit(offsets=offsets, asynchronous=False))

    def close(self) -> None:
        self._consumer.close()

    def _records(self, messages: Sequence[Message]) -> Iterator[Record]:
        for m in messages:
            if (error := m.error()) is not None:
                raise self._unavailable(error)
            _, timestamp_ms = m.timestamp()
            headers = m.headers()
            yield Record(
                m.topic(), m.partition(), m.offset(), m.key(), m.value(), tuple(headers) if headers else (), timestamp_ms
            )

    def _attempt(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except KafkaException as error:
            raise self._unavailable(error.args[0]) from error

    def _unavailable(self, error: KafkaError) -> LogUnavailable:
        return LogUnavailable(self._address.hint(f"Kafka at {self._address.bootstrap}: {error.str()}"))
