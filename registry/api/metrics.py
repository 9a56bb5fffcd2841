"""What the command API counts: each metric is named here, with a sentence on what it tells."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's name as scraped, what it tells, and its labels."""

    name: str
    tells: str
    labels: tuple[str, ...]


REQUESTS: Final = Metric(
    "registry_command_requests_total",
    "Requests to the command API, by endpoint and outcome: accepted, replayed (sent again, answered as before), refused, failed.",
    ("endpoint", "outcome"),
)
REFUSALS: Final = Metric(
    "registry_command_refusals_total",
    "Reasons told to clients of the command API, by endpoint and stable code; a refusal with three reasons counts each.",
    ("endpoint", "code"),
)
SECONDS: Final = Metric(
    "registry_command_seconds",
    "Seconds from a request's arrival at its endpoint to its answer.",
    ("endpoint",),
)
TOKENS_REFUSED: Final = Metric(
    "registry_tokens_refused_total",
    "Requests without a good token, by reason: NONE, MALFORMED, UNKNOWN, EXPIRED, REVOKED.",
    ("reason",),
)
METRICS: Final = (REQUESTS, REFUSALS, SECONDS, TOKENS_REFUSED)

ACCEPTED, REPLAYED, REFUSED, FAILED = "accepted", "replayed", "refused", "failed"
BUCKETS_S: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class CommandMetrics:
    """The metrics of one process, in the collector that it exposes. Safe between threads."""

    def __init__(self, collector: CollectorRegistry) -> None:
        self._requests = Counter(*_parts(REQUESTS), registry=collector)
        self._refusals = Counter(*_parts(REFUSALS), registry=collector)
        self._seconds = Histogram(*_parts(SECONDS), registry=collector, buckets=BUCKETS_S)
        self._tokens_refused = Counter(*_parts(TOKENS_REFUSED), registry=collector)

    def answered(self, endpoint: str, seconds: float, outcome: str, codes: Iterable[str] = ()) -> None:
        """Count a request; `codes`: what it was refused for."""
        self._requests.labels(endpoint, outcome).inc()
        self._seconds.labels(endpoint).observe(seconds)
        for code in codes:
            self._refusals.labels(endpoint, code).inc()

    def token_refused(self, reason: str) -> None:
        """Count a request that was not let in."""
        self._tokens_refused.labels(reason).inc()


def _parts(metric: Metric) -> tuple[str, str, tuple[str, ...]]:
    return metric.name, metric.tells, metric.labels
