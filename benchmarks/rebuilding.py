"""The rebuild with two workers beside the catch-up of one projector, on the demonstration's mix."""

import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.demonstration import demonstration
from benchmarks.figure import Figure
from benchmarks.projecting import catch_up
from consumers.log.consumer import LogConsumer
from consumers.rebuild.rebuild import Outcome, Rebuild
from deploy.composition.log_side import open_consumer
from deploy.settings import Settings
from projections.register.read_model import REGISTER
from projections.views.views import Views

GOAL, ROUNDS = 1.8, 3


@dataclass(frozen=True, slots=True)
class OpenLog:
    """Opens the log in whichever process it is asked."""

    settings: Settings

    def __call__(self, topics: Collection[str], partitions: Collection[int] | None) -> LogConsumer:
        return open_consumer(self.settings, "benchmark-rebuild", topics, partitions)


def measure() -> Iterator[Figure]:
    """The better of a few rounds of each, in turns; starting the workers and joining their shares counts."""
    settings = demonstration()
    rebuilt = projected = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(ROUNDS):
            outcome = _rebuild(settings, Path(folder, f"views-{turn}"))
            rebuilt = max(rebuilt, outcome.events / outcome.seconds)
            projected = max(projected, outcome.events / catch_up(settings, Path(folder, f"projected-{turn}.db")))
    ratio = rebuilt / projected
    measured = f"{rebuilt:,.0f} events/s (catch-up {projected:,.0f})"
    yield Figure("rebuild with two workers", measured, ratio, f">= {GOAL}", ratio >= GOAL)


def _rebuild(settings: Settings, folder: Path) -> Outcome:
    """Into a place of its own, where no build is live to compare with."""
    views = Views(f"sqlite:///{folder}")
    try:
        return Rebuild(views, REGISTER, OpenLog(settings), workers=2).run()
    finally:
        views.close()
