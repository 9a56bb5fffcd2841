"""Periods are closed by whichever write first passes the cut-off: in its transaction, before its events, once."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from registry.period.period import PeriodCalendar
from registry.store import opening
from registry.store.application import RegistryApplication
from registry.store.event_store import RegistryEventStore
from schemas.codec import Unencodable
from tests.support.meter import DailyCloser, Meter, SetClock, envelope, id_of
from tests.support.meter_store import all_rows, meter_with


def told(store: RegistryEventStore) -> list[str]:
    """The store's events in order: which day was closed, or just the kind of event."""
    _, events = store.events_of_types(0, ["meter.meter_opened", "meter.meter_read", "meter.day_closed"])
    return [str(event.day) if hasattr(event, "day") else type(event).__name__ for event in events]


def test_a_day_is_closed_before_the_first_event_of_the_next(open_store: Any, clock: SetClock) -> None:
    store = open_store(closer=DailyCloser())
    application = RegistryApplication(store)
    meter = meter_with(application, 1, "1.00")
    clock.advance(days=1)
    meter.read("2.00")
    recordings = application.save(meter)
    assert told(store) == ["MeterOpened", "MeterRead", "2018-09-04", "MeterRead"]
    assert [recording.notification.id for recording in recordings] == [4], "the caller hears of his own events only"
    assert [row[4] for row in all_rows(store.recorder)][2:] == [all_rows(store.recorder)[3][4]] * 2


def test_every_day_that_passed_in_silence_is_closed(open_store: Any, clock: SetClock) -> None:
    store = open_store(closer=DailyCloser())
    meter_with(RegistryApplication(store), 1)
    clock.advance(days=3)
    meter_with(RegistryApplication(store), 2)
    assert told(store) == ["MeterOpened", "2018-09-04", "2018-09-05", "2018-09-06", "MeterOpened"]


def test_an_empty_store_has_nothing_to_close(open_store: Any, clock: SetClock) -> None:
    store = open_store(closer=DailyCloser())
    clock.advance(days=30)
    meter_with(RegistryApplication(store), 1)
    assert told(store) == ["MeterOpened"]


@pytest.mark.parametrize(("microseconds", "closed"), [(-1, 0), (0, 1)])
def test_what_is_recorded_at_the_cut_offs_instant_belongs_to_the_next_day(
    open_store: Any, clock: SetClock, microseconds: int, closed: int
) -> None:
    store = open_store(closer=DailyCloser())
    meter_with(RegistryApplication(store), 1)
    clock.instant = datetime(2018, 9, 5, tzinfo=UTC)
    clock.advance(microseconds=microseconds)
    meter_with(RegistryApplication(store), 2)
    assert told(store) == ["MeterOpened", *["2018-09-04"] * closed, "MeterOpened"]


def test_two_processes_close_each_day_once(open_store: Any, clock: SetClock) -> None:
    ahead = SetClock()
    one, other = open_store(closer=DailyCloser()), open_store(ahead, closer=DailyCloser())
    meter_with(RegistryApplication(one), 1)
    ahead.advance(days=2)
    meter_with(RegistryApplication(other), 2)
    clock.advance(days=1)  # this process' clock is a day behind, and its next cut-off has long been passed
    meter_with(RegistryApplication(one), 3)
    clock.advance(days=2)
    meter_with(RegistryApplication(one), 4)
    days = ["2018-09-04", "2018-09-05"]
    assert told(other) == ["MeterOpened", *days, "MeterOpened", "MeterOpened", "2018-09-06", "MeterOpened"]


def test_a_failed_save_closes_nothing(open_store: Any, clock: SetClock) -> None:
    store = open_store(closer=DailyCloser())
    application = RegistryApplication(store)
    meter = meter_with(application, 1)
    clock.advance(days=1)
    meter.read("0.001")
    with pytest.raises(Unencodable):
        application.save(meter)
    assert told(store) == ["MeterOpened"]
    meter_with(application, 2)
    assert told(store) == ["MeterOpened", "2018-09-04", "MeterOpened"]


def test_a_quiet_register_closes_its_periods_too(open_store: Any, clock: SetClock) -> None:
    store = open_store(closer=DailyCloser())
    assert store.close_periods() == []
    meter_with(RegistryApplication(store), 1)
    assert store.close_periods() == []
    clock.advance(days=2)
    closed = store.close_periods()
    assert [recording.domain_event.day for recording in closed] == [date(2018, 9, 4), date(2018, 9, 5)]
    assert [recording.notification.id for recording in closed] == [2, 3]
    assert store.close_periods() == []
    assert open_store(closer=DailyCloser()).close_periods() == []


def test_closing_what_another_process_closed_adds_nothing(open_store: Any, clock: SetClock) -> None:
    one, other = open_store(closer=DailyCloser()), open_store(closer=DailyCloser())
    meter_with(RegistryApplication(one), 1)
    clock.advance(days=1)
    assert len(one.close_periods()) == 1
    assert other.close_periods() == []


def test_a_closer_that_goes_on_with_an_old_stream_is_refused(open_store: Any, clock: SetClock) -> None:
    class Wrong(DailyCloser):
        def closing_events(self, after: datetime, until: datetime) -> list[Any]:
            return [type(event)(**envelope(id_of("day"), 2), day=event.day) for event in super().closing_events(after, until)]

    store = open_store(closer=Wrong())
    meter_with(RegistryApplication(store), 1)
    clock.advance(days=1)
    with pytest.raises(ValueError, match="a stream of its own"):
        meter_with(RegistryApplication(store), 2)
    assert told(store) == ["MeterOpened"]


def test_the_registers_own_weeks_and_months_are_closed(new_address: Callable[[], str], clock: SetClock) -> None:
    """With the real calendar and the shipped schemas: what the meter's catalogue does not know is stored under the registry's."""
    address = new_address()
    opening.create_store(address)
    calendar = PeriodCalendar("460000000000")
    store = opening.open_store(address, clock, closer=calendar)
    first, *_ = calendar.closing_events(datetime(2018, 8, 1, tzinfo=UTC), datetime(2018, 8, 30, tzinfo=UTC))
    store.put([first])  # any event of the registry begins the store
    clock.instant = datetime(2018, 10, 1, 8, tzinfo=UTC)
    closed = [recording.domain_event.period for recording in store.close_periods()]
    store.close()
    assert closed == ["2018-W36", "2018-W37", "2018-W38", "2018-W39", "2018-09"]


def test_a_meter_goes_on_over_midnight(open_store: Any, clock: SetClock) -> None:
    store = open_store(closer=DailyCloser())
    application = RegistryApplication(store, cache_size=5)
    meter = meter_with(application, 1)
    for _ in range(7):
        clock.advance(hours=7)
        meter = application.load(Meter, meter.id)
        meter.read("1.00")
        application.save(meter)
    assert [entry for entry in told(store) if entry.startswith("2018")] == ["2018-09-04", "2018-09-05"]
