"""A feed that is killed in the middle, again and again, while events keep coming: no gap, no repeat, no byte otherwise."""

import multiprocessing
import threading
import time
from itertools import islice
from pathlib import Path
from random import Random

from consumers.feed.feed import SOURCE_TOPIC
from consumers.log.embedded import EmbeddedConsumer
from registry.log.embedded import EmbeddedProducer
from registry.relay.relay import messages_of
from schemas.messages import Record
from tests.support.feed_process import feed_until_killed
from tests.support.logged import SOURCE
from tests.support.logs_of_lives import new_log
from tests.support.long_log import rows
from tests.support.public_topics import as_placed, check_sequence, empty_memory, new_feed, published
from tests.support.turned import to_be_published

SPAWN = multiprocessing.get_context("spawn")
KILLS = 8
PATIENCE_S = 60
PAGE = 40


def test_killed_feeds_publish_everything_once(tmp_path: Path) -> None:
    log, memory = new_log(tmp_path / "log.db"), tmp_path / "memory.db"
    enough = threading.Event()
    writer = threading.Thread(target=write_until, args=(log, enough))
    writer.start()
    chance = Random(11)
    for number in range(KILLS):
        if number == KILLS // 2:
            for file in tmp_path.glob("memory.db*"):
                file.unlink()
        feed_and_kill(log, memory, chance)
    enough.set()
    writer.join(PATIENCE_S)
    before = len(published(log).changes)
    engine = empty_memory(memory)
    last = new_feed(log, engine)
    last.drain()
    last.close()
    engine.dispose()
    told = published(log)
    assert 0 < before <= len(told.changes)
    check_sequence(told.changes)
    assert as_placed(told.records) == to_be_published(events_of(log))


def write_until(log: Path, enough: threading.Event) -> None:
    """Append events as a relay would, and all that are left once it is enough."""
    producer, source = EmbeddedProducer(log, now_ms=lambda: 0), rows(60)
    while not enough.is_set() and (page := list(islice(source, PAGE))):
        producer.append(list(messages_of(page, SOURCE)))
        time.sleep(0.05)
    producer.append(list(messages_of(list(source), SOURCE)))
    producer.close()


def feed_and_kill(log: Path, memory: Path, chance: Random) -> None:
    """Let a feed publish for some batches, and kill it during the next."""
    here, there = SPAWN.Pipe()
    process = SPAWN.Process(target=feed_until_killed, args=(log, memory, chance.choice((7, 60)), there))
    process.start()
    for _ in range(chance.randint(2, 12)):
        assert here.poll(PATIENCE_S)
        here.recv()
    time.sleep(chance.uniform(0, 0.02))
    process.kill()
    process.join(PATIENCE_S)
    assert process.exitcode == -9


def events_of(log: Path) -> list[Record]:
    consumer = EmbeddedConsumer(log, group="test", topics=[SOURCE_TOPIC])
    found: list[Record] = []
    while batch := consumer.poll(10_000, 0):
        found += batch
    consumer.close()
    return found
