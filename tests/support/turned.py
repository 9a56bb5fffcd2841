"""What the feed makes of some events, with neither a log nor tables that last.

told = turned(life)          # messages in order
lines(told)                  # (kind, status before, status after) of each change
"""

from collections.abc import Sequence
from typing import Any

from consumers.feed.memory import FeedMemory
from consumers.feed.publishing import Publisher
from consumers.feed.reading import FeedReader
from consumers.feed.turning import Turning
from registry.event import RegistryEvent
from schemas.catalogue import Catalogue, registry_catalogue
from schemas.messages import Message, Record, partition_for
from schemas.topics import topic_spec
from tests.support.logged import logged
from tests.support.public_topics import CHANGES, CODEC, REGISTER, SOURCE, Values, empty_memory


def turned(*lives: Sequence[RegistryEvent]) -> list[Message]:
    """The messages that these lives make."""
    return messages_of(logged(*lives))


def messages_of(records: Sequence[Record], catalogue: Catalogue | None = None, source: str = SOURCE) -> list[Message]:
    """The messages that these records make, each partition for itself. Raises FeedStopped."""
    schemas = catalogue or registry_catalogue()
    engine = empty_memory()
    turning, publisher = Turning(FeedReader(schemas), FeedMemory(engine)), Publisher(schemas, source)
    by_partition: dict[int, list[Record]] = {}
    for record in records:
        by_partition.setdefault(record.partition, []).append(record)
    try:
        changes = [change for some in by_partition.values() for change in turning.turn(some).changes]
    finally:
        engine.dispose()
    return [message for change in changes for message in publisher.messages_of(change)]


def changes_in(messages: Sequence[Message]) -> list[Values]:
    """The decoded changes."""
    return [CODEC.decode(m.value)[1] for m in messages if m.topic == CHANGES and m.value is not None]


def states_in(messages: Sequence[Message]) -> list[Values | None]:
    """The decoded states; None for a tombstone."""
    return [None if m.value is None else CODEC.decode(m.value)[1] for m in messages if m.topic == REGISTER]


def lines(messages: Sequence[Message]) -> list[tuple[Any, ...]]:
    """Kind, status before and status after of each change."""
    return [(c["kind"], c["status_before"], c["status_after"]) for c in changes_in(messages)]


def to_be_published(records: Sequence[Record], source: str = SOURCE) -> dict[tuple[str, int], list[tuple[Any, ...]]]:
    """What has to be in each partition of the public topics, once and in this order, where these are the events of households."""
    found: dict[tuple[str, int], list[tuple[Any, ...]]] = {}
    for message in messages_of(sorted(records, key=lambda record: record[:3]), source=source):
        assert message.key is not None
        partition = partition_for(message.key, topic_spec(message.topic).partitions)
        found.setdefault((message.topic, partition), []).append((message.key, message.value, message.headers))
    return found
