"""The pipeline as a process: what it says and answers when it ends, and with whom it ends."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.composition.log_side import open_producer
from deploy.composition.write_side import register_clock, write_side
from deploy.settings import Settings
from registry.log.producer import Mark
from registry.relay.relay import RELAY
from schemas.messages import Message
from tests.support.installation import new_installation, record_household, shown
from tests.support.ports import free_port
from tests.support.waiting import wait_until

PIPELINE = [sys.executable, "-m", "deploy.pipeline_process"]
PARENT = """
import os, subprocess, sys
os.environ["SUPERVISOR_PID"] = str(os.getpid())
print(subprocess.Popen([sys.executable, "-m", "deploy.pipeline_process"]).pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return new_installation(tmp_path)


def environment(settings: Settings) -> dict[str, str]:
    return {**os.environ, **settings.environment()}


@contextmanager
def running(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(PIPELINE, env=environment(settings), stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(settings: Settings) -> tuple[int, str]:
    """Exit status and last words of a pipeline that ends by itself."""
    done = subprocess.run(PIPELINE, env=environment(settings), capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


def test_it_ends_on_sigterm_with_status_0_and_no_word(settings: Settings) -> None:
    with running(settings) as process, write_side(settings) as side, shown(settings) as register:
        household_id = record_household(side)
        wait_until(lambda: household_id in register.households())
        process.send_signal(signal.SIGTERM)
        _, words = process.communicate(timeout=10)
        assert (process.returncode, words) == (0, "")


def test_a_store_that_is_behind_the_log_is_one_line_and_status_1(settings: Settings) -> None:
    producer = open_producer(settings, RELAY, register_clock(settings))
    producer.append([], Mark(RELAY, {"position": 4711, "record_hash": "00"}))
    producer.close()
    status, words = ended(settings)
    assert status == 1
    assert words.startswith("E-STORE-BEHIND-LOG: the log was fed up to position 4711")
    assert len(words.splitlines()) == 1


def test_a_record_that_nobody_can_read_is_one_line_and_status_1(settings: Settings) -> None:
    producer = open_producer(settings, None, register_clock(settings))
    producer.append([Message("household.events", b"nobody", b"no event", (), 0)])
    producer.close()
    status, words = ended(settings)
    assert status == 1
    assert words.startswith("E-READ-MODEL-STOPPED: household.events")
    assert len(words.splitlines()) == 1


def test_without_an_installation_it_says_so(tmp_path: Path) -> None:
    status, words = ended(Settings(data=str(tmp_path / "nothing")))
    assert (status, words.split(":")[0]) == (1, "E-STORE-MISSING")


def test_a_second_one_on_the_same_data_is_refused(settings: Settings) -> None:
    with running(settings), shown(settings) as register, write_side(settings) as side:
        household_id = record_household(side)
        wait_until(lambda: household_id in register.households())
        status, words = ended(settings)
    assert (status, words.split(":")[0]) == (1, "E-CANNOT-START")


def test_it_dies_with_its_parent(settings: Settings) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], env=environment(settings), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        with write_side(settings) as side, shown(settings) as register:
            household_id = record_household(side)
            wait_until(lambda: household_id in register.households())
        parent.kill()
        wait_until(lambda: not _runs(child))


def test_it_serves_its_metrics_where_a_setting_says(tmp_path: Path) -> None:
    port = free_port()
    settings = new_installation(tmp_path, metrics_port=port)
    with running(settings), write_side(settings) as side, shown(settings) as register:
        household_id = record_household(side)
        wait_until(lambda: household_id in register.households())
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            metrics = dict(line.rsplit(" ", 1) for line in answer.read().decode().splitlines() if not line.startswith("#"))
        assert float(metrics['registry_pipeline_events_total{task="relay"}']) == float(metrics["registry_store_position"])
        assert float(metrics['registry_lag_events{part="register"}']) == 0


def _runs(pid: int) -> bool:
    try:
        # A zombie that nobody waits for has ended too.
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False
