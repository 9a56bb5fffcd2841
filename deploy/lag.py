"""How far behind each part is: the relay behind the store, each read model behind the log, in events and in seconds.

Read from the databases, never asked of the processes: a process that died or hangs would say nothing, or that all is well.
Seconds are the age of the oldest event that is waiting, by the register's clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine

from consumers.log.consumer import LogConsumer
from deploy.composition.log_side import open_consumer, open_producer
from deploy.settings import Settings
from projections.checkpoints import Checkpoint, read_checkpoints
from projections.read_model import ReadModel
from registry.log.producer import LogProducer
from registry.relay.mark import RELAY, RelayMark
from registry.relay.stored_events import StoredEvents
from registry.store.instant import to_micros
from schemas.clock import Clock
from schemas.messages import TopicPartition

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
    if not waiting:
        return RelayState(mark.position, mark.position, mark.sealed.position, Lag(0, 0.0))
    (_, _, _, _, recorded_at_us), *_ = waiting
    head = store.head().position
    lag = Lag(head - mark.position, _seconds_since(recorded_at_us, clock))
    return RelayState(head, mark.position, mark.sealed.position, lag)


def relay_lag(store: StoredEvents, producer: LogProducer, clock: Clock) -> Lag:
    """The relay behind the store's head. Raises StoreUnavailable, LogUnavailable."""
    return relay_state(store, producer, clock).lag


def view_lag(settings: Settings, model: ReadModel, engine: Engine, clock: Clock) -> Lag:
    """A read model behind the end of the log. Raises LogUnavailable, and SQLAlchemy's OperationalError."""
    with engine.connect() as connection:
        checkpoints = read_checkpoints(connection, model.checkpoint)
    consumer = open_consumer(settings, f"lag.{model.name}", model.topics)
    try:
        waiting = _records_waiting(consumer, checkpoints)
        stamps = _stamps_of_waiting(consumer, checkpoints) if waiting else []
        # Offsets may be nobody's: Kafka's transactions use one up in each partition.
        return Lag(waiting, _seconds_since(min(stamps) * 1000, clock)) if stamps else Lag(0, 0.0)
    finally:
        consumer.close()


def marks_of(settings: Settings, clock: Clock) -> LogProducer:
    """A producer that fences nobody, to read marks with. Its owner closes it."""
    return open_producer(settings, None, clock)


def _records_waiting(consumer: LogConsumer, checkpoints: Mapping[TopicPartition, Checkpoint]) -> int:
    return sum(
        max(0, end - (checkpoints[place].next_offset if place in checkpoints else 0))
        for place, end in consumer.end_offsets().items()
    )


def _stamps_of_waiting(consumer: LogConsumer, checkpoints: Mapping[TopicPartition, Checkpoint]) -> list[int]:
    def next_offset(topic: str, partition: int) -> int:
        known = checkpoints.get((topic, partition))
        return 0 if known is None else known.next_offset

    consumer.resume_from(next_offset)
    return [record.timestamp_ms for record in consumer.poll(PROBE_RECORDS, PROBE_S)]


def _seconds_since(instant_us: int, clock: Clock) -> float:
    return max(0.0, (to_micros(clock.now()) - instant_us) / 1_000_000)
