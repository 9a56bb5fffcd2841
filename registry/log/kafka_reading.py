"""What a producer has to read of Kafka: how many partitions a topic has, and the newest mark of a name.

By kafka-python, whichever client sends: both are asked once, at the start.
"""

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, TopicAuthorizationFailedError, TransactionalIdAuthorizationFailedError

from registry.log.kafka_address import KafkaAddress
from registry.log.kafka_python_opening import open_whole
from registry.log.producer import Mark
from schemas.log_errors import LogUnavailable, PartitionsChanged, UnknownTopic

_POLL_MS: Final = 500
_FORBIDDEN: Final = (TopicAuthorizationFailedError, TransactionalIdAuthorizationFailedError)


def unavailable(address: KafkaAddress, error: KafkaError) -> LogUnavailable:
    """What an error of kafka-python means to whoever uses the log."""
    if isinstance(error, _FORBIDDEN):
        return LogUnavailable(f"Kafka at {address.bootstrap}: {address.user or 'nobody'} is not allowed to do this: {error}")
    return LogUnavailable(address.hint(f"Kafka at {address.bootstrap}: {error}"))


def partition_counts(address: KafkaAddress, topics: Collection[str]) -> dict[str, int]:
    """Topic -> number of its partitions. Raises UnknownTopic, LogUnavailable."""
    with _reader(address) as consumer:
        found = {topic: consumer.partitions_for_topic(topic) for topic in topics}
    unknown = sorted(topic for topic, partitions in found.items() if not partitions)
    if unknown:
        raise UnknownTopic(f"the log has no topic {', '.join(map(repr, unknown))}: registry topics apply")
    return {topic: len(partitions) for topic, partitions in found.items()}


def topic_names(address: KafkaAddress) -> frozenset[str]:
    """The topics that this user may see. Raises LogUnavailable."""
    with _reader(address) as consumer:
        return frozenset(consumer.topics())


def check_partitions(address: KafkaAddress, wanted: Mapping[str, int]) -> None:
    """See that each topic has its number of partitions. Raises UnknownTopic, PartitionsChanged, LogUnavailable."""
    found = partition_counts(address, wanted.keys())
    changed = [f"{topic} has {found[topic]} partitions, not {count}" for topic, count in wanted.items() if found[topic] != count]
    if changed:
        raise PartitionsChanged(f"{'; '.join(changed)}; a record's place follows from their number, so it never changes")


def read_mark(address: KafkaAddress, name: str, *, wait_s: float) -> Mark | None:
    """The newest committed mark of this name. As `read_marks`."""
    return read_marks(address, [name], wait_s=wait_s).get(name)


def read_marks(address: KafkaAddress, names: Collection[str], *, wait_s: float) -> dict[str, Mark]:
    """Of these names those that there are, the newest committed. The topic has one partition and is compacted: it is read whole.

    A transaction that is still open, of whatever name, hides all marks behind it; it is waited for, at most `wait_s` seconds:
    an older mark in their place would have its producer store again what is stored.

    Raises UnknownTopic, LogUnavailable.
    """
    place, keys = TopicPartition(address.positions, 0), {name.encode(): name for name in names}
    newest: dict[str, Mark] = {}
    end = _end_with_what_is_open(address, place)
    with _reader(address) as consumer:
        consumer.assign([place])
        consumer.seek_to_beginning(place)
        deadline = time.monotonic() + wait_s
        while (reached := consumer.position(place)) < end:
            records = consumer.poll(timeout_ms=_POLL_MS).get(place, ())
            for record in records:
                if (name := keys.get(record.key)) is not None:
                    newest[name] = Mark.from_bytes(name, record.value)
            if records:
                deadline = time.monotonic() + wait_s
            elif time.monotonic() > deadline:
                raise LogUnavailable(
                    f"Kafka at {address.bootstrap}: {address.positions} could be read up to offset {reached} of {end} only:"
                    f" a transaction has been open for {wait_s:.0f} s"
                )
    return newest


def _end_with_what_is_open(address: KafkaAddress, place: TopicPartition) -> int:
    with _reader(address, isolation_level="read_uncommitted") as consumer:
        if not consumer.partitions_for_topic(place.topic):
            raise UnknownTopic(f"the log has no topic {place.topic!r}: registry topics apply")
        end: int = consumer.end_offsets([place])[place]
        return end


@contextmanager
def _reader(address: KafkaAddress, *, isolation_level: str = "read_committed") -> Iterator[Any]:
    try:
        consumer = open_whole(
            KafkaConsumer,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level=isolation_level,
            max_poll_records=5000,
            allow_auto_create_topics=False,
            metrics_enabled=False,
            bootstrap_timeout_ms=address.answer_ms,
            **address.python_options(),
        )
        try:
            yield consumer
        finally:
            consumer.close()
    except KafkaError as error:
        raise unavailable(address, error) from error
