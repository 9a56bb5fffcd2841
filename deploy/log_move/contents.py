"""What a topic holds, in short, so that two logs can be compared: of each partition how many records and a hash over all of them.

Of a compacted topic what is left of each key: how much of its past is gone by now is the log's own affair.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from deploy.composition.log_side import open_consumer
from deploy.settings import Settings
from schemas.messages import Record
from schemas.topics import TopicSpec

GROUP: Final = "migrate-log"
_POLL_MAX: Final = 5000
_PATIENCE_S: Final = 3.0
"""For a cluster to hand out the next records. Too short, a copy would look too small: which is refused."""
_NOBODYS: Final = 2


@dataclass(slots=True)
class _Partition:
    """What was read of one. newest: by key, where the topic is compacted."""

    records: int = 0
    hash: bytes = bytes(32)
    newest: dict[bytes | None, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contents:
    """Of one partition: how many records, and the hash over them; of a compacted topic, over the newest of each key."""

    records: int
    digest: str


def contents(settings: Settings, topic: TopicSpec, told: Callable[[int], None]) -> Mapping[int, Contents]:
    """Of each partition that holds records. `told`: of how many were read. Raises LogUnavailable, LogDamaged, UnknownTopic."""
    read: dict[int, _Partition] = {}
    for records in _all(settings, topic.name):
        for record in records:
            _take_in(read.setdefault(record.partition, _Partition()), record, topic)
        told(len(records))
    return {number: _summary(partition, topic) for number, partition in sorted(read.items())}


def _all(settings: Settings, topic: str) -> Iterator[Sequence[Record]]:
    consumer = open_consumer(settings, GROUP, (topic,))
    try:
        consumer.resume_from(lambda _topic, _partition: 0)
        missing = {place: end for place, end in consumer.end_offsets().items() if end}
        while records := consumer.poll(_POLL_MAX, _PATIENCE_S if missing else 0.0):
            yield records
            for record in records:
                place = record.topic, record.partition
                # The last offset of a transaction on Kafka is nobody's.
                if record.offset + _NOBODYS >= missing.get(place, 0):
                    missing.pop(place, None)
    finally:
        consumer.close()


def _take_in(partition: _Partition, record: Record, topic: TopicSpec) -> None:
    partition.records += 1
    if topic.cleanup == "compact":
        if record.value is None:
            partition.newest.pop(record.key, None)
        else:
            partition.newest[record.key] = _hash_of(record, topic)
        return
    partition.hash = sha256(partition.hash + _hash_of(record, topic)).digest()


def _hash_of(record: Record, topic: TopicSpec) -> bytes:
    # The log's own clock is another in another log.
    stamp = 0 if topic.timestamp == "append" else record.timestamp_ms
    return sha256(repr((record.key, record.value, record.headers, stamp)).encode()).digest()


def _summary(partition: _Partition, topic: TopicSpec) -> Contents:
    if topic.cleanup != "compact":
        return Contents(partition.records, partition.hash.hex())
    left = sorted((key or b"", value) for key, value in partition.newest.items())
    return Contents(len(left), sha256(repr(left).encode()).hexdigest())
