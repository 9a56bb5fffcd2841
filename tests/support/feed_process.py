"""A process that feeds until it is killed; it imports little, because a test starts many of them."""

from multiprocessing.connection import Connection
from pathlib import Path

from tests.support.public_topics import empty_memory, new_feed


def feed_until_killed(log: Path, memory: Path, batch_max: int, tell: Connection) -> None:
    """Go on from the marks, batch by batch, for ever; say after each batch how many changes were published."""
    feed = new_feed(log, empty_memory(memory), batch_max=batch_max)
    while True:
        feed.step(0.05)
        tell.send(feed.changes_published)
