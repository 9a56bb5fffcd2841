"""The public topics as an agency reads them, a feed on an embedded log, and what may never be amiss with what it published.

told = published(log)                 # decoded records of both topics, in order of each partition
check_sequence(told.changes)          # numbered from 1, no gap, no repeat, each where the one before left off
told.register                         # what is left of the compacted topic: household -> state
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from consumers.feed.feed import BATCH_MAX, SOURCE_TOPIC, Feed
from consumers.feed.memory import FeedMemory
from consumers.feed.tables import METADATA
from consumers.log.consumer import LogConsumer
from consumers.log.embedded import EmbeddedConsumer
from projections.database import open_engine
from registry.log.embedded import EmbeddedProducer
from registry.log.producer import LogProducer
from schemas.catalogue import registry_catalogue
from schemas.codec import Codec
from schemas.messages import Record
from schemas.public import HOUSEHOLD_CHANGED, HOUSEHOLD_STATE, public_table

SOURCE = "/registry/test"
CHANGES = public_table().records[HOUSEHOLD_CHANGED].topic
REGISTER = public_table().records[HOUSEHOLD_STATE].topic
CODEC = Codec(registry_catalogue())
Values = dict[str, Any]


@dataclass
class Published:
    """What an agency has read. changes: decoded; register: the last state of each household, as compaction leaves it."""

    records: list[Record] = field(default_factory=list)
    changes: list[Values] = field(default_factory=list)
    register: dict[UUID, Values] = field(default_factory=dict)

    def take(self, records: Iterable[Record]) -> None:
        for record in records:
            self.records.append(record)
            if record.topic == CHANGES:
                assert record.value is not None
                self.changes.append(CODEC.decode(record.value)[1])
                continue
            assert record.key is not None
            household_id = UUID(record.key.decode())
            if record.value is None:
                self.register.pop(household_id, None)  # compaction may have taken the state and left its end
            else:
                self.register[household_id] = CODEC.decode(record.value)[1]

    def of(self, household_id: UUID) -> list[Values]:
        """The changes of one household."""
        return [change for change in self.changes if change["household_id"] == household_id]


def read(consumer: LogConsumer, timeout_s: float = 0.0) -> Published:
    """Everything in the public topics."""
    found = Published()
    try:
        while batch := consumer.poll(10_000, timeout_s):
            found.take(batch)
    finally:
        consumer.close()
    return found


def published(log: Path) -> Published:
    """Everything in the public topics of an embedded log."""
    return read(EmbeddedConsumer(log, group="agency", topics=(CHANGES, REGISTER)))


def check_sequence(changes: Sequence[Values]) -> None:
    """Each household's changes are numbered without gap or repeat, and each begins where the one before it ended."""
    last: dict[UUID, Values] = {}
    for change in changes:
        before = last.get(change["household_id"])
        if before is None:
            assert (change["change_no"], change["status_before"]) == (1, "NOT_REGISTERED")
        else:
            assert change["change_no"] == before["change_no"] + 1
            assert (change["status_before"], change["overlay_before"]) == (before["status_after"], before["overlay_after"])
        last[change["household_id"]] = change


def empty_memory(path: Path | None = None) -> Engine:
    """The feed's tables, in memory or in a file that may be there already."""
    engine = open_engine(f"sqlite:///{path or ''}")
    METADATA.create_all(engine)
    return engine


def new_feed(
    log: Path,
    engine: Engine,
    *,
    partitions: Collection[int] | None = None,
    batch_max: int = BATCH_MAX,
    households_max: int = 50_000,
    producing: Callable[[LogProducer], LogProducer] = lambda producer: producer,
) -> Feed:
    """A feed on an embedded log. producing: what each producer is wrapped in."""

    def open_producer(name: str) -> LogProducer:
        return producing(EmbeddedProducer(log, now_ms=lambda: 0, name=name, owner="a test's feed"))

    consumer = EmbeddedConsumer(log, group="feed", topics=[SOURCE_TOPIC], partitions=partitions)
    memory = FeedMemory(engine, households_max)
    return Feed(consumer, open_producer, memory, registry_catalogue(), SOURCE, batch_max=batch_max)


def as_placed(records: Iterable[Record]) -> dict[tuple[str, int], list[tuple[Any, ...]]]:
    """Key, value and headers of each partition's records, in order: offsets may have gaps, which are nobody's."""
    found: dict[tuple[str, int], list[tuple[Any, ...]]] = {}
    for record in sorted(records, key=lambda record: record[:3]):
        found.setdefault((record.topic, record.partition), []).append((record.key, record.value, record.headers))
    return found
