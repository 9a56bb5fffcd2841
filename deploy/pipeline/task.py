"""One task in a thread of its own: opened, stepped, opened again after trouble outside, given up where waiting mends nothing.

Trouble outside is a database or a log that cannot be reached: nothing is lost by waiting, so it is waited for, longer and longer
up to PAUSE_MAX_S, and counted. Everything else ends the task, and with it the process: a pipeline with a dead part misleads.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final, Protocol

import sqlalchemy.exc

from consumers.rebuild.errors import RebuildInterrupted
from deploy.process_log import process_logger
from projections.views.errors import RebuildRunning
from registry.store.errors import StoreUnavailable
from schemas.log_errors import LogUnavailable

OUTSIDE: Final = (
    LogUnavailable,
    StoreUnavailable,
    RebuildRunning,
    RebuildInterrupted,
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.InterfaceError,
)
PAUSE_MIN_S: Final = 0.1
PAUSE_MAX_S: Final = 5.0

Step = Callable[[], int]
"""Does a piece of work and returns how many events it moved; waits a moment itself where there is none."""
Opened = Callable[[], AbstractContextManager[Step]]
"""Opens what the steps need, from wherever they got to; closes it when the block is left."""

_log = process_logger("deploy.pipeline")


class Reopen(Exception):
    """A step wants its task opened anew: what it had open is not the right one any more."""


class Stop(Protocol):
    """Says when to end, as `threading.Event` does."""

    def is_set(self) -> bool:
        """Whether to end."""
        ...

    def wait(self, timeout: float) -> bool:
        """Wait for it, but not longer; return whether to end."""
        ...


class Watched(Protocol):
    """Learns what a task does: for metrics."""

    def moved(self, task: str, events: int) -> None:
        """A step has moved so many."""
        ...

    def unavailable(self, task: str) -> None:
        """Something outside could not be reached."""
        ...


class Task:
    """Runs until `stop`, or until `failure` says why not; `ended` is called at its end."""

    def __init__(self, name: str, opened: Opened, stop: Stop, watched: Watched, ended: Callable[[], None] = lambda: None) -> None:
        self.name = name
        self.failure: BaseException | None = None
        self._opened = opened
        self._stop = stop
        self._watched = watched
        self._ended = ended
        self._thread = threading.Thread(target=self._guarded, name=name, daemon=True)

    def start(self) -> None:
        """Run in a thread."""
        self._thread.start()

    def join(self, seconds: float) -> bool:
        """Wait for the end of the present step, but not longer; return whether it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def run(self) -> None:
        """Run here, until `stop`. Raises what waiting does not mend."""
        failures = 0
        while not self._stop.is_set():
            try:
                with self._opened() as step:
                    while not self._stop.is_set():
                        moved = step()
                        failures = 0
                        if moved:
                            self._watched.moved(self.name, moved)
            except Reopen:
                _log.info("opened anew", task=self.name)
            except OUTSIDE as error:
                failures += 1
                self._watched.unavailable(self.name)
                _log.warning("waiting", task=self.name, failures=failures, exc_info=error)
                self._stop.wait(pause_after(failures))

    def _guarded(self) -> None:
        try:
            self.run()
        except BaseException as failure:
            self.failure = failure
        finally:
            self._ended()


def pause_after(failures: int) -> float:
    """Seconds to wait after so many failures in a row."""
    return float(min(PAUSE_MAX_S, PAUSE_MIN_S * 2 ** min(failures - 1, 16)))
