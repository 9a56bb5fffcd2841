"""The log of an installation: the setting says which adapter; nothing else asks.

`embedded:<file>` is a SQLite file that all processes of one machine share.
"""

import os
import socket
from collections.abc import Collection
from pathlib import Path

from consumers.log.consumer import LogConsumer
from consumers.log.embedded import EmbeddedConsumer
from deploy.settings import Settings
from registry.log.embedded import EmbeddedProducer
from registry.log.embedded_topics import apply_retention, create_topics
from registry.log.producer import LogProducer
from schemas.clock import Clock
from schemas.topics import live_topics


def prepare_log(settings: Settings) -> None:
    """Create the log and the topics that it lacks. Raises LogUnavailable, LogDamaged, PartitionsChanged."""
    path = _file(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    create_topics(path, live_topics())


def open_producer(settings: Settings, name: str | None, clock: Clock) -> LogProducer:
    """A producer; with a name it fences every older one of that name. Its owner closes it. Raises LogUnavailable, LogDamaged."""

    def now_ms() -> int:
        return int(clock.now().timestamp() * 1000)

    owner = f"process {os.getpid()} on {socket.gethostname()}"
    return EmbeddedProducer(_file(settings), now_ms=now_ms, name=name, owner=owner)


def open_consumer(
    settings: Settings, group: str, topics: Collection[str], partitions: Collection[int] | None = None
) -> LogConsumer:
    """A consumer of all partitions, or of some. Its owner closes it. Raises LogUnavailable, LogDamaged, UnknownTopic."""
    return EmbeddedConsumer(_file(settings), group=group, topics=topics, partitions=partitions)


def remove_what_is_old(settings: Settings, clock: Clock) -> int:
    """Delete the records that are older than their topics keep them; return how many. Raises LogUnavailable, LogDamaged."""
    return apply_retention(_file(settings), live_topics(), clock.now())


def _file(settings: Settings) -> Path:
    return Path(settings.log.removeprefix("embedded:"))
