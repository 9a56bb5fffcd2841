"""How far behind each part is, in events and in seconds: the relay behind the store, all others behind the log.

Read from the databases, never asked of the processes: a process that died or hangs would say nothing, or that all is well.
Seconds are the age of the oldest event that is waiting, by the register's clock.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine

from consumers.feed.feed import SOURCE_TOPIC, producer_name
from consumers.intake.intake import INTAKE
from consumers.log.consumer import LogConsumer
from consumers.notices.database import opened_outbox
from consumers.notices.tables import CHECKPOINT
from consumers.warning.warner import TOPICS as TOPICS_HEARD
from consumers.warning.warner import WARNER, reached_by
from deploy.composition.intake_side import hospital_topics
from deploy.composition.log_side import open_consumer, open_producer, read_marks
from deploy.composition.notice_side import TOPICS
from deploy.settings import Settings
from projections.checkpoints import read_checkpoints
from projections.read_model import ReadModel
from registry.log.producer import LogProducer
from registry.relay.mark import RELAY, RelayMark
from registry.relay.stored_events import StoredEvents
from registry.store.instant import to_micros
from schemas.clock import Clock
from schemas.messages import TopicPartition
from schemas.topics import topic_spec

PROBE_RECORDS: Final = 500
"""Records that are looked at for the oldest one that waits: all of them, unless a read model is far behind."""
PROBE_S: Final = 1.0
"""How long the log may take to hand them out."""


@dataclass(frozen=True, slots=True)
class Lag:
    """events: how many are waiting; seconds: how long the oldest of them has been."""

    events: int
    seconds: float


@dataclass(frozen=True, slots=True)
class RelayState:
    """head: the store's last position; position: of the last event in the log; sealed: up to where signed checkpoints go."""

    head: int
    position: int
    sealed: int
    lag: Lag


def relay_state(store: StoredEvents, producer: LogProducer, clock: Clock) -> RelayState:
    """How far the relay is. Raises StoreUnavailable, LogUnavailable."""
    mark = RelayMark.from_mark(producer.mark(RELAY))
    waiting = store.select_raw(mark.position, 1)
    head = store.head().position
    lag = Lag(0, 0.0)
    if waiting:
        (_, _, _, _, recorded_at_us), *_ = waiting
        lag = Lag(head - mark.position, _seconds_since(recorded_at_us, clock))
    return RelayState(head, mark.position, mark.sealed.position, lag)


def relay_lag(store: StoredEvents, producer: LogProducer, clock: Clock) -> Lag:
    """The relay behind the store's head. Raises StoreUnavailable, LogUnavailable."""
    return relay_state(store, producer, clock).lag


def view_lag(settings: Settings, model: ReadModel, engine: Engine, clock: Clock) -> Lag:
    """A read model behind the end of the log. Raises LogUnavailable, and SQLAlchemy's OperationalError."""
    with engine.connect() as connection:
        checkpoints = read_checkpoints(connection, model.checkpoint)
    reached = {place: at.next_offset for place, at in checkpoints.items()}
    return _log_lag(settings, f"lag.{model.name}", model.topics, reached, clock)


def feed_lag(settings: Settings, clock: Clock) -> Lag | None:
    """The public feed behind the end of the log; None where none was ever begun. Raises LogUnavailable."""
    names = {producer_name(partition): partition for partition in range(topic_spec(SOURCE_TOPIC).partitions)}
    marks = read_marks(settings, names)
    if not marks:
        return None
    reached = {(SOURCE_TOPIC, names[name]): int(mark.value["next_offset"]) for name, mark in marks.items()}
    return _log_lag(settings, "lag.feed", (SOURCE_TOPIC,), reached, clock)


def intake_lag(settings: Settings, clock: Clock) -> Lag | None:
    """The intake behind the ends of the hospitals' topics; None where there are none. Raises LogUnavailable."""
    topics = hospital_topics(settings)
    if not topics:
        return None
    mark = read_marks(settings, [INTAKE]).get(INTAKE)
    reached = {} if mark is None else {(topic, 0): int(offset) for topic, offset in mark.value.items()}
    return _log_lag(settings, "lag.intake", topics, reached, clock)


def warner_lag(settings: Settings, clock: Clock) -> Lag | None:
    """The warner behind what it hears; None where no hospital has a topic. Raises LogUnavailable."""
    if not hospital_topics(settings):
        return None
    mark = read_marks(settings, [WARNER]).get(WARNER)
    return _log_lag(settings, "lag.warner", TOPICS_HEARD, reached_by(mark), clock)


def notices_lag(settings: Settings, clock: Clock) -> Lag | None:
    """The gathering of notices behind the end of the log; None where nobody is told of anything.

    Raises LogUnavailable, StoreNotMigrated, StoreUnavailable, and SQLAlchemy's OperationalError.
    """
    if not settings.notices_file:
        return None
    with opened_outbox(settings.notices) as engine, engine.connect() as connection:
        checkpoints = read_checkpoints(connection, CHECKPOINT)
    reached = {place: at.next_offset for place, at in checkpoints.items()}
    return _log_lag(settings, "lag.notices", TOPICS, reached, clock)


def marks_of(settings: Settings, clock: Clock) -> LogProducer:
    """A producer that fences nobody, to read marks with. Its owner closes it."""
    return open_producer(settings, None, clock)


def _log_lag(settings: Settings, group: str, topics: Collection[str], reached: Mapping[TopicPartition, int], clock: Clock) -> Lag:
    """What waits beyond these offsets."""
    consumer = open_consumer(settings, group, topics)
    try:
        waiting = sum(max(0, end - reached.get(place, 0)) for place, end in consumer.end_offsets().items())
        stamps = _stamps_of_waiting(consumer, reached) if waiting else []
        # Offsets may be nobody's: Kafka's transactions use one up in each partition.
        return Lag(waiting, _seconds_since(min(stamps) * 1000, clock)) if stamps else Lag(0, 0.0)
    finally:
        consumer.close()


def _stamps_of_waiting(consumer: LogConsumer, reached: Mapping[TopicPartition, int]) -> list[int]:
    consumer.resume_from(lambda topic, partition: reached.get((topic, partition), 0))
    return [record.timestamp_ms for record in consumer.poll(PROBE_RECORDS, PROBE_S)]


def _seconds_since(instant_us: int, clock: Clock) -> float:
    return max(0.0, (to_micros(clock.now()) - instant_us) / 1_000_000)
