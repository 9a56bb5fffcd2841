"""An embedded log with the events of some lives in it, as store and relay would have filled it."""

from collections.abc import Sequence
from pathlib import Path

from registry.event import RegistryEvent
from registry.log.embedded import EmbeddedProducer
from registry.log.embedded_topics import create_topics
from schemas.messages import Message, Record
from schemas.topics import live_topics
from tests.support.logged import logged


def new_log(path: Path) -> Path:
    """An empty log."""
    create_topics(path, live_topics())
    return path


def append(log: Path, records: Sequence[Record]) -> None:
    """Put records into a log; where each comes to lie there is the log's business."""
    producer = EmbeddedProducer(log, now_ms=lambda: 0)
    try:
        producer.append([Message(r.topic, r.key, r.value, r.headers, r.timestamp_ms, r.partition) for r in records])
    finally:
        producer.close()


def log_of(path: Path, *lives: Sequence[RegistryEvent], every: int = 0) -> Path:
    """A log of these lives; `every`: each so many of the periods are closed in it."""
    append(new_log(path), logged(*lives, every=every))
    return path
