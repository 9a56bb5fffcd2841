"""The embedded log keeps the contract; and what it promises beyond it."""

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from consumers.log.embedded import EmbeddedConsumer
from registry.log.embedded import EmbeddedProducer
from registry.log.embedded_topics import apply_retention, create_topics
from registry.log.producer import Mark
from schemas.log_errors import LogDamaged, LogUnavailable, OffsetOutOfRange, PartitionsChanged
from schemas.messages import Message
from schemas.topics import live_topics
from tests.contract.log.log_contract import LogContract
from tests.contract.log.log_harness import (
    LOG_TIME_MS,
    PARTITIONS,
    PATIENCE_S,
    SPAWN,
    by_partition,
    key,
    message,
    messages,
    next_offsets,
    numbers,
    read,
    topic_spec,
)

EVENTS, STAMPED = "contract.events", "contract.stamped"
SPECS = [topic_spec(EVENTS), topic_spec(STAMPED, partitions=3, append_time=True)]
DAY_MS = 86_400_000


class EmbeddedLog:
    events, stamped = EVENTS, STAMPED
    settle_s = 0.0

    def __init__(self, path: Path, now_ms: int = LOG_TIME_MS) -> None:
        self.path = path
        self.now_ms = now_ms
        self.opened: list[EmbeddedProducer | EmbeddedConsumer] = []

    def __reduce__(self) -> tuple[type["EmbeddedLog"], tuple[Path, int]]:
        return EmbeddedLog, (self.path, self.now_ms)

    def producer(self, name: str | None = None, owner: str = "") -> EmbeddedProducer:
        producer = EmbeddedProducer(self.path, now_ms=lambda: self.now_ms, name=name, owner=owner)
        self.opened.append(producer)
        return producer

    def consumer(self, group: str, topics: Collection[str], partitions: Collection[int] | None = None) -> EmbeddedConsumer:
        consumer = EmbeddedConsumer(self.path, group=group, topics=topics, partitions=partitions)
        self.opened.append(consumer)
        return consumer

    def table(self, name: str) -> list[tuple[object, ...]]:
        connection = sqlite3.connect(self.path)
        try:
            return connection.execute(f"SELECT * FROM {name}").fetchall()
        finally:
            connection.close()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    create_topics(tmp_path / "log.db", SPECS)
    log = EmbeddedLog(tmp_path / "log.db")
    yield log
    for one in log.opened:
        one.close()


class TestEmbeddedLog(LogContract):
    @pytest.fixture
    def log(self, log: EmbeddedLog) -> EmbeddedLog:
        return log


# Crashes


def test_killed_before_any_statement_of_an_append_it_stores_all_or_nothing(log: EmbeddedLog) -> None:
    log.producer("relay").append(messages(EVENTS, range(3)), Mark("relay", {"position": 3}))
    outcomes = []
    for statement in range(1, 40):
        process = SPAWN.Process(target=append_and_die, args=(log, statement))
        process.start()
        process.join()
        stored = len(log.table("record"))
        mark = log.producer("relay").mark("relay")
        assert mark is not None
        assert mark.value["position"] == stored
        outcomes.append(stored)
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
    # At least: take over, begin, fence, 2 x place, 3 rows, mark, commit.
    assert len(outcomes) > 8
    assert outcomes == [3] * (len(outcomes) - 1) + [6]


def test_a_commit_waits_for_the_disk(log: EmbeddedLog) -> None:
    # A power cut cannot be tested here; that SQLite is told to survive one can.
    connection = log.producer()._file.connection
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def append_and_die(log: EmbeddedLog, before_statement: int) -> None:
    producer = log.producer("relay")
    begun = 0

    def count(statement: str) -> None:
        nonlocal begun
        begun += 1
        if begun == before_statement:
            os.kill(os.getpid(), signal.SIGKILL)

    producer._file.connection.set_trace_callback(count)
    producer.append(messages(EVENTS, range(3, 6)), Mark("relay", {"position": 6}))


# Offsets


