"""What the tests of a log are made of: the log under test, messages, reading, and work for other processes."""

import multiprocessing
import time
from collections import defaultdict
from collections.abc import Collection, Iterable
from multiprocessing.connection import Connection
from typing import Protocol
from uuid import UUID

from consumers.log.consumer import LogConsumer
from registry.log.producer import LogProducer, Mark
from schemas.messages import Message, Record
from schemas.topics import TopicSpec

PARTITIONS = 12
LOG_TIME_MS = 1_600_000_000_000  # where the log's clock begins, if the log's clock can be set
PATIENCE_S = 20.0
SPAWN = multiprocessing.get_context("spawn")


def topic_spec(name: str, *, partitions: int = PARTITIONS, append_time: bool = False) -> TopicSpec:
    return TopicSpec(
        name=name,
        key="any",
        partitions=partitions,
        cleanup="delete",
        timestamp="append" if append_time else "create",
        event_types=(),
        barrier=False,
        live=True,
        retention_days=800 if append_time else None,
    )


class Log(Protocol):
    """One log and how to open it. Goes to other processes, so it must be picklable."""

    events: str  # a topic of PARTITIONS partitions with its producers' time
    stamped: str  # a topic of 3 partitions with the log's time
    settle_s: float  # how long a poll must stay empty before nothing more is believed to be there

    def producer(self, name: str | None = None, owner: str = "") -> LogProducer: ...

    def consumer(self, group: str, topics: Collection[str], partitions: Collection[int] | None = None) -> LogConsumer: ...


def key(number: int) -> bytes:
    return str(UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128)).encode()


def message(topic: str, number: int, *, keys: int = 7, partition: int | None = None) -> Message:
    """The `number`th message of a test; its value is its number, its key one of `keys`."""
    headers = (("ce_id", b"%d" % number), ("ce_type", b"household.tested"))
    return Message(topic, key(number % keys), b"%d" % number, headers, 1_700_000_000_000 + number, partition)


def messages(topic: str, numbers: Iterable[int]) -> list[Message]:
    return [message(topic, number) for number in numbers]


def read(log: Log, consumer: LogConsumer, count: int, max_records: int = 500) -> list[Record]:
    """Read `count` records, however many polls that takes, and see that there are no more."""
    records: list[Record] = []
    deadline = time.monotonic() + PATIENCE_S
    while len(records) < count and time.monotonic() < deadline:
        polled = consumer.poll(max_records, 0.2)
        assert len(polled) <= max_records
        records += polled
    records += consumer.poll(max_records, log.settle_s)
    assert len(records) == count
    return records


def numbers(records: Iterable[Record]) -> list[int]:
    return [int(record.value or b"-1") for record in records]


def next_offsets(records: Iterable[Record]) -> dict[tuple[str, int], int]:
    """What to commit once `records`, in the order read, are done."""
    return {(record.topic, record.partition): record.offset + 1 for record in records}


def by_partition(records: Iterable[Record]) -> dict[tuple[str, int], list[Record]]:
    grouped = defaultdict(list)
    for record in records:
        grouped[record.topic, record.partition].append(record)
    return dict(grouped)


def append_once(log: Log) -> None:
    log.producer().append([message(log.events, 1)])


def append_much(log: Log, writer: int, batches: int) -> None:
    producer = log.producer(f"writer-{writer}" if writer % 2 else None)
    for batch in range(batches):
        start = writer * 500 + batch * 20
        producer.append(messages(log.events, range(start, start + 20)))
    producer.close()


def append_until_killed(log: Log, tell: Connection) -> None:
    """Go on from the mark, as a relay does, for ever."""
    producer = log.producer("relay")
    mark = producer.mark("relay")
    position = 0 if mark is None else int(mark.value["position"])
    tell.send("ready")
    while True:
        batch = messages(log.events, range(position, position + 50))
        position += len(batch)
        producer.append(batch, Mark("relay", {"position": position}))
