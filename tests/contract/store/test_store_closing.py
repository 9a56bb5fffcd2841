"""A store is closed while others still use it: they finish what they are at, hear of it, and nothing crashes."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from registry.store.application import RegistryApplication
from registry.store.errors import StoreUnavailable
from tests.support.meter import Meter, SetClock, id_of
from tests.support.meter_store import MeterDatabase, check_store, meter_with


def test_a_store_that_was_closed_can_be_closed_again_and_is_unavailable(database: MeterDatabase, clock: SetClock) -> None:
    store = database.open(clock)
    meter_with(RegistryApplication(store), 1)
    store.close()
    store.close()
    uses: list[Callable[[], object]] = [
        store.recorder.head,
        lambda: list(store.get(id_of("meter", 1))),
        lambda: meter_with(RegistryApplication(store), 2),
        lambda: store.find_command_result("staff-00042", "key"),
        lambda: store.recorder.select_raw(0, 10),
    ]
    for use in uses:
        with pytest.raises(StoreUnavailable, match="closed"):
            use()


def test_whoever_is_in_the_middle_of_something_finishes_it(database: MeterDatabase, clock: SetClock) -> None:
    store = database.open(clock)
    with store.recorder.writing() as transaction:
        transaction.read(())
        store.close()
        assert transaction.read(()).head == (0, None)
    with pytest.raises(StoreUnavailable):
        store.recorder.head()


@pytest.mark.parametrize("time_s", [0.001, 0.01, 0.05])
def test_closing_under_readers_and_writers_loses_nothing_and_crashes_nothing(
    database: MeterDatabase, clock: SetClock, time_s: float
) -> None:
    store = database.open(clock)
    application = RegistryApplication(store)
    meter_with(application, "shared", *["1.00"] * 50)
    acknowledged: list[int] = []

    def use(worker: int) -> None:
        number = 0
        with suppress(StoreUnavailable):
            while True:
                if worker % 2:
                    application.load(Meter, id_of("meter", "shared"))
                else:
                    acknowledged.append(meter_with(application, (worker, number)).version)
                    number += 1

    with ThreadPoolExecutor(6) as pool:
        workers = [pool.submit(use, worker) for worker in range(6)]
        threading.Event().wait(time_s)
        store.close()
        for worker in workers:
            worker.result(60)
    recorder = database.recorder()
    assert len(check_store(recorder, database.codec())) == 51 + len(acknowledged)
    recorder.close()
