"""The relay from the store to a real Kafka, beside a bare producer of the same client.

The bare one sends the same bytes, keys and headers to the same partitions, all in memory before, in the same transactions with a
mark of the same size; it reads nothing, seals nothing and asks nobody where it was.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import Any

from benchmarks.engines import with_topics
from benchmarks.figure import Figure, seconds_of
from benchmarks.register import a_register, add_households
from deploy.clocks import SystemClock
from deploy.composition.log_side import kafka_address, open_producer
from deploy.composition.write_side import WriteSide
from deploy.settings import Settings
from registry.history.keys import SigningKeys
from registry.history.notary import Notary
from registry.log.kafka import Placed
from registry.log.kafka_address import POSITIONS
from registry.log.placing import place_of
from registry.log.producer import LogProducer, Mark
from registry.relay.relay import PAGE_MAX, RELAY, Relay, messages_of
from schemas.messages import Message
from schemas.topics import topic_spec

HOUSEHOLDS, VISITS, WARM, ROUNDS = 6_000, 9, 3, 9
SOURCE = "/registry/benchmark"
GOALS = {"python": 0.85, "confluent": 0.6}


def measure() -> Iterator[Figure]:
    """60,000 events in pages of the relay's own size; the medians of a few rounds of each, by turns, after some to warm up.

    A round's first page is not timed: a new producer asks for the topics' partitions then.
    """
    with a_register() as side:
        add_households(side, HOUSEHOLDS, VISITS, batch_size=5000)
        events = side.store.recorder.head().position - PAGE_MAX
        for client, goal in GOALS.items():
            settings = with_topics(side.settings, client)
            pages = _pages(side)
            bare, relayed = [], []
            for turn in range(WARM + ROUNDS):
                bare.append(_bare(settings, pages, turn))
                relayed.append(_relayed(settings, side, turn))
            # The broker's own compiler makes the first ones slow; the fastest of few is luck.
            of_bare, of_relayed = median(bare[WARM:]), median(relayed[WARM:])
            ratio = of_bare / of_relayed
            measured = f"{events / of_relayed:,.0f} events/s (bare {events / of_bare:,.0f})"
            yield Figure(f"relay to Kafka, {client}", measured, ratio, f">= {goal}", ratio >= goal)


class Unmarked:
    """A producer that has no mark yet, whoever relayed before: each round moves everything."""

    def __init__(self, producer: LogProducer) -> None:
        self._producer = producer
        self.append: Callable[..., None] = producer.append
        self.close = producer.close

    def mark(self, name: str) -> Mark | None:
        """None."""
        return None


def _relayed(settings: Settings, side: WriteSide, turn: int) -> float:
    producer = open_producer(settings, RELAY, SystemClock())
    notary = Notary(SigningKeys.generate(), SOURCE)
    relay = Relay(side.store.recorder, Unmarked(producer), SOURCE, notary=notary)
    relay.step()
    seconds = seconds_of(relay.drain)
    producer.close()
    return seconds


def _pages(side: WriteSide) -> list[list[Placed]]:
    pages, position = [], 0
    while rows := side.store.recorder.select_raw(position, PAGE_MAX):
        position = rows[-1][0]
        mark = Message(POSITIONS, b"bare", b'{"position":%d,"record_hash":"%s"}' % (position, b"0" * 64), (), 0, 0)
        pages.append([(m, _partition(m)) for m in (*messages_of(rows, SOURCE), mark)])
    return pages


def _partition(message: Message) -> int:
    return place_of(message.topic, topic_spec(message.topic).partitions, message.key, message.partition)


def _bare(settings: Settings, pages: Sequence[Sequence[Placed]], turn: int) -> float:
    send, close = (_python if settings.kafka_client == "python" else _confluent)(settings, f"bare-{turn}")
    gc.collect()
    send(pages[0])
    seconds = seconds_of(lambda: [send(page) for page in pages[1:]])
    close()
    return seconds


def _python(settings: Settings, name: str) -> tuple[Callable[[Sequence[Placed]], None], Callable[[], None]]:
    from kafka import KafkaProducer

    producer: Any = KafkaProducer(
        acks="all", compression_type="lz4", batch_size=262_144, linger_ms=5, retry_backoff_ms=10, transactional_id=name,
        metrics_enabled=False, **kafka_address(settings).python_options(),
    )  # fmt: skip
    producer.init_transactions()

    def send(page: Sequence[Placed]) -> None:
        producer.begin_transaction()
        for message, partition in page:
            producer.send(
                message.topic, message.value, message.key, list(message.headers), partition, message.timestamp_ms or None
            )
        producer.flush()
        producer.commit_transaction()

    return send, producer.close


def _confluent(settings: Settings, name: str) -> tuple[Callable[[Sequence[Placed]], None], Callable[[], None]]:
    from confluent_kafka import Producer

    producer = Producer(
        {"acks": "all", "compression.type": "lz4", "linger.ms": 5, "batch.size": 1_048_576, "transactional.id": name}
        | kafka_address(settings).confluent_options()
    )
    producer.init_transactions(30)

    def send(page: Sequence[Placed]) -> None:
        producer.begin_transaction()
        for message, partition in page:
            producer.produce(
                message.topic, message.value, message.key, partition,
                timestamp=message.timestamp_ms, headers=list(message.headers),
            )  # fmt: skip
        producer.flush(30)
        producer.commit_transaction(30)

    return send, producer.close
