"""`registry up` as a real process, with what a test wants to do to it: ask it, stop it, kill it or one of its children."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy.settings import Settings
from tests.support.waiting import wait_until

READY_S = 60.0
NOBODY = 0
PIPELINE, SERVER = "deploy.pipeline_process", "deploy.api_process"


class RunningRegistry:
    """One run of `registry up`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        command = [sys.executable, "-m", "deploy.cli", "up", "--data", settings.data, "--port", str(settings.port)]
        environment = {**os.environ, **settings.environment(), "PYTHONUNBUFFERED": "1", "LANG": "C.UTF-8"}
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def wait_until_ready(self) -> None:
        """Until the API says so; fails when the program ends before."""

        def ready() -> bool:
            assert self.process.poll() is None, self.process.communicate()
            return self.answers()

        wait_until(ready, READY_S, "the API is ready")

    def lines_until(self, beginning: str) -> list[str]:
        """What it says on standard output up to a line that begins so; `stop` does not tell these lines again."""
        assert self.process.stdout is not None
        lines: list[str] = []
        while not lines or not lines[-1].startswith(beginning):
            line = self.process.stdout.readline()
            assert line, f"it ended after {lines}"
            lines.append(line)
        return lines

    def answers(self) -> bool:
        """Whether the API is there and ready."""
        return ask(self.settings.port, "GET", "/v1/ready")[0] == 200

    def child(self, module: str) -> int | None:
        """The process of the supervisor's child that runs this module, None while there is none."""
        return next((pid for pid in children_of(self.process.pid) if module in command_of(pid)), None)

    def everybody(self) -> list[int]:
        """The supervisor and all that descend from it."""
        found = [self.process.pid]
        for pid in found:
            found += children_of(pid)
        return found

    def stop(self, number: int = signal.SIGINT) -> tuple[int, list[str], list[str]]:
        """Send it a signal; its exit status and what it said in all."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out.splitlines(), err.splitlines()

    def kill(self) -> None:
        """Kill the supervisor alone, and collect it."""
        self.process.kill()
        self.process.communicate(timeout=60)


@contextmanager
def registry_up(settings: Settings) -> Iterator[RunningRegistry]:
    """`registry up` on these data; whatever is left of it is killed when the block is left."""
    running = RunningRegistry(settings)
    everybody = [running.process.pid]
    try:
        yield running
        everybody = running.everybody()
    finally:
        if running.process.poll() is None:
            running.kill()
        wait_until(lambda: not any(map(is_running, everybody)), what="its children have ended")


def ask(port: int, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    """One request; status and JSON answer, NOBODY and None where nobody answered."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"null")
    except (OSError, http.client.HTTPException):
        return NOBODY, None
    finally:
        connection.close()


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def children_of(pid: int) -> list[int]:
    """The child processes of a process; none if it is gone."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def command_of(pid: int) -> list[str]:
    """The command line of a process; empty if it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def is_running(pid: int) -> bool:
    """Whether there is such a process; one that nobody has waited for has ended too."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def kill(pid: int | None) -> bool:
    """Kill a process outright; whether there was one."""
    if pid is None:
        return False
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
