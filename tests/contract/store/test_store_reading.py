"""What the relay, the reference shelf, the auditor and a restore read from a store and write into it."""

from uuid import UUID

import pytest
from eventsourcing.persistence import StoredEvent

from registry.store.application import RegistryApplication
from registry.store.errors import StreamConflict, StreamGap
from registry.store.event_store import RegistryEventStore
from registry.store.instant import to_micros
from registry.store.recorder import StoreRecorder
from tests.support.meter import BEGINNING, SetClock, id_of
from tests.support.meter_store import all_rows, meter_with

NOW_US = to_micros(BEGINNING)
ANY = id_of("any")


def test_an_empty_store_ends_at_position_zero(store: RegistryEventStore) -> None:
    recorder = store.recorder
    assert recorder.head() == (0, None)
    assert recorder.select_raw(0, 10) == []
    assert recorder.select_of_types(0, ["meter.meter_read"]) == (0, [])
    assert recorder.existing([ANY]) == recorder.existing([]) == set()
    assert recorder.state_at(1) is None
    assert recorder.max_notification_id() is None


def test_which_streams_there_are_is_told_for_many_at_once(application: RegistryApplication) -> None:
    meters = {meter_with(application, 1, "1.00", "2.00").id, meter_with(application, 2).id}
    unknown = {id_of(f"unknown {number}") for number in range(1200)}
    assert application.events.recorder.existing(meters | unknown) == meters


def test_raw_rows_come_in_order_in_pages(application: RegistryApplication) -> None:
    meter = meter_with(application, 1, "1.00", "2.00")
    other = meter_with(application, 2)
    select = application.events.recorder.select_raw
    everything = select(0, 100)
    assert [row[0] for row in everything] == [1, 2, 3, 4]
    assert [UUID(bytes=row[1]) for row in everything] == [meter.id] * 3 + [other.id]
    assert [row[2] for row in everything] == ["meter.meter_opened", *["meter.meter_read"] * 2, "meter.meter_opened"]
    assert {row[4] for row in everything} == {NOW_US}
    assert select(0, 3) + select(3, 3) == everything
    assert select(4, 3) == []


def test_raw_rows_are_plain_values(application: RegistryApplication) -> None:
    meter_with(application, 1)
    (row,) = application.events.recorder.select_raw(0, 1)
    assert [type(value) for value in row] == [int, bytes, str, bytes, int]
    assert type(row) is tuple


def test_a_position_gives_its_state(application: RegistryApplication) -> None:
    meter_with(application, 1, "1.00")
    recorder = application.events.recorder
    assert [recorder.state_at(position) for position in (1, 2)] == [row[3] for row in all_rows(recorder)]
    assert recorder.state_at(0) is None
    assert recorder.state_at(3) is None


def test_the_head_is_the_last_event(application: RegistryApplication, clock: SetClock) -> None:
    meter_with(application, 1)
    clock.advance(seconds=1)
    meter_with(application, 2)
    assert application.events.recorder.head() == (2, NOW_US + 1_000_000)


def test_a_stored_event_is_found_by_its_place(application: RegistryApplication) -> None:
    meter = meter_with(application, 1, "1.00")
    recorder = application.events.recorder
    row = recorder.select_row(meter.id, 2)
    assert row is not None
    assert row == (2, meter.id, 2, "meter.meter_read", recorder.state_at(2), NOW_US)
    assert recorder.select_row(meter.id, 3) is None
    assert recorder.select_row(id_of("nobody"), 1) is None


def test_events_of_some_types_come_with_the_position_looked_up_to(store: RegistryEventStore) -> None:
    application = RegistryApplication(store)
    meter = meter_with(application, 1, "1.00")
    meter_with(application, 2)
    position, events = store.events_of_types(0, ["meter.meter_opened"])
    assert position == 3
    assert [event.originator_id for event in events] == [meter.id, id_of("meter", 2)]
    assert store.events_of_types(position, ["meter.meter_opened"]) == (3, [])
    meter.read("2.00")
    application.save(meter)
    position, events = store.events_of_types(position, ["meter.meter_opened", "meter.meter_read"])
    assert (position, [event.amount for event in events]) == (4, [2])


def test_a_stream_can_be_read_by_whoever_knows_only_the_library(application: RegistryApplication) -> None:
    meter = meter_with(application, 1, "1.00", "2.00")
    recorder, mapper = application.events.recorder, application.mapper
    found = recorder.select_events(meter.id, gt=1, desc=True, limit=1)
    assert [mapper.to_domain_event(event) for event in found] == [list(application.events.get(meter.id))[-1]]
    notifications = recorder.select_notifications(2, 10, topics=["meter.meter_read"])
    assert [(n.id, n.originator_id, n.originator_version) for n in notifications] == [(2, meter.id, 2), (3, meter.id, 3)]
    assert [event.amount for event in map(mapper.to_domain_event, notifications)] == [1, 2]  # type: ignore[attr-defined]


def test_states_are_never_changed_on_their_way(recorder: StoreRecorder) -> None:
    state = bytes(range(256)) * 20  # every byte, and longer than what PostgreSQL keeps in line
    stored = StoredEvent(ANY, 1, "any.event", state)
    assert recorder.insert_events([stored], recorded_at_us=5) == [1]
    assert recorder.state_at(1) == state
    assert recorder.select_states(ANY, gt=None, lte=None, desc=False, limit=None) == [state]
    assert recorder.select_raw(0, 10) == [(1, ANY.bytes, "any.event", state, 5)]
    assert list(recorder.select_events(ANY)) == [stored]


def test_a_restore_writes_what_another_store_held(
    application: RegistryApplication, recorder: StoreRecorder, clock: SetClock
) -> None:
    meter = meter_with(application, 1, "1.00")
    clock.advance(hours=1)
    meter.read("2.00")
    application.save(meter)
    rows = all_rows(application.events.recorder)
    for position, stream, event_type, state, recorded_at_us in rows:
        event = StoredEvent(UUID(bytes=stream), position, event_type, state)  # one stream: version and position are the same
        assert recorder.insert_events([event], recorded_at_us=recorded_at_us) == [position]
    assert all_rows(recorder) == rows


def test_what_is_restored_keeps_the_order_of_recording_and_of_versions(recorder: StoreRecorder) -> None:
    insert = recorder.insert_events
    insert([StoredEvent(ANY, 1, "any.event", b"1")], recorded_at_us=5)
    with pytest.raises(ValueError, match="decrease"):
        insert([StoredEvent(ANY, 2, "any.event", b"2")], recorded_at_us=4)
    with pytest.raises(StreamGap):
        insert([StoredEvent(ANY, 3, "any.event", b"3")])
    with pytest.raises(StreamConflict):
        insert([StoredEvent(ANY, 1, "any.event", b"1")])
    assert insert([]) is None
    assert insert([StoredEvent(ANY, 2, "any.event", b"2")]) == [2]
    assert recorder.head() == (2, 5)
