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
from schemas.messages import Message, Record
from tests.support.logged import logged
from tests.support.public_topics import CHANGES, CODEC, REGISTER, SOURCE, Values, empty_memory


def turned(*lives: Sequence[RegistryEvent]) -> list[Message]:
    """The messages that these lives make."""
    return messages_of(logged(*lives))


def messages_of(records: Sequence[Record], catalogue: Catalogue | None = None) -> list[Message]:
    """The messages that these records make, each partition for itself. Raises FeedStopped."""
    schemas = catalogue or registry_catalogue()
    engine = empty_memory()
    turning, publisher = Turning(FeedReader(schemas), FeedMemory(engine)), Publisher(schemas, SOURCE)
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
