"""A stream has no gap and no branch, whoever writes."""

import pytest

from registry.store.application import RegistryApplication
from registry.store.errors import StreamConflict, StreamGap
from registry.store.event_store import RegistryEventStore
from tests.support.meter import BEGINNING, Meter, MeterOpened, SetClock, envelope, id_of
from tests.support.meter_store import all_rows, meter_with


def test_of_two_who_go_on_from_the_same_version_one_does(application: RegistryApplication) -> None:
    meter = meter_with(application, 1)
    one, other = application.load(Meter, meter.id), application.load(Meter, meter.id)
    one.read("1.00")
    other.read("2.00")
    application.save(one)
    with pytest.raises(StreamConflict) as conflict:
        application.save(other)
    assert not isinstance(conflict.value, StreamGap)
    assert application.load(Meter, meter.id).version == 2


def test_of_two_who_begin_the_same_stream_one_does(application: RegistryApplication) -> None:
    one, other = Meter.opened(id_of("meter", 1)), Meter.opened(id_of("meter", 1))
    application.save(one)
    with pytest.raises(StreamConflict):
        application.save(other)


def test_a_conflict_in_one_stream_holds_back_the_others(application: RegistryApplication) -> None:
    meter, fresh = meter_with(application, 1), Meter.opened(id_of("meter", 2))
    stale = application.load(Meter, meter.id)
    meter.read("1.00")
    application.save(meter)
    before = all_rows(application.events.recorder)
    stale.read("2.00")
    with pytest.raises(StreamConflict):
        application.save(fresh, stale)
    assert all_rows(application.events.recorder) == before
    assert fresh.pending
    assert stale.pending


def test_a_save_after_a_failed_one_cannot_leave_a_hole(application: RegistryApplication) -> None:
    """The library's own trap: after a failure it forgets the events, and the next save begins behind them."""
    meter = meter_with(application, 1)
    meter.read("1.00")
    meter.collect_events()  # as if they had been saved
    meter.read("2.00")
    with pytest.raises(StreamGap, match="version 2 is not stored"):
        application.save(meter)
    assert application.load(Meter, meter.id).version == 1


def test_versions_within_a_save_follow_one_another(store: RegistryEventStore) -> None:
    stream = id_of("meter", 1)
    events = [MeterOpened(**envelope(stream, version), household_id=stream) for version in (1, 3)]
    with pytest.raises(StreamGap, match="version 3 cannot follow 1"):
        store.put(events)
    assert all_rows(store.recorder) == []


@pytest.mark.parametrize("version", [0, -1])
def test_a_stream_of_the_registry_begins_with_version_one(store: RegistryEventStore, version: int) -> None:
    stream = id_of("meter", 1)
    with pytest.raises(StreamGap, match="cannot begin"):
        store.put([MeterOpened(**envelope(stream, version), household_id=stream)])
    assert all_rows(store.recorder) == []


def test_a_conflict_leaves_the_clock_of_the_store_where_it_was(application: RegistryApplication, clock: SetClock) -> None:
    meter = meter_with(application, 1)
    stale = application.load(Meter, meter.id)
    meter.read("1.00")
    application.save(meter)
    clock.advance(days=1)
    stale.read("1.00")
    with pytest.raises(StreamConflict):
        application.save(stale)
    clock.advance(days=-1)
    meter_with(application, 2)
    assert {event.timestamp for event in application.events.get(id_of("meter", 2))} == {BEGINNING}
