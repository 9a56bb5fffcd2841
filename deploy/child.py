"""A child process of the supervisor: started, watched, started again, ended."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Final

from deploy.cannot_start import CannotStart

REFUSED: Final = 1
"""Exit status of a process that refuses to go on and has said why: starting it again would not help."""
BROKEN: Final = 70
"""Exit status of a process that ended because of a mistake in the program, or of a part that died; it may be started again."""
RESTARTS_MAX: Final = 5
"""Restarts of one child within RESTART_WINDOW_S; more means that starting again does not help."""
RESTART_WINDOW_S: Final = 60.0


class Child:
    """A process of ours that is started again when it dies.

    module, arguments: run with `python -m`; it refuses to go on by exit status REFUSED. ticks: seconds of a clock that never goes
    back.
    """

    def __init__(
        self,
        name: str,
        module: str,
        environment: dict[str, str],
        ticks: Callable[[], float] = time.monotonic,
        arguments: Sequence[str] = (),
    ) -> None:
        self.name = name
        self._command = [sys.executable, "-m", module, *arguments]
        self._environment = environment
        self._ticks = ticks
        self._starts: list[float] = []
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The running process, None where there is none."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Start it. Raises CannotStart if it was started too often of late."""
        now = self._ticks()
        self._starts = [t for t in self._starts if now - t < RESTART_WINDOW_S] + [now]
        if len(self._starts) > RESTARTS_MAX + 1:
            times = f"{RESTARTS_MAX + 1} times within {RESTART_WINDOW_S:.0f} s"
            raise CannotStart(f"the {self.name} process ended {times}; see above")
        # A session of its own: Ctrl-C in the terminal is the supervisor's affair.
        self._process = subprocess.Popen(self._command, env={**os.environ, **self._environment}, start_new_session=True)

    def watch(self) -> None:
        """Start it again if it has ended. Raises CannotStart if it refused to go on."""
        assert self._process is not None
        status = self._process.poll()
        if status is None:
            return
        if status == REFUSED:
            raise CannotStart(f"the {self.name} process refuses to go on and says why above")
        self.start()

    def send(self, number: int) -> None:
        """Send a signal to it, if it runs."""
        if self.pid is not None and self._process is not None:
            self._process.send_signal(number)

    def ended_within(self, seconds: float) -> bool:
        """Wait for its end, but not longer; return whether it has ended."""
        if self._process is None:
            return True
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True
