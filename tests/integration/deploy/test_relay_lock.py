"""One relay on a store in PostgreSQL, wherever it runs; its lock dies with it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from deploy.cannot_start import CannotStart
from deploy.clocks import SystemClock
from deploy.composition.write_side import write_side
from deploy.pipeline.relay_lock import only_relay
from deploy.pipeline.relaying import opened_relay
from deploy.settings import Settings
from registry.store.errors import ConnectionLost
from tests.support.installation import new_installation, record_household
from tests.support.program import registry
from tests.support.waiting import wait_until

pytestmark = pytest.mark.postgres


@pytest.fixture
def settings(tmp_path: Path, postgres_uri: str) -> Settings:
    return new_installation(tmp_path / "data", store_url=postgres_uri)


def holders(url: str) -> list[int]:
    """The server's processes whose sessions hold an advisory lock for as long as they live."""
    with psycopg.connect(url, autocommit=True) as connection:
        asked = (
            "SELECT l.pid FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database "
            "WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()"
        )
        return [pid for (pid,) in connection.execute(asked)]


def test_a_second_relay_says_so_in_one_line_and_ends(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.pipeline.relay_lock.PREDECESSOR_S", 0.2)
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    with only_relay(settings.store):
        second = registry("--lang", "en", "relay", "--data", tmp_path / "elsewhere")
    assert (second.status, second.codes[-1]) == (1, "E-CANNOT-START")
    assert second.err.count("another relay works on the event store") == 1


def is_taken(store: str) -> bool:
    """Whether another relay works on the store."""
    try:
        with only_relay(store):
            return False
    except CannotStart:
        return True


def test_the_lock_of_a_relay_that_is_killed_is_free_at_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {**os.environ, **settings.environment()}
    relay = subprocess.Popen([sys.executable, "-m", "deploy.cli", "relay"], env=environment, stdout=subprocess.DEVNULL)
    try:
        monkeypatch.setattr("deploy.pipeline.relay_lock.PREDECESSOR_S", 0.2)
        wait_until(lambda: is_taken(settings.store), 30, "the relay holds its lock")
        monkeypatch.undo()
    finally:
        relay.send_signal(signal.SIGKILL)
        relay.wait()
    begun = time.monotonic()
    with only_relay(settings.store) as require_alone:
        require_alone()
    assert time.monotonic() - begun < 5


def test_a_relay_whose_session_is_ended_moves_nothing_before_it_has_the_lock_again(settings: Settings, postgres_uri: str) -> None:
    clock = SystemClock()
    with opened_relay(settings, clock) as step:
        while step():
            pass
        with write_side(settings) as side:
            record_household(side)
        (pid,) = holders(postgres_uri)
        with psycopg.connect(postgres_uri, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
        wait_until(lambda: not holders(postgres_uri), 10, "the session is ended")
        with pytest.raises(ConnectionLost):
            step()
    with opened_relay(settings, clock) as step:
        assert step() == 1


def test_the_relay_of_a_file_needs_no_lock_of_a_database(tmp_path: Path) -> None:
    with only_relay(f"sqlite:///{tmp_path / 'registry.db'}") as require_alone:
        require_alone()
    assert not list(tmp_path.iterdir())
