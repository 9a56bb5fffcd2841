"""Three real nodes: one dies, the log is written and read on; it comes back, another dies, and nothing is missing."""

import os
import signal
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from deploy.broker.cluster_control import start_cluster, status_of, stop_cluster
from deploy.broker.layout import CONTROLLER_OFFSET, Cluster
from deploy.composition.log_side import open_consumer, open_producer
from deploy.composition.write_side import register_clock
from deploy.settings import Settings
from registry.log.producer import LogProducer, Mark
from registry.relay.mark import RELAY
from registry.relay.relay import messages_of
from schemas.log_errors import LogUnavailable
from schemas.messages import Message
from tests.support.installation import new_installation
from tests.support.long_log import rows
from tests.support.own_kafka import let_sockets_go
from tests.support.ports import free_broker_port
from tests.support.program import registry
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(400)]
NODES = 3
PAGE = 150
SETTLE_S = 90.0
EVENTS = "household.events"


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    monkeypatch.setenv("KAFKA_HEAP_OPTS", "-Xmx320m -Xms64m")
    with let_sockets_go():
        made = start_cluster(tmp_path / "kafka", NODES, port_for_three(), print)
    try:
        yield made
    finally:
        for number in range(NODES):
            kill(made, number)  # the last one would wait for a quorum
        stop_cluster(made.folder)


def port_for_three() -> int:
    """The first of three ports in a row; `start_cluster` says so where one of them is taken after all."""
    assert CONTROLLER_OFFSET > NODES
    return free_broker_port()


@pytest.fixture
def settings(tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Settings:
    made = new_installation(tmp_path / "data", log_url=f"kafka://{cluster.bootstrap}", source="/registry/test")
    for name, value in made.environment().items():
        monkeypatch.setenv(name, value)
    with let_sockets_go():
        assert registry("topics", "apply", "--data", made.data, "--yes").status == 0
    return made


class Appending:
    """Appends pages as the relay does: from its mark, and by a new producer after each failure."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.pages = [list(messages_of(page, settings.source)) for page in _pages(list(rows(60)))]
        self.failures = 0

    def up_to(self, page: int) -> None:
        """Append until so many pages are stored."""
        while True:
            producer = self._opened()
            try:
                mark = producer.mark(RELAY)
                for number in range(0 if mark is None else int(mark.value["page"]), page):
                    producer.append(self.pages[number], Mark(RELAY, {"page": number + 1}))
                return
            except LogUnavailable:
                self.failures += 1
                assert self.failures < 10
            finally:
                producer.close()

    def _opened(self) -> LogProducer:
        found: list[LogProducer] = []

        def opened() -> bool:
            try:
                found.append(open_producer(self.settings, RELAY, register_clock(self.settings)))
            except LogUnavailable:
                self.failures += 1
            return bool(found)

        wait_until(opened, SETTLE_S, "a producer is there")
        return found[0]


def _pages(all_rows: list[tuple[int, bytes, str, bytes, int]]) -> Iterator[list[tuple[int, bytes, str, bytes, int]]]:
    source = iter(all_rows)
    while page := list(islice(source, PAGE)):
        yield page


def kill(cluster: Cluster, number: int) -> None:
    if (pid := status_of(cluster.folder)[number].pid) is not None:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: status_of(cluster.folder)[number].pid is None, SETTLE_S)


def placed(messages: list[Message]) -> list[tuple[bytes | None, bytes | None]]:
    return [(message.key, message.value) for message in messages if message.topic == EVENTS]


def everything(settings: Settings, expected: int) -> list[tuple[bytes | None, bytes | None]]:
    consumer = open_consumer(settings, "test", [EVENTS])
    found: list[tuple[bytes | None, bytes | None]] = []
    try:

        def enough() -> bool:
            try:
                found.extend((record.key, record.value) for record in consumer.poll(10_000, 2.0))
            except LogUnavailable:
                return False  # the poll may be repeated
            return len(found) >= expected

        wait_until(enough, SETTLE_S, "everything is read")
        found.extend((record.key, record.value) for record in consumer.poll(10_000, 2.0))
    finally:
        consumer.close()
    return found


def test_the_log_outlives_each_single_node(cluster: Cluster, settings: Settings) -> None:
    appending = Appending(settings)
    third = len(appending.pages) // 3
    assert third >= 3
    with let_sockets_go():
        appending.up_to(third)
        kill(cluster, 1)
        appending.up_to(2 * third)
        stored = placed([message for page in appending.pages[: 2 * third] for message in page])
        assert sorted(everything(settings, len(stored))) == sorted(stored)
        start_cluster(cluster.folder, None, None, print)
        wait_until(lambda: all(node.serving for node in status_of(cluster.folder)), SETTLE_S, "all three serve")
        kill(cluster, 0)
        appending.up_to(len(appending.pages))
        stored = placed([message for page in appending.pages for message in page])
        assert sorted(everything(settings, len(stored))) == sorted(stored)
