"""One part of a running register as a process: it can be killed, frozen, and is started again."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from deploy.settings import Settings
from tests.support.registry_up import children_of


class Part:
    """`registry <command>` on an installation; what it says goes to a file."""

    def __init__(self, name: str, arguments: tuple[str, ...], settings: Settings, folder: Path) -> None:
        self.name = name
        self.starts = 0
        self._command = [sys.executable, "-m", "deploy.cli", *arguments, "--data", settings.data]
        self._environment = {**os.environ, **settings.environment(), "LANG": "C.UTF-8"}
        self._told = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def keep_running(self) -> None:
        """Start it, if it does not run: whoever runs it would."""
        if self._process is not None and self._process.poll() is None:
            return
        self.starts += 1
        with self._told.open("ab") as told:
            self._process = subprocess.Popen(self._command, env=self._environment, stdout=told, stderr=told)

    def send(self, number: int) -> None:
        """A signal, to it and what it started."""
        if self._process is not None and self._process.poll() is None:
            for pid in (*children_of(self._process.pid), self._process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)

    def kill(self) -> None:
        """SIGKILL, and collect it."""
        self.send(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def stop(self) -> None:
        """Let it end in good order; killed if it takes too long."""
        self.send(signal.SIGCONT)
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
