"""The relay between a real store and a real log: everything once, in order, whatever happens in between."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from eventsourcing.persistence import StoredEvent

from registry.log.producer import Mark
from registry.relay.relay import RELAY, Relay, StoreBehindLog
from registry.store.errors import StoreUnavailable
from registry.store.recorder import RawRow
from registry.store.sqlite import SQLiteStoreRecorder
from schemas.log_errors import ProducerFenced
from schemas.messages import partition_for
from schemas.topics import UnknownEventType, barrier_topics, topic_spec
from tests.support.meter import id_of
from tests.support.relayed import Flow, check_moved, new_flow, write_lives

PERIOD_CLOSED = "registry.period_closed"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def flow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flow]:
    url = request.getfixturevalue("postgres_uri") if request.param == "postgresql" else f"sqlite:///{tmp_path / 'registry.db'}"
    flow = new_flow(url, tmp_path / "log.db")
    yield flow
    flow.close()


@pytest.fixture
def file_flow(tmp_path: Path) -> Iterator[Flow]:
    """A store in a file, which can be copied."""
    flow = new_flow(f"sqlite:///{tmp_path / 'registry.db'}", tmp_path / "log.db")
    yield flow
    flow.close()


def copied(path: Path) -> Path:
    """A backup, as SQLite makes one."""
    copy = path.with_suffix(".copy")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def test_everything_is_moved_once_in_order(flow: Flow) -> None:
    write_lives(flow.open_store(), range(4))
    rows = flow.rows()
    assert {row[2].split(".")[0] for row in rows} == {"household", "person", "registry"}
    assert flow.open_relay().drain() == len(rows)
    check_moved(rows, flow.records())


@pytest.mark.parametrize("page_max", [1, 7, 1000])
def test_the_size_of_a_page_makes_no_difference(flow: Flow, page_max: int) -> None:
    write_lives(flow.open_store(), range(2))
    relay = flow.open_relay(page_max)
    pages = [relay.step()]
    while pages[-1]:
        pages.append(relay.step())
    assert pages[:-2] == [page_max] * (len(pages) - 2)
    assert sum(pages) == len(flow.rows())
    check_moved(flow.rows(), flow.records())


def test_a_store_that_fails_for_a_moment_is_read_again_from_the_same_place(flow: Flow) -> None:
    write_lives(flow.open_store(), range(2))
    recorder = flow.open_recorder()
    relay = Relay(recorder, flow.open_producer(), "/registry/test", 7)
    read = recorder.select_raw
    asked: list[int] = []

    def select_raw(position: int, limit: int) -> list[RawRow]:
        asked.append(position)
        if len(asked) == 2:
            raise StoreUnavailable("gone for a moment")
        return list(read(position, limit))

    recorder.select_raw = select_raw  # type: ignore[method-assign]
    assert relay.step() == 7
    with pytest.raises(StoreUnavailable, match="gone for a moment"):
        relay.step()
    relay.drain()
    assert asked[:3] == [0, 7, 7]
    check_moved(flow.rows(), flow.records())


def test_what_is_stored_later_is_moved_later(flow: Flow) -> None:
    store, relay = flow.open_store(), flow.open_relay()
    assert relay.drain() == 0
    assert (relay.position, relay.lag()) == (0, 0)
    for number in range(3):
        write_lives(store, [number])
        assert relay.lag() > 0
        relay.drain()
        assert relay.lag() == 0
    assert relay.position == store.recorder.head().position
    check_moved(flow.rows(), flow.records())


def test_a_relay_that_starts_again_goes_on_from_its_mark(flow: Flow) -> None:
    write_lives(flow.open_store(), range(2))
    first = flow.open_relay(page_max=11)
    first.step()
    first.step()
    second = flow.open_relay(page_max=11)
    assert second.position == first.position == 22
    second.drain()
    third = flow.open_relay()
    assert third.lag() == 0
    assert third.drain() == 0
    check_moved(flow.rows(), flow.records())


def test_it_stops_between_two_pages_when_it_is_told(flow: Flow) -> None:
    write_lives(flow.open_store(), range(2))
    relay = flow.open_relay(page_max=5)
    answers = iter([False, False, True])
    assert relay.drain(lambda: next(answers)) == 10
    assert relay.position == 10


def test_an_events_partition_follows_from_its_household(flow: Flow) -> None:
    write_lives(flow.open_store(), range(3))
    flow.open_relay().drain()
    records = [record for record in flow.records() if dict(record.headers)["ce_type"] != PERIOD_CLOSED.encode()]
    for record in records:
        assert record.key is not None
        assert record.partition == partition_for(record.key, topic_spec(record.topic).partitions)
    assert len({(record.topic, record.partition) for record in records}) > 6


def test_a_period_that_ends_is_a_barrier_in_every_partition(flow: Flow) -> None:
    write_lives(flow.open_store(), range(6))
    flow.open_relay(page_max=13).drain()
    cuts = [row[0] for row in flow.rows() if row[2] == PERIOD_CLOSED]
    assert len(cuts) >= 2
    everywhere = {(topic.name, number) for topic in barrier_topics() for number in range(topic.partitions)}
    records = flow.records()
    found = {place: [r for r in records if (r.topic, r.partition) == place] for place in everywhere}
    for in_partition in found.values():
        kinds = [(int(dict(r.headers)["registry_position"]), dict(r.headers)["ce_type"].decode()) for r in in_partition]
        assert [position for position, kind in kinds if kind == PERIOD_CLOSED] == cuts
        assert all(before[0] < after[0] for before, after in pairwise(kinds)), "an event is on the wrong side of a cut"


def test_a_store_that_was_restored_from_an_older_copy_is_refused(file_flow: Flow, tmp_path: Path) -> None:
    store = file_flow.open_store()
    write_lives(store, [0])
    older = copied(tmp_path / "registry.db")
    write_lives(store, [1])
    file_flow.open_relay().drain()
    restored = Flow(f"sqlite:///{older}", file_flow.log)
    end = restored.open_recorder().head().position
    with pytest.raises(StoreBehindLog, match=f"this store ends at {end}") as refused:
        restored.open_relay()
    assert refused.value.code == "E-STORE-BEHIND-LOG"
    before = file_flow.records()
    write_lives(restored.open_store(), [2, 3])  # it grows beyond the mark, with another history
    with pytest.raises(StoreBehindLog, match="another event at position"):
        restored.open_relay()
    assert file_flow.records() == before
    restored.close()


def test_the_same_history_in_another_store_is_welcome(file_flow: Flow, tmp_path: Path) -> None:
    """A backup that is as new as the log, or newer, takes over where the lost store stopped."""
    store = file_flow.open_store()
    write_lives(store, [0])
    file_flow.open_relay().drain()
    write_lives(store, [1])
    restored = Flow(f"sqlite:///{copied(tmp_path / 'registry.db')}", file_flow.log)
    restored.open_relay().drain()
    check_moved(restored.rows(), file_flow.records())
    restored.close()


def test_a_second_relay_fences_the_first(flow: Flow) -> None:
    store = flow.open_store()
    write_lives(store, [0])
    first = flow.open_relay(page_max=3)
    first.step()
    second = flow.open_relay(page_max=4)
    with pytest.raises(ProducerFenced):
        first.step()
    assert first.position == 3, "what was not moved is not counted"
    second.drain()
    write_lives(store, [1])
    with pytest.raises(ProducerFenced):
        first.step()
    second.drain()
    check_moved(flow.rows(), flow.records())


def test_an_event_that_no_topic_takes_stops_the_relay_before_its_page(tmp_path: Path) -> None:
    flow = new_flow(f"sqlite:///{tmp_path / 'registry.db'}", tmp_path / "log.db")
    write_lives(flow.open_store(), [0])
    recorder = SQLiteStoreRecorder(tmp_path / "registry.db")
    recorder.insert_events([StoredEvent(id_of("stray"), 1, "stray.event", bytes(40))])
    relay = flow.open_relay(page_max=recorder.head().position - 2)
    relay.step()
    with pytest.raises(UnknownEventType, match=r"stray\.event"):
        relay.step()
    assert relay.lag() == 2
    check_moved(flow.rows()[:-2], flow.records())
    recorder.close()
    flow.close()


def test_the_mark_says_which_event_was_the_last(flow: Flow) -> None:
    write_lives(flow.open_store(), [0])
    flow.open_relay().drain()
    mark = flow.open_producer().mark(RELAY)
    assert isinstance(mark, Mark)
    assert mark.value["position"] == flow.rows()[-1][0]
    assert len(str(mark.value["record_hash"])) == 64
