"""Store, log and read model agree: nothing lost, nothing doubled, all in order. Read from the files, whoever wrote them."""

from collections import defaultdict
from hashlib import sha256
from itertools import count, takewhile
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from consumers.log.consumer import LogConsumer
from consumers.projector.projector import Projector
from deploy.composition.log_side import open_consumer
from deploy.composition.read_side import opened_views
from deploy.settings import Settings
from projections.register.read_model import REGISTER
from registry.relay.relay import messages_of
from registry.store.opening import recorder_for
from registry.store.recorder import RawRow
from schemas.catalogue import registry_catalogue
from schemas.codec import Codec
from schemas.messages import TopicPartition, partition_for
from schemas.topics import live_topics, topic_spec
from tests.support.pipeline import Rows, digested_rows, views

Contents = dict[TopicPartition, list[tuple[bytes | None, bytes | None]]]
"""Keys and values of each partition, in order."""


def assert_all_agree(settings: Settings, scratch: Path) -> None:
    """The store is whole, the log holds just what the store does, and the live read model just what the log says."""
    rows = stored_rows(settings)
    assert_chained(rows)
    assert logged(settings) == to_be_logged(rows, settings)
    assert shown_rows(settings) == rows_of_a_fresh_build(settings, scratch)


def stored_rows(settings: Settings) -> list[RawRow]:
    """Everything in the store."""
    recorder = recorder_for(settings.store)
    try:
        return list(recorder.select_raw(0, 1_000_000))
    finally:
        recorder.close()


def assert_chained(rows: list[RawRow]) -> None:
    """Positions and versions have no gap, each event carries the hash of the one before it, and time never runs back."""
    codec = Codec(registry_catalogue())
    last: dict[bytes, tuple[int, bytes]] = {}
    for expected, (position, stream, _, state, _) in zip(count(1), rows, strict=False):
        _, event = codec.decode(state)
        version, previous_hash = last.get(stream, (0, bytes(32)))
        assert (position, event["version"], event["previous_hash"]) == (expected, version + 1, previous_hash)
        last[stream] = (event["version"], sha256(state).digest())
    stamps = [row[4] for row in rows]
    assert stamps == sorted(stamps)


def versions(rows: list[RawRow], event_prefix: str = "household.") -> dict[UUID, int]:
    """Stream -> how many events it has, for streams of these events."""
    found: dict[UUID, int] = defaultdict(int)
    for _, stream, event_type, _, _ in rows:
        if event_type.startswith(event_prefix):
            found[UUID(bytes=stream)] += 1
    return dict(found)


def to_be_logged(rows: list[RawRow], settings: Settings) -> Contents:
    """What the log has to hold, by the relay's own rule of which message goes where."""
    contents: Contents = defaultdict(list)
    for message in messages_of(rows, settings.source):
        partition = message.partition
        if partition is None:
            assert message.key is not None
            partition = partition_for(message.key, topic_spec(message.topic).partitions)
        contents[message.topic, partition].append((message.key, message.value))
    return dict(contents)


def logged(settings: Settings, wait_s: float = 0) -> Contents:
    """What the log does hold. `wait_s`: how long a poll must stay empty before nothing more is believed to be there."""
    contents: Contents = defaultdict(list)
    consumer = open_consumer(settings, "agreement", [spec.name for spec in live_topics() if spec.event_types])
    try:
        for batch in takewhile(bool, (consumer.poll(10_000, wait_s) for _ in count())):
            for record in batch:
                contents[record.topic, record.partition].append((record.key, record.value))
    finally:
        consumer.close()
    return dict(contents)


def shown_rows(settings: Settings) -> Rows:
    """Every row of the live read model."""
    with opened_views(settings) as builds:
        return digested_rows(builds.open_live(REGISTER))


def rows_of_a_fresh_build(settings: Settings, scratch: Path) -> Rows:
    """Every row that the whole log makes, folded anew."""
    scratch.mkdir(parents=True, exist_ok=True)
    engine = views(scratch / "fresh.db")
    try:
        _fold_all(open_consumer(settings, "agreement", REGISTER.topics), engine)
        return digested_rows(engine)
    finally:
        engine.dispose()


def _fold_all(consumer: LogConsumer, engine: Engine) -> Any:
    projector = Projector(consumer, REGISTER.project(engine))
    projector.drain()
    projector.close()
