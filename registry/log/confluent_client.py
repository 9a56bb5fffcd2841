"""Sending by confluent-kafka, several times as fast; an extra."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, Producer

from registry.log.kafka import Placed
from registry.log.kafka_address import KafkaAddress
from registry.log.kafka_times import DELIVERY_S, transaction_s
from registry.log.producer import Meanwhile
from schemas.log_errors import LogUnavailable, ProducerFenced

_LINGER_MS: Final = 5
_REQUEST_BYTES_MAX: Final = 8 * 1024 * 1024
_BATCH_BYTES: Final = 1024 * 1024
_FENCES: Final = frozenset({KafkaError._FENCED, KafkaError.PRODUCER_FENCED, KafkaError.INVALID_PRODUCER_EPOCH})
_BEING_FENCED: Final = ("EndTxn", "add partitions")
"""What a broker answers with an unknown error of its own while it gives the id away: one transition is pending already."""
_SERVE_EVERY: Final = 1000
"""Messages after which the client's reports are taken, so that they do not pile up."""


class ConfluentClient:
    """`KafkaClient` on librdkafka's producer. `delivery_s`: how long a batch may take."""

    def __init__(self, address: KafkaAddress, transactional_id: str | None, *, delivery_s: float = DELIVERY_S) -> None:
        self._address = address
        self._transactional_id = transactional_id
        self._delivery_s = delivery_s
        self._failed = False
        milliseconds = int(delivery_s * 1000)
        options: dict[str, Any] = {
            "acks": "all",
            "enable.idempotence": True,
            "compression.type": "lz4",
            "linger.ms": _LINGER_MS,
            "batch.size": _BATCH_BYTES,
            "message.max.bytes": _REQUEST_BYTES_MAX,
            "delivery.timeout.ms": milliseconds,
            "allow.auto.create.topics": False,
            **address.confluent_options(),
        }
        if transactional_id is not None:
            options |= {
                "transactional.id": transactional_id,
                "transaction.timeout.ms": int(transaction_s(delivery_s) * 1000),
            }
        self._producer = Producer(options, logger=logging.getLogger(__name__))
        try:
            # The transactions' coordinator may be waited for; a cluster that is not there is not.
            self._attempt(partial(self._producer.list_topics, timeout=address.answer_s))
            if transactional_id is not None:
                self._attempt(partial(self._producer.init_transactions, delivery_s))
        except BaseException:
            self._failed = True
            self.close()
            raise

    def send(self, placed: Sequence[Placed], meanwhile: Meanwhile | None = None) -> None:
        try:
            self._attempt(partial(self._send, placed, meanwhile))
        except BaseException:
            self._failed = True
            raise

    def close(self) -> None:
        # Everything sent was waited for. What failed must not be sent after all, nor be waited for: closing would.
        if self._failed:
            self._producer.purge()
        else:
            self._producer.close()

    def _send(self, placed: Sequence[Placed], meanwhile: Meanwhile | None) -> None:
        producer = self._producer
        if self._transactional_id is not None:
            producer.begin_transaction()
        failed: list[KafkaError] = []

        def report(error: KafkaError | None, _: Any) -> None:
            if error is not None:
                failed.append(error)

        # A transaction with a message that failed is not committed; without one, each message is asked about.
        on_delivery = report if self._transactional_id is None else None
        produce, serve = producer.produce, producer.poll
        for number, (message, partition) in enumerate(placed):
            topic, key, value, headers, timestamp_ms, _ = message
            produce(topic, value, key, partition, on_delivery=on_delivery, timestamp=timestamp_ms or 0, headers=list(headers))
            if number % _SERVE_EVERY == 0:
                serve(0)
        with _done_beside(meanwhile):
            if self._transactional_id is not None:
                # Waits for what is still on its way too, without coming back to the interpreter in between.
                producer.commit_transaction(self._delivery_s)
                return
            if producer.flush(self._delivery_s):
                raise LogUnavailable(f"Kafka at {self._address.bootstrap}: not stored within {self._delivery_s:.0f} s")
            if failed:
                raise KafkaException(failed[0])

    def _attempt(self, work: Any) -> None:
        """Do it, and say in our words what was wrong."""
        try:
            work()
        except KafkaException as error:
            raise self._told(error) from error
        except SystemError as error:
            # The binding reports messages and raises at once, and then the interpreter finds two errors.
            if not isinstance(error.__cause__, KafkaException):
                raise
            raise self._told(error.__cause__) from error
        except BufferError as error:
            raise LogUnavailable(f"Kafka at {self._address.bootstrap}: the client's queue is full") from error

    def _told(self, error: KafkaException) -> Exception:
        reason: KafkaError = error.args[0]
        if reason.code() in _FENCES or is_being_fenced(reason):
            return ProducerFenced(f"the producer {self._transactional_id!r} was replaced by a newer one")
        return LogUnavailable(self._address.hint(f"Kafka at {self._address.bootstrap}: {reason.str()}"))


@contextmanager
def _done_beside(meanwhile: Meanwhile | None) -> Iterator[None]:
    """Do it in a thread of its own while the block waits for the broker, which needs no interpreter."""
    if meanwhile is None:
        yield
        return
    thread = threading.Thread(target=meanwhile, name="meanwhile", daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def is_being_fenced(reason: KafkaError) -> bool:
    """Whether the broker was just giving the transactions' id to somebody else, which it calls an unknown error."""
    return reason.code() == KafkaError.UNKNOWN and any(request in reason.str() for request in _BEING_FENCED)
