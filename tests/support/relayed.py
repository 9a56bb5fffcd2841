"""A store of real events, a log, and relays between them: for tests of the relay."""

import os
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from consumers.log.embedded import EmbeddedConsumer
from registry.event import RegistryEvent
from registry.history.notary import Notary
from registry.log.embedded import EmbeddedProducer
from registry.log.embedded_topics import create_topics
from registry.period.period import PeriodCalendar
from registry.relay.relay import RELAY, Relay
from registry.store.event_store import RegistryEventStore
from registry.store.opening import create_store, open_store, recorder_for
from registry.store.recorder import RawRow, StoreRecorder
from schemas.messages import Record, uuid_text
from schemas.topics import barrier_topics, is_barrier, live_topics, topic_of
from tests.support.meter_store import all_rows
from tests.support.random_lives import as_another, random_neighbourhood
from tests.support.scenario import DAY_ONE, PROVINCE, noon_of

SOURCE = "/registry/test"
EVENT_TOPICS = tuple(topic.name for topic in live_topics() if topic.event_types)


class SteppingClock:
    """A day later whenever it is asked: weeks end while a few dozen events are stored."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        self._now += timedelta(days=1)
        return self._now


@dataclass
class Flow:
    """Where a store and a log are, and what is open on them."""

    url: str
    log: Path
    _opened: list[RegistryEventStore | StoreRecorder | EmbeddedProducer | EmbeddedConsumer] = field(default_factory=list)

    def open_store(self) -> RegistryEventStore:
        store = open_store(self.url, SteppingClock(noon_of(DAY_ONE)), closer=PeriodCalendar(PROVINCE))
        self._opened.append(store)
        return store

    def open_recorder(self) -> StoreRecorder:
        recorder = recorder_for(self.url)
        self._opened.append(recorder)
        return recorder

    def open_producer(self, name: str | None = RELAY) -> EmbeddedProducer:
        producer = EmbeddedProducer(self.log, now_ms=lambda: 0, name=name, owner=f"process {os.getpid()}")
        self._opened.append(producer)
        return producer

    def open_relay(self, page_max: int = 5000, notary: Notary | None = None) -> Relay:
        return Relay(self.open_recorder(), self.open_producer(), SOURCE, page_max, notary=notary)

    def rows(self) -> list[RawRow]:
        """Everything in the store."""
        return all_rows(self.open_recorder())

    def records(self, topics: Collection[str] = EVENT_TOPICS) -> list[Record]:
        """Everything in the log, partition by partition."""
        consumer = EmbeddedConsumer(self.log, group="test", topics=topics)
        self._opened.append(consumer)
        found: list[Record] = []
        while batch := consumer.poll(1000, 0):
            found += batch
        return sorted(found, key=lambda record: (record.topic, record.partition, record.offset))

    def close(self) -> None:
        for one in self._opened:
            one.close()


def new_flow(url: str, log: Path) -> Flow:
    """An empty store and an empty log."""
    create_store(url)
    create_topics(log, live_topics())
    return Flow(url, log)


def write_lives(store: RegistryEventStore, numbers: Collection[int], events_per_save: int = 5) -> None:
    """Households that live in neighbourhoods, each neighbourhood after the other; weeks end between the saves."""
    life = random_neighbourhood(3)
    for number in numbers:
        events: Sequence[RegistryEvent] = as_another(life, number)
        for start in range(0, len(events), events_per_save):
            store.put(events[start : start + events_per_save])


def check_moved(rows: Sequence[RawRow], records: Sequence[Record]) -> None:
    """Each event is in the log once, as it was stored, in the order of the store; each barrier once in each partition."""
    in_partition: dict[tuple[str, int], list[int]] = defaultdict(list)
    once: dict[int, int] = defaultdict(int)
    by_position = {row[0]: row for row in rows}
    for record in records:
        position = int(dict(record.headers)["registry_position"])
        in_partition[record.topic, record.partition].append(position)
        once[position] += 1
        _, stream, event_type, state, recorded_at_us = by_position[position]
        assert (record.key, record.value, record.timestamp_ms) == (uuid_text(stream), state, recorded_at_us // 1000)
        assert is_barrier(event_type) or record.topic == topic_of(event_type)
    for positions in in_partition.values():
        assert positions == sorted(positions), "a partition is not in the order of the store"
    everywhere = sum(topic.partitions for topic in barrier_topics())
    assert dict(once) == {row[0]: everywhere if is_barrier(row[2]) else 1 for row in rows}
