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

MICROSECONDS = 1_000_000


class QueryMetrics:
    """How many questions came, how they were answered and how long that took; how often a client waited for a version."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.seconds = Histogram(
            "registry_query_seconds",
            "How long questions take, the sending of sheets aside",
            ["query"],
            registry=registry,
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
        )
        self.answers = Counter(
            "registry_query_answers", "Questions by how they were answered", ["query", "status"], registry=registry
        )


class RegisterCollector(Collector):
    """Figures that are read when they are asked for. What cannot be read just now is left out."""

    def __init__(self, parts: QueryParts) -> None:
        self._parts = parts

    def describe(self) -> Iterable[Metric]:
        """Nothing is read when the collector is registered."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The families of this moment."""
        households = GaugeMetricFamily("registry_households", "Households in the read model, by status", labels=["status"])
        known = GaugeMetricFamily(
            "registry_known_before_timestamp_seconds", "Everything recorded before this is in the read model"
        )
        try:
            with self._parts.reading() as connection:
                for status, count in households_by_status(connection):
                    households.add_metric([STATUSES[status]], count)
                known.add_metric([], known_before(connection) / MICROSECONDS)
        except ViewUnavailable:
            return
        yield from (households, known)
