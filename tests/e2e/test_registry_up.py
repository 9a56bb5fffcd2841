"""`registry up`: one command that serves a register, ends cleanly, and goes on where it stopped."""

import signal
import socket
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.composition.log_side import open_producer
from deploy.composition.write_side import register_clock
from deploy.settings import Settings
from registry.log.producer import Mark
from registry.relay.relay import RELAY
from tests.support.installation import ON, VILLAGE, new_installation
from tests.support.ports import free_port
from tests.support.program import registry
from tests.support.registry_up import (
    PIPELINE,
    READY_S,
    SERVER,
    RunningRegistry,
    ask,
    bearer,
    children_of,
    is_running,
    kill,
    registry_up,
)
from tests.support.waiting import wait_until


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return new_installation(tmp_path / "data", port=free_port())


def a_token(settings: Settings) -> dict[str, str]:
    made = registry(
        *("token", "create", "--data", settings.data, "--role", "TOWNSHIP_OFFICER", "--division", "469030100000"),
        *("--user", "clerk-1", "--organisation", "office-1"),
    )
    return bearer(made.out.strip())


def record(settings: Settings, token: dict[str, str], household_id: str, size: int = 3) -> int:
    body = {"effective_on": ON.isoformat(), "division": VILLAGE, "size": size, "labour_count": 1}
    status, _ = ask(settings.port, "POST", f"/v1/households/{household_id}/record-ledger-household", body, **token)
    return status


def size_of(settings: Settings, token: dict[str, str], household_id: str) -> int | None:
    status, answer = ask(settings.port, "GET", f"/v1/households/{household_id}", **token)
    return answer["size"] if status == 200 else None


def test_an_empty_folder_becomes_a_register_that_serves_until_ctrl_c(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path / "new"), port=free_port())
    with registry_up(settings) as running:
        told = running.lines_until("curl ")
        answer = ask(settings.port, "GET", "/v1/households", **a_token(settings))
        assert answer[0] == 200, answer
        status, out, err = running.stop(signal.SIGINT)
    assert (status, err) == (0, [])
    assert told[0].startswith(f"data: {tmp_path}/new")
    assert told[1].startswith(f"ready: http://127.0.0.1:{settings.port}/docs")
    assert "registry token create" in told[2]
    assert out[-1] == "stopped"
    for name in ("registry.db", "vault.db", "log.db", "views", "master.key", "lookup.key"):
        assert (tmp_path / "new" / name).exists()


def test_a_second_start_goes_on_where_the_first_one_stopped(settings: Settings) -> None:
    token = a_token(settings)
    households = [str(uuid4()) for _ in range(2)]
    for number, household_id in enumerate(households, 1):
        with registry_up(settings) as running:
            running.wait_until_ready()
            assert record(settings, token, household_id, size=number) == 201
            for known, size in zip(households[:number], range(1, 4), strict=False):
                wait_until(lambda h=known, n=size: size_of(settings, token, h) == n, READY_S)  # type: ignore[misc]
            assert running.stop(signal.SIGTERM)[0] == 0


def test_a_taken_port_is_told_with_the_option_that_helps(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        called = registry("up", "--data", settings.data, "--port", port)
    assert (called.status, called.codes) == (1, ["E-CANNOT-START"])
    assert f"port {port} on 127.0.0.1" in called.err
    assert "--port" in called.err


def test_a_second_one_on_the_same_data_is_refused_and_the_first_goes_on(settings: Settings) -> None:
    with registry_up(settings) as running:
        running.wait_until_ready()
        called = registry("up", "--data", settings.data, "--port", free_port())
        assert (called.status, called.codes) == (1, ["E-CANNOT-START"])
        assert "--data" in called.err
        assert running.answers()


def test_a_killed_supervisor_takes_everybody_with_it(settings: Settings) -> None:
    with registry_up(settings) as running:
        running.wait_until_ready()
        family = running.everybody()
        assert len(family) >= 4
        running.kill()
        wait_until(lambda: not any(map(is_running, family)))
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", settings.port))


def pipeline_of(running: RunningRegistry) -> int | None:
    return running.child(PIPELINE)


def server_of(running: RunningRegistry) -> int | None:
    return running.child(SERVER)


def worker_of(running: RunningRegistry) -> int | None:
    """The process in which the server serves."""
    server = server_of(running)
    return next(iter(children_of(server)), None) if server is not None else None


def test_whichever_process_is_killed_it_is_there_again(settings: Settings) -> None:
    token = a_token(settings)
    with registry_up(settings) as running:
        running.wait_until_ready()
        for victim in (pipeline_of, server_of, worker_of):
            assert kill(victim(running))
            running.wait_until_ready()
            household_id = str(uuid4())
            wait_until(lambda h=household_id: record(settings, token, h) in (200, 201), READY_S)  # type: ignore[misc]
            wait_until(lambda h=household_id: size_of(settings, token, h) == 3, READY_S)  # type: ignore[misc]
        assert running.stop()[0] == 0


def test_when_a_part_refuses_to_go_on_everything_stops_and_says_why(settings: Settings) -> None:
    producer = open_producer(settings, RELAY, register_clock(settings))
    producer.append([], Mark(RELAY, {"position": 4711, "record_hash": "00"}))
    producer.close()
    with registry_up(settings) as running:
        out, err = running.process.communicate(timeout=60)
    assert running.process.returncode == 1
    assert [line.split(":")[0] for line in err.splitlines()] == ["E-STORE-BEHIND-LOG", "E-CANNOT-START"]
    assert "the pipeline process refuses to go on" in err
    assert "stopped" not in out
