"""`registry status`."""

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.composition.write_side import write_side
from deploy.overview import without_password
from deploy.settings import Settings
from tests.support.installation import new_installation, record_household, shown
from tests.support.program import registry
from tests.support.running_pipeline import projectors_running, relay_running
from tests.support.waiting import wait_until


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return new_installation(tmp_path)


def status(settings: Settings) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(registry("status", "--data", settings.data, "--json").out)
    return document


def test_what_waits_is_counted_for_each_part(settings: Settings) -> None:
    with write_side(settings) as side:
        head = side.store.recorder.head().position
        assert (status(settings)["store"]["position"], status(settings)["relay"]["lag_events"]) == (head, head)
        with relay_running(settings) as relay:
            wait_until(lambda: relay.count("events", "relay") == head)
        assert status(settings)["relay"] == {"lag_events": 0, "lag_seconds": 0.0}
        with relay_running(settings), projectors_running(settings), shown(settings) as register:
            household_id = record_household(side)
            wait_until(lambda: household_id in register.households())
        view = status(settings)["views"]["register"]
        assert (view["live"], view["lag_events"]) == ("register-v2-0001", 0)
        record_household(side)
        with relay_running(settings) as relay:
            wait_until(lambda: relay.count("events", "relay") == 1)
        view = status(settings)["views"]["register"]
        assert view["lag_events"] == 1
        assert 0 < view["lag_seconds"] < 60
        record_household(side)
        assert status(settings)["relay"]["lag_events"] == 1


def test_it_tells_the_registers_time_its_policies_persons_and_tokens(settings: Settings) -> None:
    document = status(settings)
    assert document["clock"]["now"].startswith("2020-03-04T")
    assert document["policies"] == ["46/2018.1", "46/2019.1", "46/2020.1", "46/2021.1", "469024/2019.1"]
    assert document["vault"]["persons"] == 0
    assert document["tokens"] == {"valid": 0, "expired": 0, "revoked": 0}


def test_the_table_has_a_line_for_each_value_of_the_document(settings: Settings) -> None:
    called = registry("status", "--data", settings.data)
    assert called.status == 0
    flat = [
        (part, name)
        for part, told in status(settings).items()
        for name in (told if isinstance(told, dict) and part != "views" else [part])
    ]
    assert len(called.lines) >= 1 + len(flat)
    assert "2020-03-04T" in called.out


def test_a_part_that_cannot_be_reached_shows_its_code_and_the_rest_is_told(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "log.db").unlink()
    document = status(settings)
    assert document["relay"] == {"problem": "E-LOG-UNAVAILABLE"}
    assert document["store"]["position"] > 0


def test_no_password_is_shown() -> None:
    assert without_password("postgresql://registry:secret@host/db") == "postgresql://registry:***@host/db"
