"""Many writers at once: nothing is lost, nothing is out of order, nobody is told that the database is locked."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from registry.store.application import RegistryApplication
from registry.store.errors import StoreBusy, StreamConflict
from registry.store.event_store import RegistryEventStore
from registry.store.retry import retry_on_conflict
from tests.contract.store.store_writers import (
    PATIENCE_S,
    SHARED_METERS,
    SPAWN,
    RacingClock,
    run_writers,
    write_until_killed,
)
from tests.support.meter import DailyCloser, Meter, SetClock, id_of
from tests.support.meter_store import MeterDatabase, check_store, meter_with, streams_of

Open = Callable[..., RegistryEventStore]
WRITERS, READINGS = 4, 80


def test_four_processes_write_and_nothing_is_out_of_order(database: MeterDatabase) -> None:
    run_writers(database, WRITERS, READINGS)
    recorder = database.recorder()
    rows = check_store(recorder, database.codec())
    recorder.close()
    streams = streams_of(rows)
    shared = {id_of("meter", number) for number in range(SHARED_METERS)}
    assert sum(streams[meter] - 1 for meter in shared) == WRITERS * READINGS, "a reading is lost or doubled"
    own = {id_of("meter", writer, number) for writer in range(WRITERS) for number in range(READINGS)}
    assert {stream for stream in streams if stream not in shared} >= own
    closed = [database.codec().decode(row[3])[1]["day"] for row in rows if row[2] == "meter.day_closed"]
    assert len(closed) > 1, "the test is to run over midnight"
    assert closed == [closed[0] + timedelta(days=number) for number in range(len(closed))], "each day ends once, in order"


def test_threads_of_one_process_may_share_a_store(open_store: Open) -> None:
    application = RegistryApplication(open_store(RacingClock(timedelta()), closer=DailyCloser()), cache_size=4)
    meter_with(application, 0)

    def write(writer: int) -> None:
        for number in range(15):
            meter_with(application, (writer, number), "1.00")

            def attempt() -> None:
                meter = application.load(Meter, id_of("meter", 0))
                meter.read("1.00")
                application.save(meter)

            retry_on_conflict(attempt, attempts=1000, pause=lambda _: None)

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(write, writer) for writer in range(8)]:
            done.result()
    assert application.load(Meter, id_of("meter", 0)).version == 1 + 8 * 15


def test_while_one_writes_others_read(store: RegistryEventStore, open_store: Open) -> None:
    application = RegistryApplication(store)
    meter = meter_with(application, 1)
    reader = open_store()
    with store.recorder.writing() as transaction:
        transaction.read(())
        assert RegistryApplication(reader).load(Meter, meter.id).version == 1
        assert reader.recorder.head().position == 1


def test_a_writer_waits_for_the_one_before_it(store: RegistryEventStore, open_store: Open) -> None:
    application, other = RegistryApplication(store), open_store()
    held, waiting = threading.Event(), threading.Event()

    def hold() -> None:
        with other.recorder.writing() as transaction:
            transaction.read(())
            held.set()
            waiting.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(30)
    threading.Timer(0.2, waiting.set).start()
    assert meter_with(application, 1).version == 1
    assert waiting.is_set(), "it was written while another writer held the store"
    holder.join(30)


def test_a_writer_that_waited_too_long_is_told_that_the_store_is_busy(
    database: MeterDatabase, impatient: RegistryEventStore, store: RegistryEventStore
) -> None:
    meter = Meter.opened(id_of("meter", 1))
    with store.recorder.writing() as transaction:
        transaction.read(())
        with pytest.raises(StoreBusy) as busy:
            RegistryApplication(impatient).save(meter)
        assert busy.value.code == "E-STORE-BUSY"
    assert store.recorder.head().position == 0
    assert meter.pending, "nothing was written, so it can be tried again"
    assert RegistryApplication(impatient).save(meter)


def test_a_conflict_is_told_although_both_waited(open_store: Open, store: RegistryEventStore, clock: SetClock) -> None:
    application = RegistryApplication(store)
    meter = meter_with(application, 1)
    ready = threading.Barrier(4)
    outcomes: list[Any] = []

    def write() -> None:
        own = RegistryApplication(open_store())
        mine = own.load(Meter, meter.id)
        mine.read("1.00")
        ready.wait(30)
        try:
            outcomes.append(own.save(mine)[0].notification.id)
        except StreamConflict as conflict:
            outcomes.append(type(conflict))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(map(str, outcomes)) == sorted(map(str, [2, *[StreamConflict] * 3]))


def test_a_killed_writer_has_stored_what_it_was_told_and_nothing_by_halves(database: MeterDatabase) -> None:
    told = [write_and_kill(database, writer, saves=5 + 20 * writer) for writer in range(3)]
    recorder = database.recorder()
    streams = streams_of(check_store(recorder, database.codec()))
    for writer, last in enumerate(told):
        halves = [[id_of(half, writer, number) in streams for half in ("one", "other")] for number in range(last + 3)]
        assert all(one == other for one, other in halves), "a save is stored whole or not at all"
        assert all(one for one, _ in halves[: last + 1]), "what was acknowledged is lost"
        assert not halves[last + 2][0]
    recorder.close()
    store = database.open(RacingClock(timedelta()))
    assert meter_with(RegistryApplication(store), "next").version == 1, "no lock is left behind"
    store.close()


def write_and_kill(database: MeterDatabase, writer: int, saves: int) -> int:
    """Kill a writer after so many saves, in the middle of the next; the last one that it was told of."""
    here, there = SPAWN.Pipe()
    process = SPAWN.Process(target=write_until_killed, args=(database, writer, there))
    process.start()
    numbers = [here.recv() for _ in range(saves) if here.poll(PATIENCE_S)]
    process.kill()
    process.join(PATIENCE_S)
    while here.poll(0):
        numbers.append(here.recv())
    last: int = numbers[-1]
    return last
