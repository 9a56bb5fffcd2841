"""What only PostgreSQL needs: its settings, its roles and schemas, and what is said when it cannot be had."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from registry.store.application import RegistryApplication
from registry.store.errors import StoreBusy, StoreUnavailable
from registry.store.opening import create_store, open_store
from registry.store.postgres_connections import Connections
from registry.store.postgres_write import PostgresWriteTransaction
from tests.support.meter import Meter, SetClock, id_of
from tests.support.meter_store import MeterDatabase, all_rows, check_store, meter_with

pytestmark = pytest.mark.postgres


def alter(url: str, setting: str) -> None:
    """Change a setting of the whole database, for sessions to come."""
    name = urlsplit(url).path.removeprefix("/")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET {setting}")


def within_a_write(url: str, *statements: str) -> list[Any]:
    """What these statements say while a write transaction is open."""
    connections = Connections(url, 5, 2)
    with connections.writing() as connection:
        PostgresWriteTransaction(connection).read(())
        answers = [row[0] for statement in statements if (row := connection.execute(statement).fetchone())]
    connections.close()
    return answers


@pytest.mark.parametrize("level", ["serializable", "repeatable read"])
def test_a_stricter_isolation_of_the_server_hides_nothing_from_a_writer(database: MeterDatabase, level: str) -> None:
    alter(database.url, f"default_transaction_isolation = '{level}'")
    store = database.open(SetClock())
    application = RegistryApplication(store)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: meter_with(application, number, "1.00"), range(40)))
    assert len(check_store(store.recorder, database.codec())) == 80
    store.close()


@pytest.mark.parametrize(("setting", "kept"), [("off", "on"), ("local", "local"), ("remote_apply", "remote_apply")])
def test_no_commit_is_acknowledged_that_a_crash_could_take_back(database: MeterDatabase, setting: str, kept: str) -> None:
    alter(database.url, f"synchronous_commit = {setting}")
    assert within_a_write(database.url, "SHOW synchronous_commit") == [kept]


def test_a_writer_waits_no_longer_than_it_was_told_and_is_not_stuck_for_ever(database: MeterDatabase) -> None:
    shown = within_a_write(database.url, "SHOW lock_timeout", "SHOW idle_in_transaction_session_timeout")
    assert shown == ["5s", "1min"]


def test_vacuum_does_not_stand_in_a_writers_way(database: MeterDatabase) -> None:
    store = database.open(SetClock())
    with store.recorder.writing() as transaction, psycopg.connect(database.url, autocommit=True) as operator:
        transaction.read(())
        operator.execute("SET lock_timeout = '1s'")
        operator.execute("VACUUM stored_events")
    store.close()


def test_stores_in_two_schemas_of_a_database_know_nothing_of_each_other(database: MeterDatabase, clock: SetClock) -> None:
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA other_county")
    other = replace(database, url=f"{database.url}&options=-csearch_path%3Dother_county")
    other.create()
    here, there = database.open(clock), other.open(clock)
    meter_with(RegistryApplication(here), 1, "1.00")
    with here.recorder.writing() as transaction:
        transaction.read(())
        meter_with(RegistryApplication(there), 1)  # waits for nobody
    assert [len(all_rows(store.recorder)) for store in (here, there)] == [2, 1]
    here.close()
    there.close()


def test_a_role_that_may_not_make_tables_finds_them_made(database: MeterDatabase, clock: SetClock) -> None:
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("REVOKE CREATE ON SCHEMA public FROM public")
        connection.execute("DROP ROLE IF EXISTS meter_writer")
        connection.execute("CREATE ROLE meter_writer LOGIN")
        connection.execute("GRANT SELECT, INSERT ON stored_events, command_result TO meter_writer")
    parts = urlsplit(database.url)
    writer = replace(database, url=urlunsplit(parts._replace(netloc="meter_writer@")))
    writer.create()
    store = writer.open(clock)
    assert meter_with(RegistryApplication(store), 1, "1.00").version == 2
    store.close()
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("DROP OWNED BY meter_writer")
        connection.execute("DROP ROLE meter_writer")


SECRET = "synthetic-password"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"path": "/nowhere"}, 'database "nowhere" does not exist'),
        ({"netloc": f"nobody:{SECRET}@"}, 'role "nobody" does not exist'),
        ({"query": "host=/nonexistent"}, "/nonexistent"),
        ({"netloc": f"postgres:{SECRET}@127.0.0.1:1", "query": ""}, "127.0.0.1"),
    ],
)
def test_what_cannot_be_reached_is_said_in_one_line_without_the_password(
    postgres_uri: str, clock: SetClock, change: dict[str, str], said: str
) -> None:
    url = urlunsplit(urlsplit(postgres_uri)._replace(**change))
    for access in (create_store, lambda url: open_store(url, clock)):
        with pytest.raises(StoreUnavailable) as unavailable:
            access(url)
        assert unavailable.value.code == "E-STORE-UNAVAILABLE"
        assert said in str(unavailable.value)
        assert SECRET not in str(unavailable.value)
        assert "\n" not in str(unavailable.value)


def test_when_all_connections_are_in_use_one_waits_and_is_told(database: MeterDatabase) -> None:
    connections = Connections(database.url, 0.3, 1)
    with connections.writing(), pytest.raises(StoreBusy, match=r"0\.3 s"):
        connections.rows("SELECT 1")
    assert connections.rows("SELECT 1") == [(1,)]
    connections.close()


def test_a_long_stream_and_a_bulk_save_are_one_statement_each(database: MeterDatabase, clock: SetClock) -> None:
    store = database.open(clock)
    application = RegistryApplication(store)
    meters = [Meter.opened(id_of("meter", number)) for number in range(700)]
    for meter in meters:
        meter.read("1.00")
    recordings = application.save(*meters)
    assert [recording.notification.id for recording in recordings] == list(range(1, 1401))
    for meter in meters:
        meter.read("2.00")
    application.save(*meters)
    assert {len(list(store.get(meter.id))) for meter in meters[::50]} == {3}
    check_store(store.recorder, database.codec())
    store.close()
