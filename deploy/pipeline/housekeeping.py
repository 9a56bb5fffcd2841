"""What has to be done now and then, whether or not anything happens: close the periods that ended, let old records go.

A week ends although no command comes: the period is closed within seconds of its cut-off, and supervisors see it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from deploy.composition.log_side import remove_what_is_old
from deploy.composition.write_side import open_events
from deploy.pipeline.task import Step, Stop
from deploy.settings import Settings
from schemas.clock import Clock

CLOSE_PERIODS_S: Final = 2.0
RETENTION_S: Final = 3600.0


@contextmanager
def opened_housekeeping(settings: Settings, clock: Clock, stop: Stop, ticks: Callable[[], float]) -> Iterator[Step]:
    """Each step closes what ended, then waits. `ticks`: seconds of a clock that never goes back."""
    store = open_events(settings, clock)
    next_retention = ticks()

    def step() -> int:
        nonlocal next_retention
        closed = len(store.close_periods())
        if ticks() >= next_retention:
            remove_what_is_old(settings, clock)
            next_retention = ticks() + RETENTION_S
        stop.wait(CLOSE_PERIODS_S)
        return closed

    try:
        yield step
    finally:
        store.close()
