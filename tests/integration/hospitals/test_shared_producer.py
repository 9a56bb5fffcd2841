"""One producer for all threads: each in its turn, nobody for ever, and back with the log."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deploy.composition.expense_side import SharedProducer
from registry.log.embedded import EmbeddedProducer
from registry.log.embedded_topics import create_topics
from registry.log.producer import LogProducer
from schemas.log_errors import LogUnavailable, UnknownTopic
from schemas.messages import Message
from schemas.topics import topic_spec

TOPIC = "expenses.accepted"
MESSAGE = Message(TOPIC, b"key", b"value", (), 0)
TURN_S = 0.2


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.db"
    create_topics(path, [topic_spec(TOPIC)])
    return path


@pytest.fixture
def opened() -> list[int]:
    """One entry for each producer that was opened."""
    return []


@pytest.fixture
def shared(log: Path, opened: list[int]) -> Iterator[SharedProducer]:
    def open_one() -> LogProducer:
        opened.append(1)
        return EmbeddedProducer(log, now_ms=lambda: 0)

    producer = SharedProducer(open_one, TURN_S)
    yield producer
    producer.close()


def stored(log: Path) -> int:
    with closing(sqlite3.connect(log)) as connection:
        found: int = connection.execute("SELECT count(*) FROM record").fetchone()[0]
    return found


def test_nothing_is_opened_before_it_is_needed_and_then_one(shared: SharedProducer, opened: list[int], log: Path) -> None:
    assert opened == []
    threads = [threading.Thread(target=shared.append, args=([MESSAGE],)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(opened), stored(log)) == (1, 8)


def test_who_waits_for_others_is_told_soon(shared: SharedProducer, log: Path) -> None:
    shared.append([MESSAGE])
    with closing(sqlite3.connect(log, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # the first one now waits for the log, as long as that takes
        first = threading.Thread(target=shared.append, args=([MESSAGE],))
        first.start()
        while not shared.busy:
            pass
        with pytest.raises(LogUnavailable):
            shared.append([MESSAGE])
        other.execute("ROLLBACK")
    first.join()
    assert stored(log) == 2


def test_after_a_failure_another_one_is_opened(shared: SharedProducer, opened: list[int], log: Path) -> None:
    shared.append([MESSAGE])
    with closing(sqlite3.connect(log)) as other:
        other.execute("ALTER TABLE topic_partition RENAME TO elsewhere")
        with pytest.raises(LogUnavailable):
            shared.append([MESSAGE])
        other.execute("ALTER TABLE elsewhere RENAME TO topic_partition")
    shared.append([MESSAGE])
    assert (len(opened), stored(log)) == (2, 2)


def test_a_topic_that_is_not_there_is_nothing_wrong_with_the_producer(shared: SharedProducer, opened: list[int]) -> None:
    shared.append([MESSAGE])
    with pytest.raises(UnknownTopic):
        shared.append([MESSAGE._replace(topic="hospital.H00000000000.expenses")])
    shared.append([MESSAGE])
    assert len(opened) == 1
