"""How long it takes to append durably, to the event store and to the log, and why it failed where it did."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Literal

from prometheus_client import CollectorRegistry, Counter, Histogram

from registry.log.producer import LogProducer, Mark, Meanwhile
from registry.store.errors import CommandReplayed, IdempotencyMismatch, StoreBusy, StoreUnavailable, StreamConflict
from schemas.log_errors import LogUnavailable, ProducerFenced
from schemas.messages import Message
from schemas.metrics import APPEND_FAILURES, APPEND_SECONDS

Into = Literal["store", "log"]
_REASONS: Final[Sequence[tuple[type[BaseException], str]]] = (
    (StreamConflict, "conflict"),
    (StoreBusy, "busy"),
    (StoreUnavailable, "unavailable"),
    (LogUnavailable, "unavailable"),
    (ProducerFenced, "fenced"),
)
_ANSWERS: Final = (CommandReplayed, IdempotencyMismatch)
"""Of a command that came again: nothing was to be appended."""


class AppendMetrics:
    """Of one process. ticks: seconds of a clock that never goes back."""

    def __init__(self, collector: CollectorRegistry, ticks: Callable[[], float] = time.perf_counter) -> None:
        self._seconds = Histogram(*APPEND_SECONDS.declared, registry=collector, buckets=APPEND_SECONDS.buckets)
        self._failures = Counter(*APPEND_FAILURES.declared, registry=collector)
        self._ticks = ticks

    @contextmanager
    def timed(self, into: Into) -> Iterator[None]:
        """Around one append."""
        began = self._ticks()
        try:
            yield
        except _ANSWERS:
            raise
        except Exception as error:
            reason = next((reason for kind, reason in _REASONS if isinstance(error, kind)), "other")
            self._failures.labels(into, reason).inc()
            raise
        self._seconds.labels(into).observe(self._ticks() - began)


class MeasuredProducer:
    """A log's producer whose appends are timed."""

    def __init__(self, producer: LogProducer, metrics: AppendMetrics) -> None:
        self._producer = producer
        self._metrics = metrics

    def append(self, messages: Sequence[Message], mark: Mark | None = None, meanwhile: Meanwhile | None = None) -> None:
        """See LogProducer."""
        with self._metrics.timed("log"):
            self._producer.append(messages, mark, meanwhile)

    def mark(self, name: str) -> Mark | None:
        """See LogProducer."""
        return self._producer.mark(name)

    def close(self) -> None:
        """See LogProducer."""
        self._producer.close()
