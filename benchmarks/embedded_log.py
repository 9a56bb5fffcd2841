"""How fast the embedded log is, beside bare SQLite doing the same I/O in the same run.

Run: python -m benchmarks.embedded_log [--records 200000] [--directory DIR]
"""

import argparse
import gc
import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from consumers.log.embedded import EmbeddedConsumer
from registry.log.embedded import EmbeddedProducer
from registry.log.embedded_file import EmbeddedLogFile
from registry.log.embedded_topics import create_topics
from registry.log.producer import Mark
from schemas.cloud_events import cloud_event_headers
from schemas.messages import Message, uuid_text
from schemas.topics import live_topics

BATCH = 5_000
VALUE_BYTES = 350
HOUSEHOLDS = 20_000
EVENT_TYPES = [f"household.happening_{number}" for number in range(60)]
TOPICS = ["household.events", "person.events", "reference.events"]
COLUMNS = "id, timestamp_ms, key, value, header_shape, header_values"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--records", type=int, default=200_000)
    options.add_argument("--directory", type=Path, help="where to write; a temporary directory if not given")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.directory) as directory:
        path = Path(directory, "log.db")
        create_topics(path, live_topics())
        append_s = _append(path, chosen.records)
        raw_append_s = _raw_append(path, Path(directory, "raw.db"), chosen.records)
        poll_s = _best(lambda: _poll(path, chosen.records))
        raw_poll_s = _best(lambda: _raw_poll(path, chosen.records))
        _line("embedded log, append", chosen.records / append_s, raw_append_s / append_s, 100_000)
        _line("embedded log, poll", chosen.records / poll_s, raw_poll_s / poll_s, 100_000)
        _line("CloudEvents headers", BATCH / _best(_make_headers), None, 125_000)
        size = path.stat().st_size / chosen.records
        print(f"embedded log, bytes per record: {size:,.0f} (value {VALUE_BYTES})")
        print(f"embedded log, append to wake-up: {_wake_up_s(path) * 1000:.1f} ms median (goal 15)")


def _line(name: str, per_s: float, ratio: float | None, goal: int) -> None:
    shown = "no ratio" if ratio is None else f"{ratio:.2f} of bare SQLite"
    print(f"{name}: {per_s:,.0f}/s, {shown} (goal {goal:,}/s)")


def _batches(records: int) -> Iterator[list[Message]]:
    """Batches as the relay makes them; made one by one, so that no big heap slows the collector down."""
    chance = random.Random(20180904)
    ids = [chance.randbytes(16) for _ in range(HOUSEHOLDS)]
    keys = [uuid_text(household_id) for household_id in ids]
    value = chance.randbytes(VALUE_BYTES)
    for start in range(0, records, BATCH):
        batch = []
        for position in range(start, min(start + BATCH, records)):
            key = chance.choice(keys)
            headers = cloud_event_headers(
                chance.choice(EVENT_TYPES),
                "/registries/benchmark",
                chance.randbytes(16),
                key,
                1_536_019_200_000_000 + position * 777,
                position,
            )
            topic = TOPICS[position % 2]
            batch.append(Message(topic, key, value, headers, 1_536_019_200_000 + position))
        yield batch


def _append(path: Path, records: int) -> float:
    producer = EmbeddedProducer(path, now_ms=lambda: 0, name="relay")
    spent_s = 0.0
    for number, batch in enumerate(_batches(records)):
        spent_s += _timed(lambda b=batch, n=number: producer.append(b, Mark("relay", {"position": n})))
    producer.close()
    return spent_s


def _raw_append(path: Path, copy: Path, records: int) -> float:
    """The same rows in the same batches, ready-made, in the order in which they lie in the log."""
    create_topics(copy, live_topics())
    source, target = EmbeddedLogFile(path), EmbeddedLogFile(copy)
    rows = source.connection.execute(f"SELECT {COLUMNS} FROM record").fetchall()
    by_arrival = sorted(rows, key=lambda row: row[1])
    del rows
    gc.freeze()
    spent_s = 0.0
    for start in range(0, records, BATCH):
        batch = sorted(by_arrival[start : start + BATCH])
        spent_s += _timed(lambda b=batch: _raw_store(target, b))
    source.close()
    target.close()
    gc.unfreeze()
    return spent_s


def _raw_store(target: EmbeddedLogFile, rows: list[tuple[object, ...]]) -> None:
    with target.writing() as connection:
        connection.executemany(f"INSERT INTO record ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", rows)


def _poll(path: Path, records: int) -> None:
    consumer = EmbeddedConsumer(path, group="benchmark", topics=TOPICS)
    read = 0
    while polled := consumer.poll(BATCH, 0.0):
        read += len(polled)
    consumer.close()
    assert read == records


def _raw_poll(path: Path, records: int) -> None:
    connection = sqlite3.connect(path)
    read = 0
    cursor = connection.execute(f"SELECT {COLUMNS} FROM record")
    while rows := cursor.fetchmany(BATCH):
        read += len(rows)
    connection.close()
    assert read == records


def _make_headers() -> None:
    for position in range(BATCH):
        event_id = position.to_bytes(16)
        cloud_event_headers("household.exited", "/r", event_id, b"key", 1_536_019_200_000_000 + position, position)


def _wake_up_s(path: Path) -> float:
    """From the start of an append to the return of another connection's waiting poll."""
    producer = EmbeddedProducer(path, now_ms=lambda: 0)
    waits = []
    [batch] = _batches(1)
    consumer = EmbeddedConsumer(path, group="waiting", topics=TOPICS)
    end = dict(consumer.end_offsets())
    consumer.resume_from(lambda topic, partition: end[topic, partition])
    consumer.poll(1, 0.0)
    for number in range(21):
        appended_at: list[float] = []

        def append(at: list[float] = appended_at) -> None:
            at.append(time.perf_counter())
            producer.append(batch)

        timer = threading.Timer(0.05 + number * 0.0007, append)
        timer.start()
        assert len(consumer.poll(10, 5.0)) == 1
        waits.append(time.perf_counter() - appended_at[0])
        timer.join()
    consumer.close()
    producer.close()
    return sorted(waits)[len(waits) // 2]


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _best(work: Callable[[], object]) -> float:
    return min(_timed(work) for _ in range(3))


if __name__ == "__main__":
    main()
