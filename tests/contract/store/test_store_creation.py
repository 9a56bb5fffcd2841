"""How a store comes to be, and what is said where there is none."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from registry.store.application import RegistryApplication
from registry.store.errors import StoreMissing, StoreUnavailable
from registry.store.event_store import RegistryEventStore
from registry.store.mapper import AvroMapper
from registry.store.opening import create_store, open_store, recorder_for
from registry.store.sqlite import SQLiteStoreRecorder
from schemas.catalogue import Catalogue
from schemas.codec import Codec
from tests.support.meter import SetClock
from tests.support.meter_store import MeterDatabase, all_rows, meter_with

SPAWN = multiprocessing.get_context("spawn")
CREATORS = 8


def test_a_store_that_was_not_made_is_missing_and_stays_so(new_address: Callable[[], str], clock: SetClock) -> None:
    address = new_address()
    for _ in range(2):  # opening must not make half a store
        with pytest.raises(StoreMissing) as missing:
            open_store(address, clock)
        assert missing.value.code == "E-STORE-MISSING"


def test_a_store_that_lies_there_empty_is_no_store(new_address: Callable[[], str], clock: SetClock, tmp_path: Path) -> None:
    address = new_address()
    for path in (Path(address.removeprefix("sqlite:///")),) if address.startswith("sqlite") else ():
        path.touch()
    with pytest.raises(StoreMissing):
        open_store(address, clock)


def test_making_a_store_again_changes_nothing(database: MeterDatabase, clock: SetClock) -> None:
    store = database.open(clock)
    meter_with(RegistryApplication(store), 1, "1.00")
    rows = all_rows(store.recorder)
    database.create()
    assert all_rows(store.recorder) == rows
    store.close()


def test_several_processes_may_make_the_same_store_at_once(new_address: Callable[[], str], clock: SetClock) -> None:
    address = new_address()
    barrier = SPAWN.Barrier(2)
    creators = [SPAWN.Process(target=create_often, args=(address, barrier)) for _ in range(2)]
    for creator in creators:
        creator.start()
    for creator in creators:
        creator.join(60)
    assert [creator.exitcode for creator in creators] == [0, 0]
    open_store(address, clock).close()


def create_often(address: str, barrier: Barrier) -> None:
    """Several threads of several processes, all from the same moment on."""
    barrier.wait(30)
    with ThreadPoolExecutor(CREATORS) as pool:
        for done in [pool.submit(create_store, address) for _ in range(CREATORS)]:
            done.result()


@pytest.mark.parametrize("address", ["mysql://localhost/registry", "registry.db", ""])
def test_another_kind_of_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="sqlite:/// or postgresql://"):
        recorder_for(address)


def test_a_file_that_is_no_database_is_said_to_be_unusable(tmp_path: Path, clock: SetClock) -> None:
    (tmp_path / "registry.db").write_text("this is not a database, and long enough to be seen not to be one" * 20)
    with pytest.raises(StoreUnavailable) as unusable:
        open_store(f"sqlite:///{tmp_path / 'registry.db'}", clock)
    assert unusable.value.code == "E-STORE-UNAVAILABLE"
    assert "registry.db" in str(unusable.value)


def test_a_store_for_the_librarys_own_tests_is_not_the_registrys(tmp_path: Path, meter_schemas: Path, clock: SetClock) -> None:
    recorder = SQLiteStoreRecorder(tmp_path / "registry.db", first_version=0)
    with pytest.raises(ValueError, match="begin with version 1"):
        RegistryEventStore(AvroMapper(Codec(Catalogue(meter_schemas))), recorder, clock)
    recorder.close()
