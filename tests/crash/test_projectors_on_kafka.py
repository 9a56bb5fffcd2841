"""Several real projector processes on a real Kafka and PostgreSQL: they join, leave, are killed and sleep, and nothing is lost.

Records keep coming all the while. In the end the read model holds the very rows of one undisturbed fold of the log.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import func, select

from consumers.rebuild.folding import fold_to, offsets_of
from consumers.rebuild.rebuild import Rebuild
from deploy.composition.log_side import open_consumer, open_producer
from deploy.composition.read_side import opened_views
from deploy.composition.write_side import register_clock
from deploy.settings import Settings
from projections.checkpoints import read_checkpoints
from projections.register.read_model import REGISTER
from projections.register.tables import TIMELINE
from registry.relay.relay import messages_of
from tests.support.agreement import shown_rows
from tests.support.installation import new_installation
from tests.support.long_log import rows
from tests.support.own_kafka import own_kafka
from tests.support.pipeline import Rows, digested_rows, views
from tests.support.program import registry
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(600)]
SESSION_S = 6
PAGE = 150
PAGE_EVERY_S = 0.3
SETTLE_S = 90.0


@pytest.fixture
def settings(tmp_path: Path, postgres_uri: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """An installation on a Kafka of its own, with the topics of the catalogue."""
    with own_kafka(tmp_path / "kafka") as cluster:
        options = {"log_url": f"kafka://{cluster.bootstrap}", "views_url": postgres_uri, "kafka_session_s": SESSION_S}
        made = new_installation(tmp_path / "data", **options)
        for name, value in made.environment().items():
            monkeypatch.setenv(name, value)
        assert registry("topics", "apply", "--data", made.data, "--yes").status == 0
        yield made


class Feed(Thread):
    """Appends the events of many lives, page by page, as the relay would."""

    def __init__(self, settings: Settings, households: int) -> None:
        super().__init__(daemon=True)
        self.household_events = 0
        self.enough = Event()
        self._settings = settings
        self._source = rows(households)

    def run(self) -> None:
        producer = open_producer(self._settings, None, register_clock(self._settings))
        try:
            while page := list(islice(self._source, PAGE)):
                producer.append(list(messages_of(page, "/registry/test")))
                self.household_events += sum(row[2].startswith("household.") for row in page)
                if not self.enough.is_set():
                    time.sleep(PAGE_EVERY_S)
        finally:
            producer.close()


class RunningProjector:
    """`registry project` as a process."""

    def __init__(self, settings: Settings) -> None:
        command = [sys.executable, "-m", "deploy.cli", "project", "--data", settings.data]
        self.process = subprocess.Popen(command, env={**os.environ, "LANG": "C.UTF-8"}, stderr=subprocess.PIPE, text=True)

    def send(self, number: int) -> None:
        self.process.send_signal(number)

    def end(self, number: int) -> str:
        """Let a signal end it; what it said."""
        self.send(number)
        _, err = self.process.communicate(timeout=60)
        return err


@pytest.fixture
def project(settings: Settings) -> Iterator[type[RunningProjector]]:
    """Starts projectors; none outlives the test."""
    started: list[RunningProjector] = []

    class Started(RunningProjector):
        def __init__(self) -> None:
            super().__init__(settings)
            started.append(self)

    yield Started  # type: ignore[misc]
    for running in started:
        if running.process.poll() is None:
            running.end(signal.SIGKILL)


def folded(settings: Settings) -> int:
    """How many events of households the live read model has."""
    with opened_views(settings) as views:
        engine = views.live(REGISTER)
        if engine is None:
            return 0
        with engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(TIMELINE)).scalar_one()


def moves_on(settings: Settings, *running: RunningProjector) -> None:
    """Wait until something more was folded; these go on meanwhile."""
    before = folded(settings)

    def more() -> bool:
        ended = [each.process.communicate()[1] for each in running if each.process.poll() is not None]
        assert not ended, ended
        return folded(settings) > before

    wait_until(more, SETTLE_S, "something more is folded")


def rows_of_one_fold(settings: Settings, folder: Path) -> Rows:
    """Every row that the same log makes, folded by one alone up to where the live read model stands."""
    with opened_views(settings) as builds, builds.open_live(REGISTER).connect() as connection:
        target = offsets_of(read_checkpoints(connection, REGISTER.checkpoint))
    engine = views(folder / "fresh.db")
    consumer = open_consumer(settings, "fresh", REGISTER.topics)
    fold_to(consumer, REGISTER.project(engine), target, lambda count: None, exact=True)
    consumer.close()
    rows_made = digested_rows(engine)
    engine.dispose()
    return rows_made


def test_they_share_the_partitions_whoever_comes_goes_dies_or_sleeps(
    settings: Settings, project: type[RunningProjector], tmp_path: Path
) -> None:
    chance = random.Random(3)
    feed = Feed(settings, households=400)
    feed.start()
    one, two = project(), project()
    moves_on(settings, one, two)
    three = project()
    time.sleep(chance.uniform(1.0, 2.0))
    moves_on(settings, one, two, three)
    one.end(signal.SIGKILL)
    moves_on(settings, two, three)
    two.send(signal.SIGSTOP)
    time.sleep(SESSION_S + chance.uniform(1.0, 3.0))
    moves_on(settings, three)
    two.send(signal.SIGCONT)
    moves_on(settings, two, three)
    four = project()
    said = [line for line in three.end(signal.SIGTERM).splitlines() if "partitions went to another projector" not in line]
    assert (said, three.process.returncode) == ([], 0)
    moves_on(settings, two, four)
    feed.enough.set()
    feed.join(SETTLE_S)
    wait_until(lambda: folded(settings) == feed.household_events, SETTLE_S, "everything is folded")
    assert (two.process.poll(), four.process.poll()) == (None, None), "who slept goes on with what it has"
    assert shown_rows(settings) == rows_of_one_fold(settings, tmp_path)
    rebuilt = registry("rebuild", "register", "--data", settings.data)
    assert (rebuilt.status, "equal to the live build" in rebuilt.out) == (0, True), rebuilt.err
    for each in (two, four):
        each.end(signal.SIGTERM)
        assert each.process.returncode == 0
    rows_shown = shown_rows(settings)
    with opened_views(settings) as builds:
        next_version = replace(REGISTER, version=REGISTER.version + 1)
        outcome = Rebuild(builds, next_version, partial(open_consumer, settings, "rebuild")).renew()
        assert outcome is not None
        assert outcome.events > feed.household_events
        assert digested_rows(builds.open_live(next_version)) == rows_shown
