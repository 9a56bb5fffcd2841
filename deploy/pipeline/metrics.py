"""What relay and projectors of this process do, as Prometheus metrics: what they moved, how often they had to wait."""

import time
from collections import Counter as Counts
from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge

from consumers.intake.dead_letter_share import Taken
from deploy.metrics.appends import AppendMetrics
from deploy.metrics.notices import NoticeMetrics
from schemas.metrics import (
    HOSPITAL_RECORDS,
    HOSPITAL_STOPPED,
    PARTITIONS_LOST,
    PARTITIONS_TAKEN,
    PIPELINE_EVENTS,
    PIPELINE_LAST_MOVED,
    PIPELINE_UNAVAILABLE,
    REPEATED,
)


class PipelineMetrics:
    """What this process moved: `Watched` for its tasks."""

    def __init__(self, registry: CollectorRegistry, wall: Callable[[], float] = time.time) -> None:
        self.appends = AppendMetrics(registry)
        self.notices = NoticeMetrics(registry)
        self._wall = wall
        self._events = Counter(*PIPELINE_EVENTS.declared, registry=registry)
        self._waits = Counter(*PIPELINE_UNAVAILABLE.declared, registry=registry)
        self._last = Gauge(*PIPELINE_LAST_MOVED.declared, registry=registry)
        self._taken = Counter(*PARTITIONS_TAKEN.declared, registry=registry)
        self._lost = Counter(*PARTITIONS_LOST.declared, registry=registry)
        self._repeated = Counter(*REPEATED.declared, registry=registry)
        self._hospital_records = Counter(*HOSPITAL_RECORDS.declared, registry=registry)
        self._stopped = Gauge(*HOSPITAL_STOPPED.declared, registry=registry)

    def moved(self, task: str, events: int) -> None:
        """A step has moved so many."""
        self._events.labels(task).inc(events)
        self._last.labels(task).set(self._wall())

    def unavailable(self, task: str) -> None:
        """Something outside could not be reached."""
        self._waits.labels(task).inc()

    def projected(self, task: str, *, taken: int, lost: int, repeated: int) -> None:
        """So many partitions were claimed and lost, and so many records dropped, since the last time."""
        self._taken.labels(task).inc(taken)
        self._lost.labels(task).inc(lost)
        self._repeated.labels(task).inc(repeated)

    def took_in(self, taken: Sequence[Taken]) -> None:
        """A batch of hospitals' records that is stored."""
        for (institution, accepted), count in Counts((one.institution, one.accepted) for one in taken).items():
            self._hospital_records.labels(institution, "accepted" if accepted else "dead_letter").inc(count)

    def stopped(self, institutions: frozenset[str]) -> None:
        """The hospitals that are stopped now; of the others nothing is said."""
        self._stopped.clear()
        for institution in institutions:
            self._stopped.labels(institution).set(1)
