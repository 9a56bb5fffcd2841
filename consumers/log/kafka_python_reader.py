"""Fetching by kafka-python."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from kafka import KafkaConsumer, OffsetAndMetadata
from kafka import TopicPartition as Place
from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import IllegalStateError, KafkaError, NoOffsetForPartitionError, OffsetOutOfRangeError

from consumers.log.kafka import AHEAD, HEARTBEATS, Membership
from registry.log.kafka_address import KafkaAddress
from registry.log.kafka_python_opening import open_whole
from registry.log.kafka_reading import unavailable
from schemas.log_errors import OffsetOutOfRange
from schemas.messages import Record, TopicPartition

_FETCH_BYTES: Final = 4 * 1024 * 1024
_METADATA_S: Final = 30
"""After how long topics are looked up again; a look-up that was asked for during another is lost."""


class PythonReader:
    """`KafkaReader` on kafka-python's consumer."""

    def __init__(self, address: KafkaAddress, membership: Membership) -> None:
        self._address = address
        self._membership = membership
        self._consumer = self._attempt(self._open)

    def subscribe(self, topics: Sequence[str]) -> None:
        self._attempt(lambda: self._consumer.subscribe(topics=list(topics), listener=_Shares(self._membership)))

    def assign(self, places: Sequence[TopicPartition]) -> None:
        self._attempt(lambda: self._consumer.assign([Place(*place) for place in places]))

    def fetch(self, wait_s: float) -> Iterator[Record]:
        self._go_on_joining()
        try:
            polled = self._attempt(lambda: self._consumer.poll(timeout_ms=int(wait_s * 1000)))
        except NoOffsetForPartitionError:
            return  # new to us: whoever asks will say where it is to begin
        for records in polled.values():
            for r in records:
                yield Record(r.topic, r.partition, r.offset, r.key, r.value, tuple(r.headers), r.timestamp)

    def bounds(self, places: Collection[TopicPartition]) -> Mapping[TopicPartition, tuple[int, int]]:
        asked = [Place(*place) for place in places]
        firsts = self._attempt(lambda: self._consumer.beginning_offsets(asked))
        ends = self._attempt(lambda: self._consumer.end_offsets(asked))
        return {(place.topic, place.partition): (firsts[place], ends[place]) for place in asked}

    def committed(self, place: TopicPartition) -> int:
        offset: int | None = self._attempt(lambda: self._consumer.committed(Place(*place)))
        return offset or 0

    def seek(self, place: TopicPartition, offset: int) -> bool:
        try:
            self._attempt(lambda: self._consumer.seek(Place(*place), offset))
        except IllegalStateError:
            return False
        return True

    def commit(self, next_offsets: Mapping[TopicPartition, int]) -> None:
        offsets = {Place(*place): OffsetAndMetadata(offset, "", -1) for place, offset in next_offsets.items()}
        self._attempt(lambda: self._consumer.commit(offsets))

    def close(self) -> None:
        self._consumer.close(autocommit=False)

    def _go_on_joining(self) -> None:
        """Have the client finish what it began: it forgets a join that outlasted a poll, and gives no sign of life any more.

        That happens to the leader of a group that joins again because a topic's partitions became known: once it has shared them
        out it sees no reason to join, and so never takes what it was given, while the broker counts on it.
        """
        coordinator = self._consumer._coordinator
        if coordinator.rejoining:
            coordinator.request_rejoin()

    def _open(self) -> Any:
        return open_whole(
            KafkaConsumer,
            group_id=self._membership.group,
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            max_poll_records=AHEAD,
            max_partition_fetch_bytes=_FETCH_BYTES,
            partition_assignment_strategy=[CooperativeStickyAssignor],
            session_timeout_ms=int(self._membership.session_s * 1000),
            heartbeat_interval_ms=int(self._membership.session_s * 1000 / HEARTBEATS),
            allow_auto_create_topics=False,
            metadata_max_age_ms=_METADATA_S * 1000,
            metrics_enabled=False,
            bootstrap_timeout_ms=self._address.answer_ms,
            **self._address.python_options(),
        )

    def _attempt(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except (IllegalStateError, NoOffsetForPartitionError):
            raise
        except OffsetOutOfRangeError as error:
            gone = ", ".join(
                f"{place.topic} partition {place.partition} offset {offset}" for place, offset in error.args[0].items()
            )
            raise OffsetOutOfRange(f"{gone}: removed by retention, or beyond the end") from error
        except KafkaError as error:
            raise unavailable(self._address, error) from error


class _Shares(ConsumerRebalanceListener):  # type: ignore[misc]
    """Tells the consumer what it gained and lost; asks nobody, since it runs within the client's own loop."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership

    def on_partitions_assigned(self, assigned: Collection[Place]) -> None:
        self._membership.gain([(place.topic, place.partition) for place in assigned])

    def on_partitions_revoked(self, revoked: Collection[Place]) -> None:
        self._membership.lose([(place.topic, place.partition) for place in revoked])

    def on_partitions_lost(self, lost: Collection[Place]) -> None:
        self._membership.lose([(place.topic, place.partition) for place in lost])
