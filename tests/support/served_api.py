"""The API process as it is run, asked over real HTTP by a pooled client that threads may share.

with served(settings) as server:
    server.ask("POST", "/v1/...", token, {"effective_on": "2018-09-04"})
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import urllib3

from deploy.composition.write_side import write_side
from deploy.settings import Settings
from schemas.access import Actor
from tests.support.registry_up import children_of
from tests.support.waiting import wait_until

THREADS = 16
"""Connections that the client keeps."""
ANSWER_S = 30


@dataclass
class Server:
    """One run of the API process. `log`: the file that its standard error goes to."""

    settings: Settings
    process: subprocess.Popen[bytes]
    client: urllib3.PoolManager
    log: Path

    def ask(self, method: str, path: str, token: str | None = None, body: Any = None, **headers: str) -> urllib3.BaseHTTPResponse:
        """One request; headers as Python names (`If_Match`)."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if body is not None and not isinstance(body, str | bytes):
            body = json.dumps(body)
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        address = f"http://127.0.0.1:{self.settings.port}{path}"
        return self.client.request(method, address, body=body, headers=sent, retries=False, timeout=ANSWER_S)

    def answers(self) -> bool:
        """Whether somebody answers on the port."""
        try:
            return self.ask("GET", "/v1/live").status == 200
        except urllib3.exceptions.HTTPError:
            return False

    def worker(self) -> int:
        """The process that serves."""
        (pid,) = children_of(self.process.pid)
        return pid

    def ended(self) -> int:
        """Its exit status, once it has ended."""
        return self.process.wait(ANSWER_S)

    def lines(self) -> list[dict[str, Any]]:
        """What it told, line by line."""
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]


@contextmanager
def started(settings: Settings) -> Iterator[Server]:
    """The API process, which may not serve yet, or ever; killed when the block is left."""
    log = settings.path("api.log")
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, **settings.environment(), "LANG": "C.UTF-8"}
    with log.open("wb") as file:
        process = subprocess.Popen([sys.executable, "-m", "deploy.api_process"], env=environment, stderr=file)
    with urllib3.PoolManager(maxsize=THREADS, num_pools=1) as client:
        try:
            yield Server(settings, process, client, log)
        finally:
            process.kill()
            process.wait()


@contextmanager
def served(settings: Settings) -> Iterator[Server]:
    """The API process, which serves."""
    with started(settings) as server:

        def there() -> bool:
            assert server.process.poll() is None, server.log.read_text()
            return server.answers()

        wait_until(there, 30, "the API answers")
        yield server


def make_tokens(settings: Settings, *actors: Actor) -> list[str]:
    """A token for each of these actors, made at the machine."""
    with write_side(settings) as side:
        until = side.clock.now() + timedelta(days=300)
        return [side.tokens.create(actor, until).reveal() for actor in actors]
