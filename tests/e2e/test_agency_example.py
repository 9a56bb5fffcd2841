"""The agency's program of `docs/public-topics.md` as it stands there, on a real Kafka and the served API."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.composition.log_side import open_consumer
from deploy.composition.write_side import register_clock, write_side
from deploy.lag import feed_lag
from deploy.pipeline.feeding import opened_feed
from deploy.pipeline.relaying import opened_relay
from deploy.settings import Settings
from deploy.topics.making import make_topics
from tests.support.installation import new_installation
from tests.support.own_kafka import own_kafka, skip_without_kafka
from tests.support.ports import free_port
from tests.support.public_topics import CHANGES, REGISTER, Published, read
from tests.support.relayed import write_lives
from tests.support.served_api import served

pytestmark = pytest.mark.kafka
PROGRAM = Path(__file__).parents[2] / "docs/examples/follow_changes.py"
_WAIT_S = 2.0


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    skip_without_kafka()
    with own_kafka(tmp_path / "kafka") as cluster:
        made = new_installation(tmp_path / "data", log_url=f"kafka://{cluster.bootstrap}", port=free_port())
        make_topics(made)
        yield made


def live_through(settings: Settings, numbers: range) -> Published:
    """Let neighbourhoods live, relay and feed; what an agency may read then."""
    clock = register_clock(settings)
    with write_side(settings) as side:
        write_lives(side.store, numbers)
    with opened_relay(settings, clock) as relay:
        while relay():
            pass
    with opened_feed(settings, clock, range(12)) as feed:
        while (lag := feed_lag(settings, clock)) is None or lag.events:
            feed()
    return read(open_consumer(settings, "agency", [CHANGES, REGISTER]), _WAIT_S)


def follow(settings: Settings, file: Path) -> list[str]:
    """Run the program up to the end of the topic; its lines."""
    broker, url = settings.log.removeprefix("kafka://"), f"http://127.0.0.1:{settings.port}"
    command = [sys.executable, str(PROGRAM), broker, url, str(file), "--once"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_an_agencys_own_table_agrees_with_the_public_register_whenever_it_was_stopped(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "agency.db"
    first = live_through(settings, range(6))
    with served(settings):
        assert len(follow(settings, file)) == len(first.changes) > 5
        assert follow(settings, file) == []
        second = live_through(settings, range(6, 12))
        assert len(follow(settings, file)) == len(second.changes) - len(first.changes) > 5
    table = sqlite3.connect(file)
    rows = table.execute("SELECT id, change_no, status, overlay, division FROM household").fetchall()
    present = {row[0]: row[1:] for row in rows if row[2] != "NOT_REGISTERED" or row[3] == "ACTIVE"}
    table.close()
    names = ("change_no", "status", "overlay", "division")
    assert present == {str(household): tuple(state[n] for n in names) for household, state in second.register.items()}
