"""`registry status`."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.composition.migrations import migrate
from deploy.composition.write_side import write_side
from deploy.overview import overview, without_password
from deploy.settings import Settings
from deploy.topics.making import make_topics
from projections.register.read_model import VERSION
from tests.support.installation import new_installation, record_household, shown
from tests.support.own_kafka import let_sockets_go, own_kafka
from tests.support.program import registry
from tests.support.running_pipeline import projectors_running, relay_running
from tests.support.waiting import wait_until

ASK = """
import json, logging, time
from deploy.overview import overview
from deploy.settings import Settings
began = time.monotonic()
document = overview(Settings.read())
print(json.dumps([time.monotonic() - began, document]))
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return new_installation(tmp_path)


def status(settings: Settings) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(registry("status", "--data", settings.data, "--json").out)
    return document


def test_what_waits_is_counted_for_each_part(settings: Settings) -> None:
    with write_side(settings) as side:
        head = side.store.recorder.head().position
        document = status(settings)
        assert (document["store"]["position"], document["relay"]["lag_events"]) == (head, head)
        assert document["checkpoint"] == {"position": 0}
        with relay_running(settings) as relay:
            wait_until(lambda: relay.count("events", "relay") == head)
        relayed = status(settings)["relay"]
        assert (relayed["lag_events"], relayed["lag_seconds"], relayed["position"], relayed["head"]) == (0, 0.0, head, head)
        with relay_running(settings), projectors_running(settings), shown(settings) as register:
            household_id = record_household(side)
            wait_until(lambda: household_id in register.households())
        view = status(settings)["view register"]
        assert (view["live"], view["lag_events"]) == (f"register-v{VERSION}-0001", 0)
        record_household(side)
        with relay_running(settings) as relay:
            wait_until(lambda: relay.count("events", "relay") == 1)
        view = status(settings)["view register"]
        assert view["lag_events"] == 1
        assert 0 < view["lag_seconds"] < 60
        record_household(side)
        assert status(settings)["relay"]["lag_events"] == 1


def test_the_last_checkpoint_is_told_with_its_root_and_key(tmp_path: Path) -> None:
    settings = new_installation(tmp_path, checkpoint_every=2)
    with relay_running(settings) as relay:
        wait_until(lambda: relay.count("events", "relay") > 0)
    document = status(settings)
    last = document["checkpoint"]
    assert last["position"] == document["relay"]["sealed"] >= document["relay"]["position"] - 1
    assert (len(last["root"]), last["key"] != "") == (64, True)


def test_it_tells_the_registers_time_its_policies_persons_and_tokens(settings: Settings) -> None:
    document = status(settings)["register"]
    assert document["clock"]["now"].startswith("2020-03-04T")
    assert document["policies"] == ["46/2018.1", "46/2019.1", "46/2020.1", "46/2021.1", "469024/2019.1"]
    assert document["vault"]["persons"] == 0
    assert document["tokens"] == {"valid": 0, "expired": 0, "revoked": 0}


def test_events_that_nobody_moves_are_wrong_and_the_next_step_is_told(settings: Settings) -> None:
    called = registry("--lang", "en", "status", "--data", settings.data)
    assert called.status == 1
    assert "RegistryRelayStalled (relay)" in called.out
    assert "next: start it: registry up, or registry relay" in called.out
    assert "下一步" in registry("--lang", "zh", "status", "--data", settings.data).out


def test_the_processes_of_a_running_register_are_named_and_nothing_is_wrong(settings: Settings) -> None:
    command = [sys.executable, "-m", "deploy.pipeline_process"]
    with subprocess.Popen(command, env={**os.environ, **settings.environment()}) as pipeline:
        try:
            wait_until(lambda: status(settings)["ok"], 30)
            found = status(settings)
            assert (found["processes"]["relay"], found["processes"]["projector"]) == (pipeline.pid, pipeline.pid)
            called = registry("--lang", "en", "status", "--data", settings.data)
        finally:
            pipeline.terminate()
    assert called.status == 0
    assert "nothing is wrong" in called.out
    assert all(part in called.out for part in ("relay", "view register", "checkpoint", "2020-03-04T", "up to date"))


