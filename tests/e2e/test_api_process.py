"""The API process as it is run: two processes that live and die together, on a port that is theirs alone."""

import os
import signal
import socket
import threading
import time
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.child import BROKEN, REFUSED
from deploy.settings import Settings
from deploy.supervisor import check_port
from registry.api.circumstances import BODY_BYTES_MAX
from tests.support.installation import CLERK, ON, VILLAGE, new_installation
from tests.support.ports import free_port
from tests.support.registry_up import is_running
from tests.support.served_api import make_tokens, served, started
from tests.support.waiting import wait_until

ENTRY = {"effective_on": ON.isoformat(), "division": VILLAGE, "size": 3, "labour_count": 1}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return new_installation(tmp_path / "data", port=free_port(), synthetic_ids=True, log_level="info")


def test_killed_outright_the_server_takes_its_worker_with_it_and_the_port_is_free(settings: Settings) -> None:
    with served(settings) as server:
        worker = server.worker()
        os.kill(server.process.pid, signal.SIGKILL)
        server.ended()
        wait_until(lambda: not is_running(worker), 5, "the worker has ended")
        check_port(settings.host, settings.port)
    with served(settings) as another:
        assert another.worker() != worker


def test_a_worker_that_is_killed_takes_the_server_with_it_which_says_that_it_broke(settings: Settings) -> None:
    with served(settings) as server:
        os.kill(server.worker(), signal.SIGKILL)
        assert server.ended() == BROKEN
        assert server.lines()[-1]["statuses"] == [-signal.SIGKILL]
    check_port(settings.host, settings.port)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_end_it_ends_cleanly(settings: Settings, number: signal.Signals) -> None:
    with served(settings) as server:
        worker = server.worker()
        server.process.send_signal(number)
        assert server.ended() == 0
        assert not is_running(worker)
        check_port(settings.host, settings.port)
    assert not [line for line in server.lines() if line["level"] in ("warning", "error")]


def test_what_it_has_begun_it_answers_before_it_ends(settings: Settings) -> None:
    (token,) = make_tokens(settings, CLERK)
    answers = []
    with served(settings) as server:
        # Nothing projects here, so this waits for as long as a client may ask for.
        path = f"/v1/households/{uuid4()}?min_version=1&max_wait_s=2"
        waiting = threading.Thread(target=lambda: answers.append(server.ask("GET", path, token).status))
        waiting.start()
        time.sleep(0.7)  # it waits for two seconds, so it has begun by now and has not ended
        server.process.send_signal(signal.SIGTERM)
        assert server.ended() == 0
        waiting.join(10)
    assert answers == [503]


def test_without_a_register_it_refuses_in_one_line_and_is_not_to_be_started_again(tmp_path: Path) -> None:
    with started(Settings(data=str(tmp_path / "nothing"), port=free_port())) as server:
        assert server.ended() == REFUSED
    (line,) = server.log.read_text().splitlines()
    assert line.startswith("E-STORE-MISSING: ")


def test_a_key_that_is_not_this_vaults_stops_it_before_it_serves(settings: Settings) -> None:
    key = settings.path("lookup.key")
    key.chmod(0o644)
    with started(settings) as server:
        assert server.ended() == REFUSED
    (line,) = server.log.read_text().splitlines()
    assert line.startswith("E-VAULT-KEY: ")


def test_a_taken_port_is_told_in_one_line(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind((settings.host, settings.port))
        taken.listen()
        with started(settings) as server:
            assert server.ended() == REFUSED
    (line,) = server.log.read_text().splitlines()
    assert line.startswith(f"E-CANNOT-START: port {settings.port}")


def test_a_body_that_is_too_long_is_refused_whether_its_length_is_told_or_not(settings: Settings) -> None:
    (token,) = make_tokens(settings, CLERK)
    path = f"/v1/households/{uuid4()}/record-ledger-household"
    long = b" " * (BODY_BYTES_MAX + 1)
    with served(settings) as server:
        for body in (long, iter([long[:70_000]] * 15)):
            answer = server.client.request(
                "POST",
                f"http://127.0.0.1:{settings.port}{path}",
                body=body,
                headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
                retries=False,
            )
            assert (answer.status, answer.json()["code"]) == (413, "E-BODY-TOO-LONG")
        assert server.ask("POST", path, token, ENTRY).status == 201
