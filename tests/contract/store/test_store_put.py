"""What a save does: it stamps, chains, stores all of it or nothing, and tells the events."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from eventsourcing.application import AggregateNotFoundError

from registry.store.application import RegistryApplication
from registry.store.event_store import NO_HASH, RegistryEventStore
from schemas.codec import Unencodable, event_id_of
from tests.support.meter import BEGINNING, Meter, SetClock, id_of
from tests.support.meter_store import all_rows, meter_with


def test_what_was_saved_is_loaded(application: RegistryApplication) -> None:
    saved = meter_with(application, 1, "12.30", "0.70")
    loaded = application.load(Meter, saved.id)
    assert vars(loaded) == vars(saved)
    assert loaded.total == Decimal("13.00")


def test_an_event_comes_back_as_it_was_saved(application: RegistryApplication) -> None:
    meter = Meter.opened(id_of("meter", 1))
    meter.read("1.00")
    events = meter.pending
    application.save(meter)
    assert list(application.events.get(meter.id)) == list(events)


def test_an_aggregate_is_loaded_as_it_was_at_a_version(application: RegistryApplication) -> None:
    meter = meter_with(application, 1, "1.00", "2.00", "4.00")
    assert application.load(Meter, meter.id, version=3).total == Decimal("3.00")


def test_events_can_be_read_backwards_and_in_part(application: RegistryApplication) -> None:
    meter = meter_with(application, 1, "1.00", "2.00", "4.00")
    get = application.events.get
    assert [event.originator_version for event in get(meter.id, desc=True, limit=2)] == [4, 3]
    assert [event.originator_version for event in get(meter.id, gt=1, lte=3)] == [2, 3]
    assert list(get(meter.id, gt=4)) == []


def test_an_aggregate_that_was_never_saved_is_not_found(application: RegistryApplication) -> None:
    with pytest.raises(AggregateNotFoundError):
        application.load(Meter, id_of("meter", "nowhere"))


def test_all_events_of_a_save_carry_the_stores_time(application: RegistryApplication, clock: SetClock) -> None:
    clock.advance(hours=5)
    one, other = Meter.opened(id_of("meter", 1)), Meter.opened(id_of("meter", 2))
    one.read("1.00")
    recordings = application.save(one, other)
    expected = BEGINNING + timedelta(hours=5)
    assert [recording.domain_event.timestamp for recording in recordings] == [expected] * 3
    assert [recording.notification.id for recording in recordings] == [1, 2, 3]
    assert {event.timestamp for event in application.events.get(one.id)} == {expected}


def test_microseconds_survive(application: RegistryApplication, clock: SetClock) -> None:
    clock.instant = datetime(2018, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    meter = meter_with(application, 1)
    (event,) = application.events.get(meter.id)
    assert event.timestamp == clock.instant


def test_a_clock_that_goes_back_does_not_turn_the_order_of_recording(application: RegistryApplication, clock: SetClock) -> None:
    meter = meter_with(application, 1)
    clock.advance(days=-3)
    meter.read("1.00")
    application.save(meter)
    clock.advance(days=3, seconds=1)
    meter.read("1.00")
    application.save(meter)
    stamps = [event.timestamp for event in application.events.get(meter.id)]
    assert stamps == [BEGINNING, BEGINNING, BEGINNING + timedelta(seconds=1)]


def test_every_event_is_chained_to_the_one_before_it_in_its_stream(application: RegistryApplication) -> None:
    one, other = meter_with(application, 1, "1.00"), meter_with(application, 2)
    for meter in (one, other):
        meter.read("2.00")
        meter.read("3.00")
    application.save(one, other)
    for meter in (one, other):
        states = application.events.recorder.select_states(meter.id, gt=None, lte=None, desc=False, limit=None)
        hashes = [event.previous_hash for event in application.events.get(meter.id)]
        assert hashes == [NO_HASH, *(sha256(state).digest() for state in states[:-1])]


def test_the_events_learn_their_stamp_and_their_link(application: RegistryApplication, clock: SetClock) -> None:
    meter = meter_with(application, 1)
    clock.advance(seconds=9)
    meter.read("1.00")
    (event,) = meter.pending
    application.save(meter)
    stored = list(application.events.get(meter.id))[-1]
    assert event == stored
    assert event.timestamp == BEGINNING + timedelta(seconds=9)
    assert event.previous_hash != NO_HASH


def test_a_save_says_where_its_events_are(application: RegistryApplication) -> None:
    meter_with(application, 1, "1.00")
    meter = Meter.opened(id_of("meter", 2))
    (recording,) = application.save(meter)
    position, stream, event_type, state, _ = application.events.recorder.select_raw(2, 10)[0]
    notification = recording.notification
    assert (notification.id, notification.originator_id.bytes) == (position, stream)
    assert (notification.topic, notification.state) == (event_type, state)


def test_a_save_of_nothing_is_nothing(application: RegistryApplication) -> None:
    meter = meter_with(application, 1)
    assert application.save(meter) == []
    assert application.save() == []
    assert application.events.recorder.head().position == 1


def test_a_failed_save_leaves_nothing_anywhere(store: RegistryEventStore, clock: SetClock) -> None:
    application = RegistryApplication(store)
    good, bad = meter_with(application, 1), Meter.opened(id_of("meter", 2))
    before = all_rows(store.recorder)
    clock.advance(hours=1)
    good.read("1.00")
    bad.read("0.001")  # three places do not fit decimal(12,2)
    pending: list[tuple[Any, ...]] = [good.pending, bad.pending]
    with pytest.raises(Unencodable, match="meter_read"):
        application.save(good, bad)
    assert all_rows(store.recorder) == before
    assert [good.pending, bad.pending] == pending
    assert good.pending[0].timestamp == BEGINNING
    assert good.pending[0].previous_hash == NO_HASH
    assert meter_with(application, 3).version == 1, "the store goes on"


def test_a_state_begins_with_the_events_id(application: RegistryApplication) -> None:
    meter = Meter.opened(id_of("meter", 1))
    event_id = meter.pending[0].event_id
    application.save(meter)
    (row,) = all_rows(application.events.recorder)
    assert event_id_of(row[3]) == event_id.bytes
