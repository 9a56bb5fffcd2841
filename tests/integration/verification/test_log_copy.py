"""The log beside the store: nothing wrong where nothing is, and the first fault where somebody changed either."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from consumers.verification.log_copy import LogCopy, check_log_copy
from registry.store.recorder import RawRow
from schemas.embedded_log import OFFSET_BITS
from schemas.messages import partition_for, uuid_text
from schemas.topics import topic_spec
from tests.support.long_log import rows, write_log
from tests.support.rebuilding import log_at

HOUSEHOLDS = 12
SOURCE = "/registry/hainan"
TOPIC = "household.events"
STORED = list(rows(HOUSEHOLDS))
SelectRaw = Callable[[int, int], list[RawRow]]


def stored(events: list[RawRow]) -> SelectRaw:
    return lambda after, limit: [row for row in events if row[0] > after][:limit]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.db"
    write_log(path, HOUSEHOLDS)
    return path


def check(log: Path, events: list[RawRow] = STORED, relayed: int = len(STORED)) -> LogCopy:
    return check_log_copy(stored(events), log_at(log), relayed, SOURCE)


def change(log: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(log)) as connection, connection:
        assert connection.execute(statement, values).rowcount == 1


def place_of(position: int) -> tuple[int, int]:
    """Partition and offset of the household event at a position."""
    spec = topic_spec(TOPIC)
    offsets = [0] * spec.partitions
    for at, stream, event_type, _, _ in STORED:
        partition = partition_for(uuid_text(stream), spec.partitions)
        if at == position:
            return partition, offsets[partition]
        if event_type == "registry.period_closed":
            offsets = [offset + 1 for offset in offsets]
        else:
            offsets[partition] += 1
    raise AssertionError


def row_id(log: Path, position: int) -> int:
    partition, offset = place_of(position)
    with closing(sqlite3.connect(log)) as connection:
        (number,) = connection.execute(
            "SELECT id FROM topic_partition WHERE topic = ? AND partition = ?", (TOPIC, partition)
        ).fetchone()
    return (int(number) << OFFSET_BITS) + offset


def household_event(after: int) -> RawRow:
    return next(row for row in STORED[after:] if row[2].startswith("household."))


def test_a_faithful_copy_has_no_fault(log: Path) -> None:
    told: list[int] = []
    copy = check_log_copy(stored(STORED), log_at(log), len(STORED), SOURCE, told.append)
    assert copy == LogCopy(len(STORED), None)
    assert sum(told) == len(STORED) > 400


def test_what_was_not_relayed_yet_is_not_looked_for(log: Path) -> None:
    assert check(log, relayed=300) == LogCopy(300, None)


def test_a_changed_event_in_the_store_is_found_even_at_the_end_of_its_stream(log: Path) -> None:
    position, stream, event_type, state, at = STORED[-1]
    forged = state.replace(b"HELPER", b"COUNTY") if b"HELPER" in state else state[:-1] + bytes([state[-1] ^ 2])
    assert forged != state
    copy = check(log, [*STORED[:-1], (position, stream, event_type, forged, at)])
    assert copy.events == len(STORED) - 1
    assert copy.fault is not None
    assert copy.fault.startswith(f"position {position}: {TOPIC} partition")
    assert copy.fault.endswith("holds another event than the store")


def test_a_changed_record_in_the_log_is_found(log: Path) -> None:
    position = household_event(200)[0]
    change(log, "UPDATE record SET value = x'00' WHERE id = ?", row_id(log, position))
    partition, offset = place_of(position)
    assert (
        check(log).fault
        == f"position {position}: {TOPIC} partition {partition} offset {offset} holds another event than the store"
    )


def test_a_record_that_is_missing_in_the_log_is_found(log: Path) -> None:
    position = household_event(200)[0]
    change(log, "DELETE FROM record WHERE id = ?", row_id(log, position))
    fault = check(log).fault
    assert fault is not None
    assert fault.startswith(f"position {position}: {TOPIC} partition {place_of(position)[0]}")
    assert "in its place" in fault or "not in" in fault


def test_an_event_that_is_missing_in_the_store_is_found(log: Path) -> None:
    gone = household_event(200)
    fault = check(log, [row for row in STORED if row != gone]).fault
    assert fault is not None
    assert f"holds position {gone[0]} in its place" in fault


def test_a_store_that_ends_before_the_mark_is_found(log: Path) -> None:
    assert check(log, STORED[:300]).fault == (
        f"the log was fed up to position {len(STORED)}, and {len(STORED) - 300} events are not in the store"
    )


def test_events_that_came_twice_are_found(log: Path) -> None:
    write_log(log, HOUSEHOLDS)
    fault = check(log).fault
    assert fault is not None
    assert "a second time" in fault


def test_a_topic_that_came_later_lacks_the_periods_before_it(log: Path) -> None:
    """All records of person.events are copies of barriers here; without them the topic is one that nothing was relayed to."""
    with closing(sqlite3.connect(log)) as connection, connection:
        ids = [number for (number,) in connection.execute("SELECT id FROM topic_partition WHERE topic = 'person.events'")]
        for number in ids:
            connection.execute("DELETE FROM record WHERE id >> ? = ?", (OFFSET_BITS, number))
            connection.execute("UPDATE topic_partition SET next_offset = 0 WHERE id = ?", (number,))
    assert check(log).fault is None


def test_an_empty_store_and_an_empty_log_agree(tmp_path: Path) -> None:
    write_log(tmp_path / "empty.db", 0)
    assert check(tmp_path / "empty.db", [], 0) == LogCopy(0, None)
