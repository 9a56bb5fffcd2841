"""The relay publishes signed checkpoints of what it moves: the same ones however often it was stopped, none of forged events."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from registry.history.checkpoint import TOPIC, Checkpoint
from registry.history.merkle import EMPTY, leaf_hash
from registry.history.notary import Tally
from registry.log.producer import Mark
from registry.relay.relay import RELAY, Relay, StoreBehindLog
from registry.store.recorder import RawRow
from tests.support.relayed import Flow, check_moved, new_flow, write_lives
from tests.support.signing import keys_of, notary_of

EVERY = 20
NOTARY = notary_of(every=EVERY)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def flow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flow]:
    url = request.getfixturevalue("postgres_uri") if request.param == "postgresql" else f"sqlite:///{tmp_path / 'registry.db'}"
    flow = new_flow(url, tmp_path / "log.db")
    write_lives(flow.open_store(), range(4))
    yield flow
    flow.close()


@pytest.fixture
def file_flow(tmp_path: Path) -> Iterator[Flow]:
    flow = new_flow(f"sqlite:///{tmp_path / 'registry.db'}", tmp_path / "log.db")
    write_lives(flow.open_store(), range(4))
    yield flow
    flow.close()


def published(flow: Flow) -> list[Checkpoint]:
    return [Checkpoint.from_bytes(record.value) for record in flow.records([TOPIC]) if record.value is not None]


def expected(rows: list[RawRow]) -> list[Checkpoint]:
    return NOTARY.count(Tally(), rows)[1]


def altered(path: Path, position: int) -> None:
    """Change a byte of a stored event, as somebody could who has the file."""
    with closing(sqlite3.connect(path)) as connection, connection:
        (state,) = connection.execute("SELECT state FROM stored_events WHERE rowid = ?", (position,)).fetchone()
        forged = state[:-1] + bytes([state[-1] ^ 1])
        connection.execute("UPDATE stored_events SET state = ? WHERE rowid = ?", (forged, position))


@pytest.mark.parametrize("page_max", [1, 7, 5000])
def test_checkpoints_are_those_of_the_history_whatever_the_pages(flow: Flow, page_max: int) -> None:
    flow.open_relay(page_max, NOTARY).drain()
    found = published(flow)
    assert found == expected(flow.rows())
    assert len(found) > 3
    assert all(checkpoint.is_signed(keys_of(1).public) for checkpoint in found)
    check_moved(flow.rows(), flow.records())


def test_a_relay_that_stops_anywhere_goes_on_as_if_it_had_not(file_flow: Flow) -> None:
    chance = Random(3)
    while (relay := file_flow.open_relay(chance.randint(1, 30), NOTARY)).lag():
        for _ in range(chance.randint(1, 3)):
            relay.step()
    assert published(file_flow) == expected(file_flow.rows())
    check_moved(file_flow.rows(), file_flow.records())


def test_a_start_counts_again_only_what_no_checkpoint_covers(file_flow: Flow) -> None:
    first = file_flow.open_relay(EVERY * 2 + 3, NOTARY)
    first.step()
    sealed = published(file_flow)[-1].position
    told: list[int] = []
    Relay(file_flow.open_recorder(), file_flow.open_producer(), "/registry/test", notary=NOTARY, told=told.append)
    assert sum(told) == first.position - sealed < EVERY


def test_the_mark_holds_the_tree_and_stays_small(file_flow: Flow) -> None:
    file_flow.open_relay(notary=NOTARY).drain()
    rows = file_flow.rows()
    mark = file_flow.open_producer().mark(RELAY)
    assert mark is not None
    leaves = [leaf_hash(row[0], row[3]) for row in rows]
    sealed = expected(rows)[-1]
    assert mark.value["root"] == EMPTY.with_leaves(leaves).root.hex()
    assert (mark.value["sealed"], mark.value["leaves"]) == (sealed.position, sealed.leaves)
    assert mark.value["peaks"] == EMPTY.with_leaves(leaves[: sealed.leaves]).peaks_text()
    assert len(mark.value_bytes()) < 1000


@pytest.mark.parametrize("page_max", [13, 5000])
def test_a_log_that_was_fed_before_there_were_checkpoints_gets_them(file_flow: Flow, page_max: int) -> None:
    rows = file_flow.rows()
    file_flow.open_relay().drain()
    old = file_flow.open_producer()
    known = old.mark(RELAY)
    assert known is not None
    old.append([], Mark(RELAY, {name: known.value[name] for name in ("position", "record_hash")}))
    assert published(file_flow) == []
    relay = file_flow.open_relay(page_max, NOTARY)
    assert relay.lag() == 0
    assert published(file_flow) == expected(rows)
    write_lives(file_flow.open_store(), [5])
    file_flow.open_relay(page_max, NOTARY).drain()
    assert published(file_flow) == expected(file_flow.rows())
    check_moved(file_flow.rows(), file_flow.records())


def test_what_a_relay_without_a_notary_moved_is_made_up_for(file_flow: Flow) -> None:
    for notary in (NOTARY, None, NOTARY, None, NOTARY):
        relay = file_flow.open_relay(EVERY + 5, notary)
        relay.step()
        relay.step()
    file_flow.open_relay(notary=NOTARY).drain()
    assert published(file_flow) == expected(file_flow.rows())


def test_an_event_that_was_altered_after_it_was_moved_is_never_signed(file_flow: Flow, tmp_path: Path) -> None:
    relay = file_flow.open_relay(5, NOTARY)
    relay.step()
    before = published(file_flow)
    altered(tmp_path / "registry.db", 2)
    with pytest.raises(StoreBehindLog, match="other events in positions 1 to 5"):
        file_flow.open_relay(5, NOTARY)
    with pytest.raises(StoreBehindLog):  # nor where it would be due at once
        file_flow.open_relay(5, notary_of(every=1))
    assert published(file_flow) == before


def test_a_step_that_failed_counts_nothing_twice(file_flow: Flow) -> None:
    first = file_flow.open_relay(EVERY, NOTARY)
    file_flow.open_producer()
    for _ in range(2):
        with pytest.raises(Exception, match="E-LOG-FENCED"):
            first.step()
    file_flow.open_relay(notary=NOTARY).drain()
    assert published(file_flow) == expected(file_flow.rows())


def test_another_key_signs_from_then_on(file_flow: Flow) -> None:
    file_flow.open_relay(EVERY, NOTARY).step()
    file_flow.open_relay(notary=notary_of(every=EVERY, number=2)).drain()
    found = published(file_flow)
    assert {checkpoint.key_id for checkpoint in found} == {keys_of(1).key_id, keys_of(2).key_id}
    assert all(checkpoint.is_signed(keys_of(1, 2).public) for checkpoint in found)
    assert [checkpoint.root for checkpoint in found] == [checkpoint.root for checkpoint in expected(file_flow.rows())]
