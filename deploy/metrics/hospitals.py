"""Hospitals that have fallen silent, as a Prometheus metric: read from the read model when asked."""

from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from deploy.bounded import answers_within
from deploy.composition.hospital_side import HospitalsNow, hospitals_now, silence_rule
from projections.views.views import Views
from registry.application.reference_shelf import ReferenceShelf
from schemas import metrics
from schemas.clock import Clock

ANSWER_S: Final = 4.0


class SilentHospitalsCollector(Collector):
    """Of an installation. Of those that are not silent nothing is said; what cannot be read just now is left out."""

    def __init__(self, views: Views, shelf: ReferenceShelf, clock: Clock) -> None:
        self._views = views
        self._shelf = shelf
        self._clock = clock

    def describe(self) -> Iterable[Metric]:
        """Nothing is read when the collector is registered."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The family of this moment."""
        metric = metrics.HOSPITAL_SILENT
        family = GaugeMetricFamily(metric.name, metric.en, labels=metric.labels)
        answer = answers_within(ANSWER_S, {"hospitals": self._read})["hospitals"]
        if isinstance(answer, HospitalsNow):
            for institution, seconds in answer.silent.items():
                family.add_metric([institution], seconds)
        yield family

    def _read(self) -> HospitalsNow | None:
        return hospitals_now(self._views, silence_rule(self._shelf, self._clock), self._clock)
