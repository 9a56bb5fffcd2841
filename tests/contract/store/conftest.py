"""An empty store on each engine: `database` says where it is, `store` and `application` are open on it."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from registry.store.application import RegistryApplication
from registry.store.event_store import RegistryEventStore
from registry.store.mapper import AvroMapper
from registry.store.opening import recorder_for
from registry.store.recorder import StoreRecorder
from tests.support.meter import SetClock, meter_catalogue
from tests.support.meter_store import MeterDatabase, check_store

pytest.register_assert_rewrite("tests.contract.store.store_writers")
Open = Callable[..., RegistryEventStore]


@pytest.fixture(scope="session")
def meter_schemas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("meter_schemas")
    meter_catalogue(folder)
    return folder


@pytest.fixture(scope="session")
def common_database(new_postgres_database: Callable[[], str]) -> str:
    """One database for all tests: a store needs a schema of its own only, and that is made a hundred times faster."""
    return new_postgres_database()


def new_schema(url: str) -> str:
    """A fresh, empty schema."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SEQUENCE IF NOT EXISTS schema_number")
        (number,) = connection.execute("SELECT nextval('schema_number')").fetchone() or (0,)
        connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(f"store_{number}")))
    return f"{url}&options=-csearch_path%3Dstore_{number}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def new_address(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Gives an address on the engine under test at which a store could be made: nothing is there yet."""
    numbers = count(1)
    if request.param == "postgresql":
        return partial(new_schema, request.getfixturevalue("common_database"))
    return lambda: f"sqlite:///{tmp_path / f'registry-{next(numbers)}.db'}"


@pytest.fixture
def recorder(new_address: Callable[[], str]) -> Iterator[StoreRecorder]:
    """An empty store without its application, for rows that are no events."""
    recorder = recorder_for(new_address())
    recorder.create_table()
    yield recorder
    recorder.close()


@pytest.fixture
def database(new_address: Callable[[], str], meter_schemas: Path) -> MeterDatabase:
    """A store that was made, and is empty."""
    database = MeterDatabase(new_address(), meter_schemas)
    database.create()
    return database


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def open_store(database: MeterDatabase, clock: SetClock) -> Iterator[Open]:
    """Opens the store once more, as another process would; whatever was done, the store is sound in the end."""
    opened: list[RegistryEventStore] = []

    def open_one(own_clock: SetClock = clock, **options: Any) -> RegistryEventStore:
        opened.append(database.open(own_clock, **options))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()
    recorder = database.recorder()
    check_store(recorder, database.codec())
    recorder.close()


@pytest.fixture
def store(open_store: Open) -> RegistryEventStore:
    return open_store()


@pytest.fixture
def application(store: RegistryEventStore) -> RegistryApplication:
    return RegistryApplication(store)


@pytest.fixture
def impatient(database: MeterDatabase, clock: SetClock) -> Iterator[RegistryEventStore]:
    """The store, opened by somebody who waits a second for others and no longer."""
    recorder = recorder_for(database.url, lock_timeout_s=1)
    store = RegistryEventStore(AvroMapper(database.codec()), recorder, clock)
    yield store
    store.close()
