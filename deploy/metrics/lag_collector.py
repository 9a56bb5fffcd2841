"""Lag, head, checkpoints and rebuilds, read when the metrics are asked for, by whichever process is asked: see `deploy.lag`.

What cannot be read just now is left out, as Prometheus expects of what is not there, and counted as unreadable. All of it is
asked at once and bounded, so that a scrape is answered although a database is away.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from deploy.bounded import answers_within
from deploy.composition.read_side import READ_MODELS
from deploy.lag import Lag, RelayState, feed_lag, intake_lag, marks_of, notices_lag, relay_state, view_lag, warner_lag
from deploy.settings import Settings
from projections.read_model import ReadModel
from projections.views.errors import ViewOutdated
from projections.views.pointers import Progress
from projections.views.views import Views
from registry.store.opening import recorder_for
from schemas import metrics
from schemas.clock import Clock

ANSWER_S: Final = 4.0
"""Prometheus waits ten seconds unless told otherwise."""
_STORE: Final = "store"
_RELAY: Final = "relay"
FEED: Final = "feed"
_INTAKE: Final = "intake"
_NOTICES: Final = "notices"
_WARNER: Final = "warner"
Answer = int | RelayState | Lag | None


class LagCollector(Collector):
    """Of an installation."""

    def __init__(self, settings: Settings, views: Views, clock: Clock) -> None:
        self._settings = settings
        self._views = views
        self._clock = clock

    def describe(self) -> Iterable[Metric]:
        """Nothing is read when the collector is registered."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The families of this moment."""
        families = {metric.name: _family(metric) for metric in _FAMILIES}
        for name, answer in answers_within(ANSWER_S, self._questions()).items():
            if name != _STORE:
                families[metrics.LAG_UNREADABLE.name].add_metric([name], float(isinstance(answer, Exception)))
            match answer:
                case int():
                    families[metrics.STORE_POSITION.name].add_metric([], answer)
                case RelayState():
                    families[metrics.RELAY_POSITION.name].add_metric([], answer.position)
                    families[metrics.CHECKPOINT_POSITION.name].add_metric([], answer.sealed)
                    _add_lag(families, name, answer.lag)
                case Lag():
                    _add_lag(families, name, answer)
        for name, progress in self._rebuilds().items():
            families[metrics.REBUILD_DONE.name].add_metric([name], progress.done)
            families[metrics.REBUILD_TOTAL.name].add_metric([name], progress.total)
        yield from families.values()

    def _questions(self) -> dict[str, Callable[[], Answer]]:
        questions: dict[str, Callable[[], Answer]] = {
            _STORE: self._head,
            _RELAY: self._relay,
            FEED: self._feed,
            _INTAKE: lambda: intake_lag(self._settings, self._clock),
            _NOTICES: lambda: notices_lag(self._settings, self._clock),
            _WARNER: lambda: warner_lag(self._settings, self._clock),
        }
        return questions | {model.name: lambda m=model: self._view(m) for model in READ_MODELS}

    def _feed(self) -> Lag | None:
        """None where no feed was ever begun."""
        return feed_lag(self._settings, self._clock)

    def _head(self) -> int:
        store = recorder_for(self._settings.store)
        try:
            return store.head().position
        finally:
            store.close()

    def _relay(self) -> RelayState:
        store = recorder_for(self._settings.store)
        try:
            marks = marks_of(self._settings, self._clock)
            try:
                return relay_state(store, marks, self._clock)
            finally:
                marks.close()
        finally:
            store.close()

    def _view(self, model: ReadModel) -> Lag:
        engine = self._views.live(model)
        if engine is None:
            raise ViewOutdated(f"there is no build of {model.name} of this program's version")
        return view_lag(self._settings, model, engine, self._clock)

    def _rebuilds(self) -> Mapping[str, Progress]:
        asked = {model.name: lambda m=model: self._views.progress(m) for model in READ_MODELS}
        answers = answers_within(ANSWER_S, asked)
        return {name: answer for name, answer in answers.items() if isinstance(answer, Progress)}


_FAMILIES: Final = (
    metrics.STORE_POSITION,
    metrics.RELAY_POSITION,
    metrics.CHECKPOINT_POSITION,
    metrics.LAG_EVENTS,
    metrics.LAG_SECONDS,
    metrics.LAG_UNREADABLE,
    metrics.REBUILD_DONE,
    metrics.REBUILD_TOTAL,
)


def _family(metric: metrics.Metric) -> GaugeMetricFamily:
    return GaugeMetricFamily(metric.name, metric.en, labels=metric.labels)


def _add_lag(families: Mapping[str, GaugeMetricFamily], part: str, lag: Lag) -> None:
    families[metrics.LAG_EVENTS.name].add_metric([part], lag.events)
    families[metrics.LAG_SECONDS.name].add_metric([part], lag.seconds)
