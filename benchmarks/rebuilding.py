"""The rebuild with two workers beside the catch-up of one projector, on the demonstration's mix; see `measured_on` for where."""

import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.figure import Figure
from benchmarks.measured_on import empty_database, measured_on, where
from benchmarks.projecting import catch_up
from consumers.log.consumer import LogConsumer
from consumers.rebuild.rebuild import Outcome, Rebuild
from deploy.composition.log_side import open_consumer
from deploy.settings import Settings
from projections.register.read_model import REGISTER
from projections.views.views import Views

GOAL, ROUNDS = 1.8, 5


@dataclass(frozen=True, slots=True)
class OpenLog:
    """Opens the log in whichever process it is asked."""

    settings: Settings

    def __call__(self, topics: Collection[str], partitions: Collection[int] | None) -> LogConsumer:
        return open_consumer(self.settings, "benchmark-rebuild", topics, partitions)


def measure() -> Iterator[Figure]:
    """A few rounds of each, in turns, and the median of their ratios: a machine's speed may double between two rounds.

    Starting the workers and joining their shares counts.
    """
    settings = measured_on()
    rates: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(ROUNDS):
            outcome = _rebuild(settings, Path(folder, f"views-{turn}"))
            with empty_database(Path(folder), f"projected-{turn}") as database:
                rates.append((outcome.events / outcome.seconds, outcome.events / catch_up(settings, database)))
    ratio = median(rebuilt / projected for rebuilt, projected in rates)
    measured = f"{median(rate for rate, _ in rates):,.0f} events/s (catch-up {median(rate for _, rate in rates):,.0f})"
    yield Figure(f"rebuild with two workers ({where()})", measured, ratio, f">= {GOAL}", ratio >= GOAL)


def _rebuild(settings: Settings, folder: Path) -> Outcome:
    """In files where nothing is live, or beside what the round before left in the PostgreSQL: comparing does not count."""
    views = Views(settings.views_url or f"sqlite:///{folder}")
    try:
        return Rebuild(views, REGISTER, OpenLog(settings), workers=2).run()
    finally:
        views.close()
