"""`registry demo` on the command line: what it refuses before it does anything, and that it goes straight on when all is done."""

import socket
import subprocess
import sys
from pathlib import Path

from deploy.composition.write_side import prepare
from deploy.settings import Settings
from tests.integration.demo.conftest import Finished
from tests.support.demonstrations import digest_of_store, settings_in


def demo(settings: Settings, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy.cli", "demo", "--data", settings.data, *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_a_port_that_is_taken_is_told_before_any_work(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "data")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        run = demo(settings, "--scale", "tiny", "--port", str(taken.getsockname()[1]))
    assert run.returncode == 1
    assert "E-CANNOT-START" in run.stderr
    assert "--port" in run.stderr
    assert not settings.path("registry.db").exists()


def test_data_of_another_make_are_left_alone(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    prepare(settings)
    before = digest_of_store(settings)
    run = demo(settings, "--scale", "tiny", "--no-serve")
    assert run.returncode == 1
    assert "were not made by the demonstration" in run.stderr
    assert digest_of_store(settings) == before


def test_data_of_another_demonstration_are_left_alone(finished: Finished) -> None:
    for option in (("--seed", "7"), ("--scale", "small")):
        run = demo(finished.settings, *option, "--no-serve")
        assert run.returncode == 1
        assert "--scale tiny --seed 20180904" in run.stderr


def test_a_second_start_goes_straight_on_to_the_table(finished: Finished) -> None:
    before = digest_of_store(finished.settings)
    run = demo(finished.settings, "--no-serve")
    assert run.returncode == 0, run.stderr
    assert "persons exited" in run.stdout
    assert "the balance holds" in run.stdout
    assert digest_of_store(finished.settings) == before
