"""The auditor finds nothing in a sound store, and every change that was made behind the store's back, on both engines."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal

import psycopg
import pytest

from registry.store.application import RegistryApplication
from registry.store.audit import audit_store
from registry.store.seen_ids import SeenIds
from tests.support.meter import SetClock, id_of
from tests.support.meter_store import MeterDatabase, meter_with

Tamper = Callable[[str], None]


@pytest.fixture
def tamper(database: MeterDatabase) -> Tamper:
    """Runs a statement on the table of events, which it calls `events` with a column `position`, past the store."""

    def run(statement: str) -> None:
        if database.url.startswith("sqlite"):
            with closing(sqlite3.connect(database.url.removeprefix("sqlite:///"))) as connection, connection:
                connection.execute(statement.replace("events", "stored_events").replace("position", "rowid"))
        else:
            with psycopg.connect(database.url) as connection:
                connection.execute(statement.replace("events", "stored_events").encode())

    return run


@pytest.fixture
def application(database: MeterDatabase, clock: SetClock) -> Iterator[RegistryApplication]:
    """As everywhere here, but for the look at the store afterwards, which is not sound then."""
    store = database.open(clock)
    yield RegistryApplication(store)
    store.close()


@pytest.fixture
def lived(application: RegistryApplication, clock: SetClock) -> RegistryApplication:
    """Eight events: positions 1, 2 and 3 open three meters, the first is read at 4, 6 and 8, the second at 5 and 7."""
    meters = [meter_with(application, number) for number in (1, 2, 3)]
    for number in (0, 1, 0, 1, 0):
        clock.advance(seconds=1)
        meters[number].read("1.00")
        application.save(meters[number])
    return application


def literal(database: MeterDatabase, value: bytes) -> str:
    """Bytes as the engine writes them in a statement."""
    return f"x'{value.hex()}'" if database.url.startswith("sqlite") else f"'\\x{value.hex()}'::bytea"


def faults(application: RegistryApplication, streams_max: int = 100) -> dict[str, int]:
    """Rule -> position of its first fault."""
    events = application.events
    audit = audit_store(events.recorder, events.mapper.codec, streams_max=streams_max)
    assert audit.sound == (not audit.first)
    return {rule: fault.position for rule, fault in audit.first.items()}


def test_a_sound_store_has_no_fault(lived: RegistryApplication) -> None:
    assert faults(lived) == {}
    told: list[int] = []
    audit = audit_store(lived.events.recorder, lived.events.mapper.codec, told.append)
    assert (audit.sound, audit.events, audit.position, told) == (True, 8, 8, [8])


def test_an_empty_store_is_sound(application: RegistryApplication) -> None:
    assert faults(application) == {}


def test_streams_that_are_not_remembered_are_looked_up(lived: RegistryApplication, tamper: Tamper) -> None:
    assert faults(lived, streams_max=1) == {}
    tamper("DELETE FROM events WHERE position = 4")
    assert faults(lived, streams_max=1) == {"POSITIONS": 4, "VERSIONS": 6}


CHANGES = {
    "a missing event": ("DELETE FROM events WHERE position = 4", {"POSITIONS": 4, "VERSIONS": 6}),
    "a missing first event": ("DELETE FROM events WHERE position = 1", {"POSITIONS": 1, "VERSIONS": 4}),
    "an event before the first": ("UPDATE events SET position = -5 WHERE position = 3", {"POSITIONS": 1}),
    "a time that goes back": (
        "UPDATE events SET recorded_at = recorded_at - 9000000 WHERE position = 7",
        {"RECORDED_AT": 7, "RECORDS": 7},
    ),
    "another event type": ("UPDATE events SET topic = 'meter.meter_read' WHERE position = 1", {"RECORDS": 1}),
    "another version": ("UPDATE events SET originator_version = 9 WHERE position = 8", {"RECORDS": 8, "VERSIONS": 8}),
    "a changed record": ("UPDATE events SET state = {bytes} WHERE position = 4", {"RECORDS": 4, "CHAIN": 6}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_behind_the_stores_back_is_found(
    lived: RegistryApplication, tamper: Tamper, database: MeterDatabase, change: str
) -> None:
    statement, expected = CHANGES[change]
    tamper(statement.replace("{bytes}", literal(database, b"\x00")))
    found = faults(lived)
    assert found.items() >= expected.items()
    assert min(found.values()) == min(expected.values())


def test_missing_last_events_are_found_where_the_engine_knows_what_it_has_given(
    lived: RegistryApplication, tamper: Tamper, database: MeterDatabase
) -> None:
    """PostgreSQL's positions come from the events themselves: there the log's mark shows that some are missing."""
    tamper("DELETE FROM events WHERE position >= 7")
    assert faults(lived) == ({"POSITIONS": 7} if database.url.startswith("sqlite") else {})


def test_an_event_that_was_rewritten_breaks_the_chain_where_it_goes_on(
    lived: RegistryApplication, tamper: Tamper, database: MeterDatabase
) -> None:
    """A careful forger: the record is whole, and only the amount is another."""
    recorder, codec = lived.events.recorder, lived.events.mapper.codec
    row = recorder.select_rows(3, 1)[0]
    schema, values = codec.decode(row.state)
    forged = codec.encode(schema, values | {"amount": Decimal("900.00")})
    tamper(f"UPDATE events SET state = {literal(database, forged)} WHERE position = 4")
    audit = audit_store(recorder, codec)
    assert [str(fault) for fault in audit.first.values()] == [
        f"position 6: version 3 of stream {id_of('meter', 1)} is not chained to version 2 at position 4"
    ]


def test_an_event_id_that_comes_twice_is_found(lived: RegistryApplication, tamper: Tamper, database: MeterDatabase) -> None:
    recorder, codec = lived.events.recorder, lived.events.mapper.codec
    first, eighth = recorder.select_rows(0, 1)[0], recorder.select_rows(7, 1)[0]
    schema, values = codec.decode(eighth.state)
    forged = codec.encode(schema, values | {"event_id": codec.decode(first.state)[1]["event_id"]})
    tamper(f"UPDATE events SET state = {literal(database, forged)} WHERE position = 8")
    assert faults(lived) == {"EVENT_IDS": 8}
    audit = audit_store(recorder, codec)
    assert audit.first["EVENT_IDS"].text == "the event has the id of the one at position 1"


def test_only_what_there_is_at_the_start_is_looked_at(lived: RegistryApplication) -> None:
    meter = meter_with(lived, 4)

    def write_on(_rows: int) -> None:
        meter.read("1.00")
        lived.save(meter)

    audit = audit_store(lived.events.recorder, lived.events.mapper.codec, write_on)
    assert (audit.sound, audit.events) == (True, 9)


def test_ids_are_remembered_from_page_to_page() -> None:
    with SeenIds() as seen:
        assert seen.add([(b"a", 1), (b"b", 2)]) == []
        assert seen.add([(b"c", 3), (b"b", 4), (b"c", 5)]) == [(4, 2), (5, 3)]