def test_offsets_have_no_gaps_however_many_producers_there_are(log: EmbeddedLog) -> None:
    producers = [log.producer(), log.producer("relay")]
    for start in range(0, 200, 10):
        producers[start // 10 % 2].append(messages(EVENTS, range(start, start + 10)))
    for records in by_partition(read(log, log.consumer("g", [EVENTS]), 200)).values():
        assert [record.offset for record in records] == list(range(len(records)))


def test_a_failed_append_uses_no_offsets_up(log: EmbeddedLog) -> None:
    producer = log.producer()
    with pytest.raises(LogDamaged):
        producer.append([message(EVENTS, 1), Message(EVENTS, key(1), "text", (), 1)])  # type: ignore[arg-type]
    producer.append([message(EVENTS, 1)])
    [record] = read(log, log.consumer("g", [EVENTS]), 1)
    assert record.offset == 0


# Waking up


def test_a_waiting_poll_wakes_up_within_a_few_hundredths_of_a_second(log: EmbeddedLog) -> None:
    producer, consumer = log.producer(), log.consumer("g", [EVENTS])
    waits = []
    for number in range(7):
        at: list[float] = []

        def append(at: list[float] = at, number: int = number) -> None:
            producer.append([message(EVENTS, number)])
            at.append(time.monotonic())

        timer = threading.Timer(0.03, append)
        timer.start()
        assert numbers(consumer.poll(10, PATIENCE_S)) == [number]
        polled_at = time.monotonic()
        timer.join()
        waits.append(polled_at - at[0])
    assert min(waits) < 0.03


def test_a_commit_of_another_group_does_not_end_a_poll(log: EmbeddedLog) -> None:
    consumer, other = log.consumer("g", [EVENTS]), log.consumer("h", [EVENTS])
    timer = threading.Timer(0.05, other.commit, [{(EVENTS, 0): 0}])
    timer.start()
    before = time.monotonic()
    assert consumer.poll(10, 0.3) == []
    assert time.monotonic() - before >= 0.3
    timer.join()


# Topics


def test_creating_topics_again_changes_nothing(log: EmbeddedLog) -> None:
    log.producer().append([message(EVENTS, 1)])
    before = log.table("topic"), log.table("topic_partition"), log.table("record")
    create_topics(log.path, SPECS)
    assert (log.table("topic"), log.table("topic_partition"), log.table("record")) == before


def test_a_new_topic_joins_the_old_ones(log: EmbeddedLog) -> None:
    log.producer().append([message(EVENTS, 1)])
    create_topics(log.path, [*SPECS, topic_spec("contract.later")])
    log.producer().append([message("contract.later", 2)])
    assert numbers(read(log, log.consumer("g", ["contract.later"]), 1)) == [2]
    assert numbers(read(log, log.consumer("g", [EVENTS]), 1)) == [1]


def test_another_number_of_partitions_is_refused_and_nothing_is_created(log: EmbeddedLog) -> None:
    before = log.table("topic")
    with pytest.raises(PartitionsChanged, match=r"E-LOG-PARTITIONS-CHANGED: contract\.events has 12 .* 24"):
        create_topics(log.path, [topic_spec("contract.later"), topic_spec(EVENTS, partitions=24)])
    assert log.table("topic") == before


def test_the_catalogue_can_be_created(tmp_path: Path) -> None:
    create_topics(tmp_path / "log.db", live_topics())
    assert {row[0] for row in EmbeddedLog(tmp_path / "log.db").table("topic")} == {s.name for s in live_topics()}


def test_processes_that_create_the_log_at_the_same_time_agree(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.db" for number in range(5)]
    barrier = SPAWN.Barrier(4)
    processes = [SPAWN.Process(target=create_together, args=(paths, barrier)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    for path in paths:
        assert len(EmbeddedLog(path).table("topic_partition")) == PARTITIONS + 3


def create_together(paths: list[Path], barrier: Barrier) -> None:
    for path in paths:
        barrier.wait(PATIENCE_S)
        create_topics(path, SPECS)


def test_creating_the_log_waits_for_whoever_else_is_creating_it(tmp_path: Path) -> None:
    # SQLite itself does not: it fails at once where a new file with a reserved lock is switched to WAL.
    path = tmp_path / "log.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.1, other.execute, ["ROLLBACK"])
    timer.start()
    create_topics(path, SPECS)
    timer.join()
    other.close()
    assert len(EmbeddedLog(path).table("topic")) == len(SPECS)


# A log that is not there, not free, or no log


def test_a_missing_log_is_unavailable_and_is_not_made(tmp_path: Path) -> None:
    missing = EmbeddedLog(tmp_path / "none.db")
    with pytest.raises(LogUnavailable, match=r"E-LOG-UNAVAILABLE: log file .*none\.db"):
        missing.producer()
    with pytest.raises(LogUnavailable, match=r"none\.db"):
        missing.consumer("g", [EVENTS])
    assert not missing.path.exists()


def test_a_log_without_topics_is_not_there_yet(tmp_path: Path) -> None:
    (tmp_path / "log.db").touch()
    with pytest.raises(LogUnavailable, match="not created yet"):
        EmbeddedLog(tmp_path / "log.db").producer()


def test_a_file_that_is_no_log_is_never_written_to(tmp_path: Path) -> None:
    text = tmp_path / "text.db"
    text.write_text("no database at all, however long this text may be\n" * 20)
    database = tmp_path / "registry.db"
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE events (id)")
    connection.close()
    for path, reason in ((text, "not a database"), (database, "not a log")):
        before = path.read_bytes()
        for attempt in (lambda path=path: EmbeddedLog(path).producer(), lambda path=path: create_topics(path, SPECS)):
            with pytest.raises(LogDamaged, match=reason):
                attempt()
        assert path == text or EmbeddedLog(path).table("sqlite_schema")[0][1] == "events"
        assert path == database or path.read_bytes() == before


def test_a_log_of_a_later_format_is_refused(log: EmbeddedLog) -> None:
    connection = sqlite3.connect(log.path)
    connection.execute("PRAGMA user_version = 2")
    connection.close()
    with pytest.raises(LogDamaged, match="format 2, this program reads 1"):
        log.producer()


def test_a_log_that_stays_locked_is_unavailable_after_a_bounded_wait(log: EmbeddedLog) -> None:
    producer = EmbeddedProducer(log.path, now_ms=lambda: 0, busy_timeout_s=0.2)
    log.opened.append(producer)
    holder = sqlite3.connect(log.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    before = time.monotonic()
    with pytest.raises(LogUnavailable, match=r"locked by another process for more than 0\.2 s"):
        producer.append([Message(EVENTS, key(1), b"0", (), 1)])
    assert 0.1 < time.monotonic() - before < 5
    assert log.consumer("g", [EVENTS]).poll(10, 0.0) == []  # readers never wait

    holder.close()
    producer.append([message(EVENTS, 1)])
    assert numbers(read(log, log.consumer("g", [EVENTS]), 1)) == [1]


def test_a_fenced_producer_says_who_took_over(log: EmbeddedLog) -> None:
    older = log.producer("relay", owner="host-a:17")
    log.producer("relay", owner="host-b:23")
    with pytest.raises(Exception, match=r"E-LOG-FENCED: .*generation 1 was replaced by generation 2 \(host-b:23\)"):
        older.append([message(EVENTS, 1)])


# Headers


def test_what_all_headers_share_is_stored_once(log: EmbeddedLog) -> None:
    log.producer().append(messages(EVENTS, range(100)))
    log.producer().append(messages(EVENTS, range(100)))
    assert len(log.table("header_shape")) == 1
    assert b"household.tested" not in b"".join(row[5] for row in log.table("record"))  # type: ignore[misc]


def test_many_kinds_of_headers_are_kept_apart(log: EmbeddedLog) -> None:
    kinds = [Message(EVENTS, key(1), b"", (("ce_type", b"type.%d" % n), (f"own-{n}", b"%d" % n)), n) for n in range(300)]
    log.producer().append(kinds[:150])
    log.producer().append(kinds[150:])
    assert [r.headers for r in read(log, log.consumer("g", [EVENTS]), 300)] == [m.headers for m in kinds]


# Retention


def at(now_ms: int) -> datetime:
    return datetime.fromtimestamp(now_ms / 1000, UTC)


def stamped_at(log: EmbeddedLog, day: int, count: int, first: int) -> None:
    """Append `count` records to partition 1 on the log's `day`."""
    log.now_ms = LOG_TIME_MS + day * DAY_MS
    log.producer().append([message(STAMPED, first + number, partition=1) for number in range(count)])


def test_retention_removes_what_is_older_than_its_topic_keeps_and_nothing_else(log: EmbeddedLog) -> None:
    stamped_at(log, day=0, count=5, first=0)
    stamped_at(log, day=1, count=5, first=5)
    log.producer().append([message(EVENTS, 1)._replace(timestamp_ms=0)])

    assert apply_retention(log.path, SPECS, at(LOG_TIME_MS + 800 * DAY_MS)) == 0
    assert apply_retention(log.path, SPECS, at(LOG_TIME_MS + 801 * DAY_MS)) == 5

    records = read(log, log.consumer("g", [STAMPED]), 5)
    assert [(record.offset, record.value) for record in records] == [(n, b"%d" % n) for n in range(5, 10)]
    assert numbers(read(log, log.consumer("g", [EVENTS]), 1)) == [1]  # kept for ever


def test_retention_opens_no_hole_behind_a_younger_record(log: EmbeddedLog) -> None:
    for day in (0, 2, 1, 3):
        stamped_at(log, day=day, count=1, first=day)
    assert apply_retention(log.path, SPECS, at(LOG_TIME_MS + 802 * DAY_MS)) == 1
    assert numbers(read(log, log.consumer("g", [STAMPED]), 3)) == [2, 1, 3]


def test_offsets_go_on_after_everything_was_removed(log: EmbeddedLog) -> None:
    stamped_at(log, day=0, count=12_000, first=0)
    assert apply_retention(log.path, SPECS, at(LOG_TIME_MS + 900 * DAY_MS)) == 12_000
    assert log.table("record") == []
    consumer = log.consumer("g", [STAMPED])
    assert consumer.poll(10, 0.0) == []
    assert consumer.end_offsets()[STAMPED, 1] == 12_000
    stamped_at(log, day=900, count=1, first=7)
    [record] = read(log, consumer, 1)
    assert record.offset == 12_000


def test_a_consumer_that_retention_has_overtaken_is_stopped(log: EmbeddedLog) -> None:
    stamped_at(log, day=0, count=5, first=0)
    stamped_at(log, day=1, count=5, first=5)
    slow = log.consumer("g", [STAMPED])
    slow.commit(next_offsets(slow.poll(3, 0.0)))
    apply_retention(log.path, SPECS, at(LOG_TIME_MS + 801 * DAY_MS))
    with pytest.raises(OffsetOutOfRange, match=r"next offset 3 of group 'g' is removed by retention .*5 to 9"):
        slow.poll(10, 0.0)
    with pytest.raises(OffsetOutOfRange):
        log.consumer("g", [STAMPED]).poll(10, 0.0)
    assert len(log.consumer("new", [STAMPED]).poll(10, 0.0)) == 5


def test_producers_can_append_while_retention_runs(log: EmbeddedLog) -> None:
    stamped_at(log, day=0, count=30_000, first=0)
    remover = threading.Thread(target=apply_retention, args=(log.path, SPECS, at(LOG_TIME_MS + 900 * DAY_MS)))
    producer = EmbeddedProducer(log.path, now_ms=lambda: LOG_TIME_MS + 900 * DAY_MS)
    log.opened.append(producer)
    remover.start()
    for number in range(20):
        producer.append([message(STAMPED, number, partition=1)])
    remover.join()
    assert numbers(read(log, log.consumer("g", [STAMPED]), 20)) == list(range(20))
