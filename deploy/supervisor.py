"""`registry up`: one command that keeps the API and the pipeline running, and ends both with itself.

A lock on the data folder and a test of the port guard against a second start. A child that dies is started again, unless it dies
again and again: then everything stops with one clear line, since a register that half runs misleads.
"""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType

from deploy.settings import Settings

RESTARTS_MAX = 5
"""Restarts of one child within RESTART_WINDOW_S; more means that starting again does not help."""
RESTART_WINDOW_S = 60.0
STOP_S = 15.0
"""Time that a child gets to finish its batch before it is killed; every write is a transaction, so a kill loses nothing."""


class CannotStart(Exception):
    """E-CANNOT-START: another one runs here, or the port is taken."""

    code = "E-CANNOT-START"


@contextlib.contextmanager
def data_folder_lock(folder: Path) -> Iterator[None]:
    """Hold the data folder for this process and its end. Raises CannotStart if another process holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "registry.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotStart(f"another registry runs on the data in {folder}; name another folder with --data") from None
        yield


def check_port(host: str, port: int) -> None:
    """Raises CannotStart if the port is taken: a server that shares ports would not notice."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise CannotStart(f"port {port} on {host} is taken; name another with --port") from None


class Child:
    """A process of ours that is started again when it dies."""

    def __init__(self, name: str, module: str, environment: dict[str, str]) -> None:
        self.name = name
        self._command = [sys.executable, "-m", module]
        self._environment = environment
        self._starts: list[float] = []
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it. Raises CannotStart if it was started too often of late."""
        now = time.monotonic()
        self._starts = [t for t in self._starts if now - t < RESTART_WINDOW_S] + [now]
        if len(self._starts) > RESTARTS_MAX + 1:
            raise CannotStart(
                f"the {self.name} process ended {RESTARTS_MAX + 1} times within {RESTART_WINDOW_S:.0f} s; see above"
            )
        self.process = subprocess.Popen(self._command, env={**os.environ, **self._environment}, start_new_session=True)

    def watch(self) -> None:
        """Start it again if it has ended; exit status 1 means that it refused to go on, which no restart mends."""
        assert self.process is not None
        status = self.process.poll()
        if status is None:
            return
        if status == 1:
            raise CannotStart(f"the {self.name} process stopped and says why above")
        self.start()

    def stop(self) -> None:
        """Ask it to end, wait, and kill it if it does not."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def supervise(settings: Settings, ready: Callable[[], None] = lambda: None, poll_s: float = 0.2) -> None:
    """Run the API and the pipeline until SIGINT or SIGTERM. Raises CannotStart. The caller holds the data folder's lock."""
    check_port(settings.host, settings.port)
    environment = {**settings.environment(), "SUPERVISOR_PID": str(os.getpid())}
    children = [Child("pipeline", "deploy.pipeline_process", environment), Child("API", "deploy.api_process", environment)]
    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        for child in children:
            child.start()
        ready()
        while not stopping:
            time.sleep(poll_s)
            for child in children:
                child.watch()
    finally:
        _stop_all(children)


def _stop_all(children: Sequence[Child]) -> None:
    for child in reversed(children):
        child.stop()
