"""A write in one round trip: by what is known of store and streams, refused by the database where that is out of date."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import psycopg
import pytest

from registry.store.application import RegistryApplication
from registry.store.command_result import CommandResult
from registry.store.errors import CommandReplayed, IdempotencyMismatch, StoreBusy, StreamConflict, StreamGap
from registry.store.event_store import RegistryEventStore
from registry.store.mapper import AvroMapper
from registry.store.opening import recorder_for
from registry.store.whole_write import NOTHING, Elsewhere, NewRow, Older, Repeated, Stored, WholeWrite
from tests.support.meter import Meter, SetClock, id_of
from tests.support.meter_store import MeterDatabase, all_rows, check_store, meter_with

pytestmark = pytest.mark.postgres
RESULT = CommandResult("staff-00042", "key-1", bytes(32), 201, b"{}")
STREAM = id_of("stream")


@pytest.fixture
def store(database: MeterDatabase, clock: SetClock) -> Iterator[RegistryEventStore]:
    store = database.open(clock)
    yield store
    check_store(store.recorder, database.codec())
    store.close()


@contextmanager
def steps_counted(store: RegistryEventStore) -> Iterator[list[Any]]:
    """Collects the writes that took the long way."""
    writing, taken = store.recorder.writing, list[Any]()

    def counted() -> Any:
        taken.append(None)
        return writing()

    store.recorder.writing = counted  # type: ignore[method-assign]
    yield taken
    store.recorder.writing = writing  # type: ignore[method-assign]


def row(version: int, state: bytes = b"state") -> NewRow:
    return NewRow(STREAM, version, "meter.meter_read", state)


def test_what_was_loaded_or_saved_before_is_written_in_one_trip(store: RegistryEventStore, database: MeterDatabase) -> None:
    application = RegistryApplication(store)
    with steps_counted(store) as long_ways:
        meter = meter_with(application, 1, "1.00", "2.00")
        loaded = application.load(Meter, meter.id)
        loaded.read("3.00")
        application.save(loaded, Meter.opened(id_of("meter", 2)), command=RESULT)
    assert not long_ways
    other = database.open(SetClock())
    with steps_counted(other) as long_ways:
        mine = RegistryApplication(other).load(Meter, meter.id)
        mine.read("4.00")
        RegistryApplication(other).save(mine)
    assert not long_ways
    assert len(all_rows(store.recorder)) == 6
    other.close()


def test_a_stream_that_nobody_looked_at_is_written_in_two(store: RegistryEventStore, database: MeterDatabase) -> None:
    other = database.open(SetClock())
    meter = meter_with(RegistryApplication(other), 1)
    meter.read("1.00")
    with steps_counted(store) as long_ways:
        assert RegistryApplication(store).save(meter)
    assert len(long_ways) == 1
    other.close()


def test_a_stamp_before_the_head_is_set_anew_and_the_order_kept(store: RegistryEventStore, database: MeterDatabase) -> None:
    late = SetClock()
    late.advance(hours=1)
    other = database.open(late)
    meter_with(RegistryApplication(other), 1, "1.00")
    with steps_counted(store) as long_ways:
        meter_with(RegistryApplication(store), 2, "1.00")
    assert not long_ways
    stamps = [stored[4] for stored in all_rows(store.recorder)]
    assert len(set(stamps)) == 1
    other.close()


def test_whoever_comes_second_is_told_of_the_conflict(store: RegistryEventStore, database: MeterDatabase) -> None:
    application = RegistryApplication(store)
    meter = meter_with(application, 1)
    mine = application.load(Meter, meter.id)
    other = database.open(SetClock())
    theirs = RegistryApplication(other).load(Meter, meter.id)
    theirs.read("5.00")
    RegistryApplication(other).save(theirs)
    mine.read("1.00")
    with pytest.raises(StreamConflict):
        application.save(mine)
    assert application.load(Meter, meter.id).version == 2
    other.close()


def test_a_wrong_guess_breaks_no_link(store: RegistryEventStore) -> None:
    """check_store, at the end, follows the chain."""
    application = RegistryApplication(store)
    meter = meter_with(application, 1, "1.00")
    assert store._links is not None
    store._links.remember({meter.id: b"never stored"})
    meter.read("2.00")
    with steps_counted(store) as long_ways:
        application.save(meter)
    assert len(long_ways) == 1


def test_a_command_is_answered_once_and_its_key_is_not_for_another(store: RegistryEventStore) -> None:
    application = RegistryApplication(store)
    application.save(Meter.opened(id_of("meter", 1)), command=RESULT)
    with pytest.raises(CommandReplayed) as replayed:
        application.save(Meter.opened(id_of("meter", 2)), command=RESULT)
    assert replayed.value.result == RESULT
    other = CommandResult(RESULT.actor, RESULT.key, bytes([1] * 32), 201, b"{}")
    with pytest.raises(IdempotencyMismatch):
        application.save(Meter.opened(id_of("meter", 3)), command=other)
    assert len(all_rows(store.recorder)) == 1


def test_many_at_once_lose_nothing_and_stay_in_order(store: RegistryEventStore) -> None:
    application = RegistryApplication(store)
    meters = [meter_with(application, number) for number in range(8)]

    def read_often(meter: Meter) -> None:
        for turn in range(25):
            meter.read(f"{turn}.00")
            application.save(meter)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(read_often, meters))
    assert len(all_rows(store.recorder)) == 8 * 26


def test_a_held_lock_is_waited_for_and_then_said(database: MeterDatabase, store: RegistryEventStore) -> None:
    recorder = recorder_for(database.url, lock_timeout_s=1)
    impatient = RegistryEventStore(AvroMapper(database.codec()), recorder, SetClock())
    with store.recorder.writing() as transaction:
        transaction.read(())
        with pytest.raises(StoreBusy, match="1 s") as busy:
            impatient.put(Meter.opened(id_of("meter", 1)).pending)
    assert busy.value.code == "E-STORE-BUSY"
    impatient.put(Meter.opened(id_of("meter", 1)).pending)
    impatient.close()


@pytest.fixture
def recorder(database: MeterDatabase) -> Iterator[Any]:
    recorder = recorder_for(database.url)
    assert recorder.write_at_once(WholeWrite([row(1), row(2)], [], [], 1000)) == Stored(1)
    yield recorder
    recorder.close()


def test_the_database_compares_order_links_and_command(recorder: Any) -> None:
    link = sha256(b"state").digest()

    def write(version: int, link: bytes | None, at: int | None = 1000, command: CommandResult | None = None) -> Any:
        return recorder.write_at_once(WholeWrite([row(version)], [(STREAM, version - 1)], [link], at, command))

    assert write(3, link, at=999) == Older(1000)
    assert write(3, bytes(32)) == Elsewhere()
    assert write(4, None) == Elsewhere()
    assert write(3, NOTHING) == Elsewhere()
    assert write(3, link, command=RESULT) == Stored(3)
    assert write(4, link, command=RESULT) == Repeated(RESULT)
    assert write(4, None, at=None) == Stored(4)
    assert recorder.head() == (4, 1000)
    with pytest.raises(StreamConflict):
        write(4, link)
    with pytest.raises(StreamGap):
        recorder.insert_events([recorder.select_notifications(4, 1)[0].__class__(STREAM, 9, "t", b"", 1)])
    assert recorder.head() == (4, 1000)


def test_the_function_is_not_for_a_stricter_isolation(database: MeterDatabase) -> None:
    arguments = "0, 0, '{}', '{}', '{}', '{}', '{}', '{}', '{}', NULL, NULL, NULL, NULL, NULL"
    with psycopg.connect(database.url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
        with pytest.raises(psycopg.errors.RaiseException, match="READ COMMITTED"):
            connection.execute(f"SELECT append_stored_events({arguments})")
