"""What relay and projectors do, as Prometheus metrics: what they moved, how often they had to wait, how far behind each part is.

Lag is read from the databases when the metrics are asked for, in this process or in any other: see `deploy.lag`.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Final

import sqlalchemy.exc
from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from deploy.composition.read_side import READ_MODELS
from deploy.lag import Lag, marks_of, relay_lag, view_lag
from deploy.settings import Settings
from projections.views.views import Views
from registry.store.errors import StoreUnavailable
from registry.store.opening import recorder_for
from schemas.clock import Clock
from schemas.log_errors import LogError

LOOPBACK: Final = "127.0.0.1"


class PipelineMetrics:
    """What this process moved: `Watched` for its tasks."""

    def __init__(self, registry: CollectorRegistry, wall: Callable[[], float] = time.time) -> None:
        def count(name: str, text: str) -> Counter:
            return Counter(f"registry_pipeline_{name}", text, ["task"], registry=registry)

        self._wall = wall
        self._events = count("events", "Events that the task has moved")
        self._waits = count("unavailable", "Times that the task had to wait for a database or the log")
        last = "registry_pipeline_last_moved_timestamp_seconds"
        self._last = Gauge(last, "When the task last moved one", ["task"], registry=registry)

    def moved(self, task: str, events: int) -> None:
        """A step has moved so many."""
        self._events.labels(task).inc(events)
        self._last.labels(task).set(self._wall())

    def unavailable(self, task: str) -> None:
        """Something outside could not be reached."""
        self._waits.labels(task).inc()


class LagCollector(Collector):
    """Lag and head, read when asked for. What cannot be read just now is left out, as Prometheus expects of what is not there."""

    def __init__(self, settings: Settings, views: Views, clock: Clock) -> None:
        self._settings = settings
        self._views = views
        self._clock = clock

    def describe(self) -> Iterable[Metric]:
        """Nothing is read when the collector is registered."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The families of this moment."""
        head = GaugeMetricFamily("registry_store_position", "Position of the last event in the store")
        events = GaugeMetricFamily("registry_lag_events", "Events that wait for a part of the pipeline", labels=["part"])
        seconds = GaugeMetricFamily("registry_lag_seconds", "How long the oldest of them has waited", labels=["part"])
        with suppress(StoreUnavailable, LogError):
            position, lag = self._relay()
            head.add_metric([], position)
            _add(events, seconds, "relay", lag)
        for model in READ_MODELS:
            with suppress(LogError, sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError):
                engine = self._views.live(model)
                if engine is not None:
                    _add(events, seconds, model.name, view_lag(self._settings, model, engine, self._clock))
        yield from (head, events, seconds)

    def _relay(self) -> tuple[int, Lag]:
        store = recorder_for(self._settings.store)
        try:
            marks = marks_of(self._settings, self._clock)
            try:
                return store.head().position, relay_lag(store, marks, self._clock)
            finally:
                marks.close()
        finally:
            store.close()


def serve_metrics(port: int, registry: CollectorRegistry) -> Callable[[], None]:
    """Serve them on the loopback address; return what ends that. Raises OSError where the port is taken."""
    server, thread = start_http_server(port, addr=LOOPBACK, registry=registry)

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return end


def _add(events: GaugeMetricFamily, seconds: GaugeMetricFamily, part: str, lag: Lag) -> None:
    events.add_metric([part], lag.events)
    seconds.add_metric([part], lag.seconds)