def test_a_part_that_cannot_be_reached_shows_its_code_and_the_rest_is_told(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "log.db").unlink()
    document = status(settings)
    assert document["relay"]["problem"] == document["log"]["problem"] == "E-LOG-UNAVAILABLE"
    assert document["store"]["position"] > 0
    assert {fault["name"] for fault in document["wrong"]} == {"E-LOG-UNAVAILABLE"}
    assert "unreachable: " in registry("--lang", "en", "status", "--data", settings.data).out


@pytest.mark.parametrize(
    ("down", "untold"),
    [
        ("log_url", {"log", "relay", "checkpoint", "members", "feed", "intake", "warner"}),
        ("store_url", {"store", "relay", "register", "hospitals"}),
        ("views_url", {"view register", "view expenses", "hospitals"}),
    ],
)
def test_whatever_is_silent_it_answers_in_three_seconds_and_tells_the_rest(
    settings: Settings, down: str, untold: set[str]
) -> None:
    # Somebody takes the call and says nothing: the worst that can happen to who asks.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"127.0.0.1:{silent.getsockname()[1]}"
        address = f"kafka://{place}" if down == "log_url" else f"postgresql://registry:secret@{place}/registry"
        command = [sys.executable, "-c", ASK]
        environment = {**os.environ, **settings.environment(), f"REGISTRY_{down.upper()}": address}
        called = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    seconds, document = json.loads(called.stdout)
    assert seconds < 3.5
    problems = {part for part, told in document.items() if isinstance(told, dict) and "problem" in told}
    assert problems == untold
    assert all(document[part]["why"] for part in problems)
    assert {fault["name"] for fault in document["wrong"]} >= {document[part]["problem"] for part in untold}
    if "hospitals" in untold:
        assert document["hospitals"]["problem"] == {"store_url": "E-STORE-UNAVAILABLE", "views_url": "E-VIEWS"}[down]
    assert "secret" not in called.stdout


@pytest.mark.kafka
@pytest.mark.postgres
def test_it_is_the_same_on_kafka_and_postgresql(tmp_path: Path, postgres_uri: str) -> None:
    with own_kafka(tmp_path / "kafka") as cluster:
        places = dict.fromkeys(("store_url", "vault_url", "views_url"), postgres_uri) | {
            "log_url": f"kafka://{cluster.bootstrap}"
        }
        settings = Settings.read({}, data=str(tmp_path / "data"), **places)
        make_topics(settings)
        migrate(settings)
        assert new_installation(tmp_path / "data", **places) == settings
        with write_side(settings) as side, relay_running(settings), projectors_running(settings), shown(settings) as register:
            household_id = record_household(side)
            wait_until(lambda: household_id in register.households(), 60)
            told: list[dict[str, Any]] = []
            wait_until(lambda: told.append(overview(settings)) or told[-1]["ok"], 30)
            # The household is shown while other partitions, which hold none, are still being read.
            wait_until(lambda: told.append(overview(settings)) or told[-1]["view register"]["lag_events"] == 0, 30)
            document = told[-1]
        here = ["127.0.0.1"]
        assert document["members"] == {"projector.register": here, "projector.expenses": here, "feed": []}
        assert document["relay"]["lag_events"] == document["view register"]["lag_events"] == 0
        assert document["log"]["topics"] > 5
    with let_sockets_go():
        document = overview(settings)
    assert {fault["name"] for fault in document["wrong"]} == {"E-LOG-UNAVAILABLE"}
    assert document["store"]["position"] > 0


def test_no_password_is_shown() -> None:
    assert without_password("postgresql://registry:secret@host/db") == "postgresql://registry:***@host/db"
