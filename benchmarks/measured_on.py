"""Which log and which database a projection is measured on: the environment says so, as it does for the program.

REGISTRY_LOG_URL, REGISTRY_KAFKA_CLIENT: a Kafka with the catalogue's topics, empty; the demonstration's records are copied there
first. REGISTRY_VIEWS_URL: a PostgreSQL. Without them, the demonstration's own embedded log, and files.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.schema import CreateSchema, DropSchema

from benchmarks.demonstration import demonstration
from consumers.projector.projector import BATCH_MAX
from deploy.clocks import SystemClock
from deploy.composition.log_side import on_kafka, open_consumer, open_producer
from deploy.settings import Settings
from projections.database import open_engine
from projections.register.read_model import REGISTER
from schemas.messages import Message, Record, TopicPartition

COPIED_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Database:
    """An address at which a projector finds empty tables; it may go to another process."""

    url: str
    schema: str | None = None

    def open(self) -> Engine:
        """An engine on it; its owner disposes of it."""
        return open_engine(self.url, schema=self.schema)


@cache
def log_records() -> tuple[Record, ...]:
    """What the demonstration's log holds for the register."""
    consumer = open_consumer(demonstration(), "benchmark", REGISTER.topics)
    records: list[Record] = []
    while polled := consumer.poll(BATCH_MAX, 0.0):
        records += polled
    consumer.close()
    return tuple(records)


@cache
def measured_on() -> Settings:
    """The settings to measure with; a Kafka holds the records on return."""
    asked = Settings.read()
    settings = replace(
        demonstration(), log_url=asked.log_url, views_url=asked.views_url, kafka_client=asked.kafka_client,
        kafka_prefix=f"benchmark-{os.getpid()}-",
    )  # fmt: skip
    if on_kafka(settings):
        producer = open_producer(settings, None, SystemClock())
        records = log_records()
        for start in range(0, len(records), COPIED_AT_ONCE):
            producer.append([_message(record) for record in records[start : start + COPIED_AT_ONCE]])
        producer.close()
    return settings


def where() -> str:
    """The log and the database, in short: a figure means nothing without."""
    settings = measured_on()
    log = f"Kafka by {settings.kafka_client}" if on_kafka(settings) else "embedded"
    return f"{log}, {'PostgreSQL' if settings.views_url.startswith('postgres') else 'SQLite'}"


def counts_by_partition() -> Mapping[TopicPartition, int]:
    """How many records each partition holds."""
    counts: dict[TopicPartition, int] = {}
    for record in log_records():
        place = record.topic, record.partition
        counts[place] = counts.get(place, 0) + 1
    return counts


@contextmanager
def empty_database(folder: Path, name: str) -> Iterator[Database]:
    """Empty tables of the register, in a file of the folder or a schema of the PostgreSQL; a schema is dropped at the end."""
    url = measured_on().views_url
    if not url.startswith("postgres"):
        database = Database(f"sqlite:///{folder / name}.db")
        _create(database)
        yield database
        return
    database = Database(url, f"benchmark_{os.getpid()}_{name}".replace("-", "_"))
    server = open_engine(url)
    with server.begin() as connection:
        connection.execute(CreateSchema(database.schema or ""))
    try:
        _create(database)
        yield database
    finally:
        with server.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '30s'"))
            connection.execute(DropSchema(database.schema or "", cascade=True))
        server.dispose()


def _create(database: Database) -> None:
    engine = database.open()
    REGISTER.metadata.create_all(engine)
    engine.dispose()


def _message(record: Record) -> Message:
    return Message(record.topic, record.key, record.value, record.headers, record.timestamp_ms, record.partition)
