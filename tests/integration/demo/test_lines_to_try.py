"""The lines that the demonstration ends with: whoever follows them sees what there is to be seen."""

import re
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.integration.demo.conftest import Finished
from tests.support.ports import free_port
from tests.support.registry_up import ask

LINE = re.compile(r"""curl -H "Authorization: Bearer \$TOKEN" 'http://127\.0\.0\.1:(\d+)(/[^']+)'""")
UP_S = 120


@pytest.fixture(scope="module")
def answers(finished: Finished) -> dict[str, Any]:
    """What each line is answered, by its path without ids and parameters."""
    command = [sys.executable, "-m", "deploy.cli", "demo", "--data", finished.settings.data, "--port", str(free_port())]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    try:
        told, deadline = "", time.monotonic() + UP_S
        while "/v1/hospitals'" not in told:
            line = running.stdout.readline()
            assert line, told
            assert time.monotonic() < deadline, told
            told += line
        token = re.search(r"^supervisor token: (\S+)$", told, re.MULTILINE)
        assert token is not None
        return {
            re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "{id}", path.partition("?")[0]): ask(
                int(port), "GET", path, Authorization=f"Bearer {token[1]}"
            )
            for port, path in LINE.findall(told)
        }
    finally:
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=UP_S)


def test_every_line_is_answered(answers: dict[str, Any]) -> None:
    assert len(answers) >= 9
    assert {path: status for path, (status, _) in answers.items()} == dict.fromkeys(answers, 200)


def test_warnings_are_seen_from_the_worklist_to_a_bill(answers: dict[str, Any]) -> None:
    assert len(answers["/v1/warnings"][1]["warnings"]) > 20
    assert answers["/v1/warnings/{id}"][1]["warning"]["linked_case_id"] is not None
    assert answers["/v1/warnings/{id}/burden"][1]["burdens"]
    assert len(answers["/v1/hospitals"][1]["hospitals"]) > 20
