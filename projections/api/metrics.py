"""What the query API measures of itself, and the register's figures, for Prometheus."""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from projections.api.errors import ViewUnavailable
from projections.api.parts import QueryParts
from projections.register.codes import STATUSES
from projections.register.queries.moments import known_before
from projections.register.queries.totals import households_by_status
from schemas.metrics import HOUSEHOLDS, KNOWN_BEFORE, QUERY_ANSWERS, QUERY_SECONDS

MICROSECONDS = 1_000_000


class QueryMetrics:
    """How many questions came, how they were answered and how long that took; how often a client waited for a version."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.seconds = Histogram(*QUERY_SECONDS.declared, registry=registry, buckets=QUERY_SECONDS.buckets)
        self.answers = Counter(*QUERY_ANSWERS.declared, registry=registry)


class RegisterCollector(Collector):
    """Figures that are read when they are asked for. What cannot be read just now is left out."""

    def __init__(self, parts: QueryParts) -> None:
        self._parts = parts

    def describe(self) -> Iterable[Metric]:
        """Nothing is read when the collector is registered."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The families of this moment."""
        households = GaugeMetricFamily(*HOUSEHOLDS.declared[:2], labels=HOUSEHOLDS.labels)
        known = GaugeMetricFamily(*KNOWN_BEFORE.declared[:2])
        try:
            with self._parts.reading() as connection:
                for status, count in households_by_status(connection):
                    households.add_metric([STATUSES[status]], count)
                known.add_metric([], known_before(connection) / MICROSECONDS)
        except ViewUnavailable:
            return
        yield from (households, known)
