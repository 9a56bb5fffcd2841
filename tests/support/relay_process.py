"""A process that relays until it is killed; it imports little, because a test starts many of them."""

import os
from multiprocessing.connection import Connection
from pathlib import Path

from registry.log.embedded import EmbeddedProducer
from registry.relay.relay import RELAY, Relay
from registry.store.opening import recorder_for


def relay_until_killed(url: str, log: Path, source: str, page_max: int, tell: Connection) -> None:
    """Say where it goes on, and go on from there, page by page, for ever; say after each page how far it is."""
    producer = EmbeddedProducer(log, now_ms=lambda: 0, name=RELAY, owner=f"process {os.getpid()}")
    relay = Relay(recorder_for(url), producer, source, page_max)
    while True:
        tell.send(relay.position)
        relay.step()
