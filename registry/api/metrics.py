"""What the command API counts, in the collectors that the list of metrics describes."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram

from schemas.metrics import COMMAND_REFUSALS, COMMAND_REQUESTS, COMMAND_SECONDS, TOKENS_REFUSED

ACCEPTED, REPLAYED, REFUSED, FAILED = "accepted", "replayed", "refused", "failed"


class CommandMetrics:
    """The metrics of one process, in the collector that it exposes. Safe between threads."""

    def __init__(self, collector: CollectorRegistry) -> None:
        self._requests = Counter(*COMMAND_REQUESTS.declared, registry=collector)
        self._refusals = Counter(*COMMAND_REFUSALS.declared, registry=collector)
        self._seconds = Histogram(*COMMAND_SECONDS.declared, registry=collector, buckets=COMMAND_SECONDS.buckets)
        self._tokens_refused = Counter(*TOKENS_REFUSED.declared, registry=collector)

    def answered(self, endpoint: str, seconds: float, outcome: str, codes: Iterable[str] = ()) -> None:
        """Count a request; `codes`: what it was refused for."""
        self._requests.labels(endpoint, outcome).inc()
        self._seconds.labels(endpoint).observe(seconds)
        for code in codes:
            self._refusals.labels(endpoint, code).inc()

    def token_refused(self, reason: str) -> None:
        """Count a request that was not let in."""
        self._tokens_refused.labels(reason).inc()
