"""Notices as Prometheus metrics: what waits and what came of the rest, read from the outbox when asked; attempts as they are."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from consumers.notices.database import opened_outbox
from consumers.notices.outbox import Outbox
from consumers.notices.outcome import Outcome
from consumers.notices.tables import State
from deploy.bounded import answers_within
from deploy.settings import Settings
from schemas import metrics
from schemas.clock import Clock

ANSWER_S: Final = 4.0


class NoticeMetrics:
    """What this process sends: `Watched` for the delivering."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._attempts = Counter(*metrics.NOTICE_ATTEMPTS.declared, registry=registry)

    def attempted(self, channel: str, outcome: Outcome) -> None:
        """One came to this."""
        self._attempts.labels(channel, outcome.result).inc()


class NoticesCollector(Collector):
    """Of an installation's outbox. What cannot be read just now is left out."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    def describe(self) -> Iterable[Metric]:
        """Nothing is read when the collector is registered."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The families of this moment."""
        states, oldest = (
            GaugeMetricFamily(metric.name, metric.en, labels=metric.labels)
            for metric in (metrics.NOTICES, metrics.NOTICES_OLDEST)
        )
        if self._settings.notices_file:
            answer = answers_within(ANSWER_S, {"outbox": self._read})["outbox"]
            if not isinstance(answer, Exception):
                counts, seconds = answer
                for state, count in counts.items():
                    states.add_metric([state], count)
                oldest.add_metric([], seconds)
        yield states
        yield oldest

    def _read(self) -> tuple[Mapping[State, int], float]:
        with opened_outbox(self._settings.notices) as engine:
            outbox = Outbox(engine)
            put_at = outbox.oldest_pending()
            waited = 0.0 if put_at is None else (self._clock.now() - put_at).total_seconds()
            return outbox.counts(), max(0.0, waited)
