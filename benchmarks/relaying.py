"""The relay from the store to the embedded log: raw rows, nothing decoded, everything sealed by checkpoints."""

from collections.abc import Iterator

from benchmarks.figure import Figure, seconds_of
from benchmarks.register import a_register, add_households
from registry.history.keys import SigningKeys
from registry.history.notary import Notary
from registry.log.embedded import EmbeddedProducer
from registry.log.embedded_topics import create_topics
from registry.relay.relay import RELAY, Relay
from schemas.topics import live_topics

HOUSEHOLDS, VISITS = 10_000, 9
GOAL = 25_000


def measure() -> Iterator[Figure]:
    """100,000 events in pages of the relay's own size."""
    with a_register() as side:
        add_households(side, HOUSEHOLDS, VISITS, batch_size=5000)
        path = side.settings.path("log.db")
        create_topics(path, live_topics())
        producer = EmbeddedProducer(path, now_ms=lambda: 0, name=RELAY)
        notary = Notary(SigningKeys.generate(), "/registry/benchmark")
        relay = Relay(side.store.recorder, producer, "/registry/benchmark", notary=notary)
        events = side.store.recorder.head().position
        rate = events / seconds_of(relay.drain)
        producer.close()
    yield Figure("relay to the embedded log", f"{rate:,.0f} events/s", None, f">= {GOAL:,}/s", rate >= GOAL)
