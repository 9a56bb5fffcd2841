"""The register as processes of their own: `registry serve`, `registry relay`, `registry project`, `registry feed`."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from consumers.feed.feed import producer_name
from deploy.composition.log_side import read_marks
from deploy.settings import Settings
from tests.support.installation import CLERK, ON, VILLAGE, new_installation
from tests.support.ports import free_port
from tests.support.program import registry
from tests.support.registry_up import ask, bearer, is_running
from tests.support.waiting import wait_until


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return new_installation(tmp_path / "data", port=free_port())


@contextmanager
def running(settings: Settings, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "deploy.cli", *arguments]
    environment = {**os.environ, **settings.environment(), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def stopped(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit status, last line and complaints after Ctrl-C."""
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    return process.returncode, out.splitlines()[-1], err


def test_the_parts_of_a_register_work_as_processes_of_their_own(settings: Settings) -> None:
    made = registry(
        *("token", "create", "--data", settings.data, "--role", CLERK.role, "--division", CLERK.division),
        *("--user", CLERK.user_id, "--organisation", CLERK.organisation),
    )
    token, household_id = bearer(made.out.strip()), str(uuid4())
    body = {"effective_on": ON.isoformat(), "division": VILLAGE, "size": 4, "labour_count": 1}
    path = f"/v1/households/{household_id}"
    with ExitStack() as stack:
        serve = stack.enter_context(running(settings, "serve"))
        relay = stack.enter_context(running(settings, "relay"))
        low = stack.enter_context(running(settings, "project", "--partitions", "0-5"))
        high = stack.enter_context(running(settings, "project", "--partitions", "6-11"))
        feed = stack.enter_context(running(settings, "feed"))
        wait_until(lambda: ask(settings.port, "GET", "/v1/ready")[0] == 200, 60)
        assert ask(settings.port, "POST", f"{path}/record-ledger-household", body, **token)[0] == 201
        wait_until(lambda: ask(settings.port, "GET", path, **token)[0] == 200)
        wait_until(lambda: published_up_to(settings) > 0)
        for process in (relay, low, high, feed, serve):
            assert stopped(process) == (0, "stopped", "")


def published_up_to(settings: Settings) -> int:
    """The position of the last event that the feed has read."""
    marks = read_marks(settings, [producer_name(partition) for partition in range(12)])
    return max((int(mark.value["position"]) for mark in marks.values()), default=0)


def test_a_second_relay_projector_or_feed_is_refused_on_the_same_data(settings: Settings) -> None:
    with running(settings, "relay") as relay, running(settings, "project") as projector, running(settings, "feed") as feed:
        for name in ("relay", "projector", "feed"):
            wait_until((Path(settings.data) / f"{name}.lock").exists)
        for role, name in (("relay", "relay"), ("project", "projector"), ("feed", "feed")):
            with running(settings, role) as second:
                _, err = second.communicate(timeout=60)
            assert second.returncode == 1
            assert err.startswith(f"E-CANNOT-START: another {name} runs on the data")
        assert is_running(relay.pid)
        assert is_running(projector.pid)
        assert is_running(feed.pid)
