"""Sending by kafka-python."""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any, Final

from kafka import KafkaProducer
from kafka.errors import InvalidProducerEpochError, KafkaError, KafkaTimeoutError, ProducerFencedError, UnknownError

from registry.log.kafka import Placed
from registry.log.kafka_address import KafkaAddress
from registry.log.kafka_python_opening import open_whole
from registry.log.kafka_reading import unavailable
from registry.log.kafka_times import DELIVERY_S, transaction_s
from registry.log.producer import Meanwhile
from schemas.log_errors import ProducerFenced

_BATCH_BYTES: Final = 262_144
_LINGER_MS: Final = 5
_BACKOFF_MS: Final = 10
"""The pause until a transaction is begun again where the last one is still being ended: half of all of them."""
_REQUEST_BYTES_MAX: Final = 8 * 1024 * 1024
_FENCES: Final = (ProducerFencedError, InvalidProducerEpochError)
_BEING_FENCED: Final = ("EndTxnResponse", "add partitions", "AddPartitionsToTxn")
"""What a broker answers with an unknown error of its own while it gives the id away: one transition is pending already."""


class PythonClient:
    """`KafkaClient` on kafka-python's producer. `delivery_s`: how long a batch may take."""

    def __init__(self, address: KafkaAddress, transactional_id: str | None, *, delivery_s: float = DELIVERY_S) -> None:
        self._address = address
        self._transactional_id = transactional_id
        self._delivery_s = delivery_s
        self._failed = False
        self._producer = self._attempt(self._open)
        if transactional_id is not None:
            try:
                self._attempt(self._producer.init_transactions)
            except BaseException:
                self._failed = True
                self.close()
                raise

    def send(self, placed: Sequence[Placed], meanwhile: Meanwhile | None = None) -> None:
        # Its sender works within the interpreter: what is done meanwhile would only take that from it.
        try:
            self._attempt(lambda: self._send(placed))
        except BaseException:
            self._failed = True
            raise

    def close(self) -> None:
        # Everything sent was waited for. What failed must not be sent after all.
        with contextlib.suppress(KafkaError):
            self._producer.close(timeout=0 if self._failed else self._delivery_s)

    def _open(self) -> Any:
        milliseconds = int(self._delivery_s * 1000)
        transactional: dict[str, Any] = {}
        if self._transactional_id is not None:
            transactional = {
                "transactional_id": self._transactional_id,
                "transaction_timeout_ms": int(transaction_s(self._delivery_s) * 1000),
            }
        return open_whole(
            KafkaProducer,
            acks="all",
            enable_idempotence=True,
            compression_type="lz4",
            batch_size=_BATCH_BYTES,
            linger_ms=_LINGER_MS,
            retry_backoff_ms=_BACKOFF_MS,
            max_request_size=_REQUEST_BYTES_MAX,
            delivery_timeout_ms=milliseconds,
            request_timeout_ms=milliseconds // 2,
            max_block_ms=milliseconds,
            allow_auto_create_topics=False,
            metrics_enabled=False,
            bootstrap_timeout_ms=self._address.answer_ms,
            **transactional,
            **self._address.python_options(),
        )

    def _send(self, placed: Sequence[Placed]) -> None:
        producer = self._producer
        if self._transactional_id is not None:
            producer.begin_transaction()
        send = producer.send
        sent = [send(m.topic, m.value, m.key, list(m.headers), partition, m.timestamp_ms or None) for m, partition in placed]
        producer.flush(timeout=self._delivery_s)
        for future in sent:
            if not future.succeeded():
                future.get(timeout=self._delivery_s)
        if self._transactional_id is not None:
            self._commit()

    def _commit(self) -> None:
        # The client's own commit_transaction() waits for ever where the broker is away.
        result = self._producer._transaction_manager.begin_commit()
        self._producer._sender.wakeup()
        if not result.wait(timeout_ms=self._delivery_s * 1000):
            raise KafkaTimeoutError(f"the transaction was not committed within {self._delivery_s:.0f} s")

    def _attempt(self, work: Callable[[], Any]) -> Any:
        """Do it, and say in our words what was wrong."""
        try:
            return work()
        except KafkaError as error:
            if any(isinstance(each, _FENCES) for each in (error, error.__cause__, *error.args)) or is_being_fenced(error):
                raise ProducerFenced(f"the producer {self._transactional_id!r} was replaced by a newer one") from error
            raise unavailable(self._address, error) from error


def is_being_fenced(error: KafkaError) -> bool:
    """Whether the broker was just giving the transactions' id to somebody else, which it calls an unknown error."""
    text = repr(error)
    return UnknownError.__name__ in text and any(request in text for request in _BEING_FENCED)
