"""Whether a period may have ended is one comparison; what ended is decided from the store's head."""

from datetime import UTC, date, datetime, timedelta

import pytest

from registry.store.instant import to_micros
from registry.store.period_watch import PeriodWatch
from tests.support.meter import DailyCloser

NOON = datetime(2018, 9, 4, 12, tzinfo=UTC)
MIDNIGHT = datetime(2018, 9, 5, tzinfo=UTC)


def at(instant: datetime, **later: float) -> int:
    return to_micros(instant + timedelta(**later))


def days(watch: PeriodWatch, head: int | None, now: int) -> list[date]:
    return [event.day for event in watch.due(head, now)]  # type: ignore[attr-defined]


def test_without_a_closer_nothing_is_ever_due() -> None:
    watch = PeriodWatch(None)
    assert not watch.may_be_due(at(NOON))
    assert watch.due(at(NOON), at(NOON, days=10)) == ()
    watch.recorded(at(NOON))
    assert not watch.may_be_due(at(NOON, days=10))


def test_what_is_not_known_yet_has_to_be_looked_up() -> None:
    assert PeriodWatch(DailyCloser()).may_be_due(at(NOON))


def test_until_the_next_cut_off_nothing_is_due() -> None:
    watch = PeriodWatch(DailyCloser())
    watch.recorded(at(NOON))
    assert not watch.may_be_due(at(MIDNIGHT, microseconds=-1))
    assert watch.may_be_due(at(MIDNIGHT))


def test_the_head_says_what_is_due_whatever_is_remembered() -> None:
    watch = PeriodWatch(DailyCloser())
    watch.recorded(at(NOON))
    assert days(watch, at(NOON), at(MIDNIGHT, days=1)) == [date(2018, 9, 4), date(2018, 9, 5)]
    assert days(watch, at(MIDNIGHT), at(MIDNIGHT, days=1)) == [date(2018, 9, 5)], "another process closed the first"
    assert days(watch, at(MIDNIGHT, days=1), at(MIDNIGHT, days=1)) == []
    assert days(watch, None, at(MIDNIGHT, days=1)) == []


def test_an_older_stamp_does_not_turn_the_watch_back() -> None:
    watch = PeriodWatch(DailyCloser())
    watch.recorded(at(MIDNIGHT))
    watch.recorded(at(NOON))
    assert not watch.may_be_due(at(MIDNIGHT, hours=1))


def test_a_closing_event_has_to_begin_a_stream() -> None:
    class Continuing(DailyCloser):
        def closing_events(self, after: datetime, until: datetime) -> list[object]:  # type: ignore[override]
            events = super().closing_events(after, until)
            return [type(e)(**vars(e) | {"originator_version": 2}) for e in events]

    with pytest.raises(ValueError, match="a stream of its own"):
        PeriodWatch(Continuing()).due(at(NOON), at(MIDNIGHT))
