"""The producer port on Apache Kafka: each batch and its mark in one transaction, whichever client sends it.

Marks are records of a compacted topic, keyed by the mark's name. A producer with a name is transactional: opening it takes the
name over from any older holder, and ends what that one left open. One without a name is idempotent only; durable on return too.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from registry.log.kafka_address import KafkaAddress
from registry.log.kafka_reading import partition_counts, read_mark
from registry.log.kafka_times import SETTLED_S
from registry.log.placing import own_mark, placed
from registry.log.producer import Mark, Meanwhile
from schemas.log_errors import LogUnavailable, ProducerFenced
from schemas.messages import Message

Placed = tuple[Message, int]
"""A message with its partition."""


class KafkaClient(Protocol):
    """One client's producer, opened for a name or for none. Any error leaves it unusable."""

    def send(self, placed: Sequence[Placed], meanwhile: Meanwhile | None = None) -> None:
        """Store them, durably, in order per partition; with a name: all of them or none, in one transaction.

        `meanwhile`: see `LogProducer.append`. Raises ProducerFenced, LogUnavailable.
        """
        ...

    def close(self) -> None:
        """Let go of the connections, without waiting for anything."""
        ...


OpenClient = Callable[[KafkaAddress, str | None], KafkaClient]
"""(address, the transactions' id) -> a client that has taken the id over. Raises LogUnavailable."""


class KafkaLogProducer:
    """`LogProducer` on Kafka."""

    def __init__(self, address: KafkaAddress, open_client: OpenClient, *, name: str | None = None) -> None:
        self._address = address
        self._name = name
        self._counts: dict[str, int] = {}
        self._ended: Exception | None = None
        self._open_client = open_client
        # Nobody is fenced by one without a name, and some only read marks.
        self._client = None if name is None else open_client(address, address.prefix + name)

    def append(self, messages: Sequence[Message], mark: Mark | None = None, meanwhile: Meanwhile | None = None) -> None:
        if self._ended is not None:
            raise self._ended
        whole = list(messages)
        if mark is not None:
            own_mark(self._name, mark)
            whole.append(Message(self._address.positions, mark.name.encode(), mark.value_bytes(), (), 0))
        self._count({message.topic for message in whole})
        if not whole:
            return
        sent = placed(whole, self._counts)
        try:
            if self._client is None:
                self._client = self._open_client(self._address, None)
            self._client.send(sent, meanwhile)
        except ProducerFenced as fenced:
            self._ended = fenced
            raise
        except LogUnavailable:
            self._ended = LogUnavailable("the producer failed before; open a new one and go on from its mark")
            raise

    def mark(self, name: str) -> Mark | None:
        # Whoever goes on from it has to know; whoever looks can look again.
        return read_mark(self._address, name, wait_s=self._address.answer_s if self._name is None else SETTLED_S)

    def close(self) -> None:
        self._ended = self._ended or LogUnavailable("the producer is closed")
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _count(self, topics: set[str]) -> None:
        unknown = topics - self._counts.keys()
        if unknown:
            self._counts |= partition_counts(self._address, unknown)
