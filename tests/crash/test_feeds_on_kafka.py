"""Several real feed processes on a real Kafka: they join, leave, are killed and sleep, and agencies read everything once.

Events keep coming all the while. In the end the public topics hold, under read_committed, just what one undisturbed fold makes.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count, islice, takewhile
from pathlib import Path
from threading import Event, Thread

import pytest

from consumers.feed.feed import SOURCE_TOPIC, producer_name
from deploy.composition.log_side import open_consumer, open_producer, read_marks
from deploy.composition.write_side import register_clock
from deploy.settings import Settings
from registry.relay.relay import messages_of
from schemas.messages import Record
from tests.support.installation import new_installation
from tests.support.long_log import rows
from tests.support.own_kafka import let_sockets_go, own_kafka
from tests.support.program import registry
from tests.support.public_topics import CHANGES, REGISTER, as_placed, check_sequence, read
from tests.support.turned import to_be_published
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(600)]
SESSION_S = 6
PAGE, PAGE_EVERY_S = 60, 0.3
SETTLE_S = 120.0
_WAIT_S = 2.0


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """An installation on a Kafka of its own, with the topics of the catalogue."""
    with own_kafka(tmp_path / "kafka") as cluster:
        options = {"log_url": f"kafka://{cluster.bootstrap}", "kafka_session_s": SESSION_S, "source": "/registry/test"}
        made = new_installation(tmp_path / "data", **options)
        for name, value in made.environment().items():
            monkeypatch.setenv(name, value)
        with let_sockets_go():
            assert registry("topics", "apply", "--data", made.data, "--yes").status == 0
        yield made


class Lives(Thread):
    """Appends the events of many lives, page by page, as the relay would."""

    def __init__(self, settings: Settings, households: int) -> None:
        super().__init__(daemon=True)
        self.enough = Event()
        self._settings = settings
        self._source = rows(households)

    def run(self) -> None:
        producer = open_producer(self._settings, None, register_clock(self._settings))
        try:
            while page := list(islice(self._source, PAGE)):
                producer.append(list(messages_of(page, self._settings.source)))
                if not self.enough.is_set():
                    time.sleep(PAGE_EVERY_S)
        finally:
            producer.close()


class RunningFeed:
    """`registry feed` as a process, which remembers where it is told."""

    started: list["RunningFeed"]

    def __init__(self, settings: Settings, views: Path) -> None:
        command = [sys.executable, "-m", "deploy.cli", "feed", "--data", settings.data]
        environment = {**os.environ, "LANG": "C.UTF-8", "REGISTRY_VIEWS_URL": f"sqlite:///{views}"}
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)

    def end(self, number: int) -> str:
        """Let a signal end it; what it said."""
        self.process.send_signal(number)
        _, err = self.process.communicate(timeout=60)
        return err


@pytest.fixture
def feeds(settings: Settings, tmp_path: Path) -> Iterator[type[RunningFeed]]:
    """Starts feeds; each remembers for itself, as on a machine of its own, unless told where. None outlives the test."""
    numbers = count()

    class Started(RunningFeed):
        started: list[RunningFeed] = []  # noqa: RUF012

        def __init__(self) -> None:
            super().__init__(settings, tmp_path / f"views-{next(numbers)}")
            self.started.append(self)

    yield Started
    for running in Started.started:
        if running.process.poll() is None:
            running.end(signal.SIGKILL)


def reached(settings: Settings) -> dict[int, int]:
    """How far each partition was published."""
    names = {producer_name(partition): partition for partition in range(12)}
    return {names[name]: int(mark.value["next_offset"]) for name, mark in read_marks(settings, list(names)).items()}


def moves_on(settings: Settings, *running: RunningFeed) -> None:
    """Wait until something more was published; these go on meanwhile."""
    before = sum(reached(settings).values())

    def more() -> bool:
        ended = [each.process.communicate()[1] for each in running if each.process.poll() is not None]
        assert not ended, ended
        return sum(reached(settings).values()) > before

    wait_until(more, SETTLE_S, "something more is published")


def events(settings: Settings) -> list[Record]:
    consumer = open_consumer(settings, "test", [SOURCE_TOPIC])
    try:
        return [record for batch in takewhile(bool, (consumer.poll(10_000, _WAIT_S) for _ in count())) for record in batch]
    finally:
        consumer.close()


def test_they_share_the_partitions_whoever_comes_goes_dies_or_sleeps(settings: Settings, feeds: type[RunningFeed]) -> None:
    lives = Lives(settings, households=100)
    lives.start()
    one, two = feeds(), feeds()  # type: ignore[call-arg]
    moves_on(settings, one, two)
    one.end(signal.SIGKILL)
    moves_on(settings, two)
    three = feeds()  # type: ignore[call-arg]
    moves_on(settings, two, three)
    two.process.send_signal(signal.SIGSTOP)
    time.sleep(SESSION_S + 2)
    moves_on(settings, three)
    two.process.send_signal(signal.SIGCONT)
    moves_on(settings, two, three)
    three.end(signal.SIGTERM)
    assert three.process.returncode == 0
    four = feeds()  # type: ignore[call-arg]
    moves_on(settings, two, four)
    lives.enough.set()
    lives.join(SETTLE_S)
    all_events = events(settings)
    ends = {record.partition: record.offset + 1 for record in all_events}
    wait_until(lambda: reached(settings) == ends, SETTLE_S, "everything is published")
    for each in (two, four):
        each.end(signal.SIGTERM)
        assert each.process.returncode == 0, "who slept goes on with what it has"
    told = read(open_consumer(settings, "agency", [CHANGES, REGISTER]), _WAIT_S)
    check_sequence(told.changes)
    assert len(told.changes) > 100
    assert as_placed(told.records) == to_be_published(all_events)
