"""Weeks and months: when they end, and what closes them."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from registry.period.period import PeriodCalendar, cut_offs_between, month_of, week_of
from schemas.clock import SHANGHAI
from tests.support.scenario import avro_mapper

PROVINCE = "460000000000"
INSTANTS = st.datetimes(datetime(2018, 1, 1), datetime(2021, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def shanghai(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[misc, arg-type]


def labels(after: datetime, until: datetime) -> list[str]:
    return [cut_off.period for cut_off in cut_offs_between(after, until)]


def test_a_week_ends_on_monday_at_midnight_in_the_province() -> None:
    (cut_off,) = cut_offs_between(shanghai(2018, 9, 11), shanghai(2018, 9, 20))
    assert cut_off == (datetime(2018, 9, 16, 16, tzinfo=UTC), "WEEK", "2018-W37")


def test_a_month_ends_on_the_first_at_midnight_in_the_province() -> None:
    cut_offs = list(cut_offs_between(shanghai(2018, 10, 30), shanghai(2018, 11, 2)))
    assert cut_offs == [(datetime(2018, 10, 31, 16, tzinfo=UTC), "MONTH", "2018-10")]


def test_where_both_end_at_once_the_week_ends_first() -> None:
    assert labels(shanghai(2018, 9, 30), shanghai(2018, 10, 1)) == ["2018-W39", "2018-09"]


def test_the_year_of_a_week_is_that_of_its_thursday() -> None:
    assert [week_of(date(2018, 12, 30)), week_of(date(2018, 12, 31)), week_of(date(2021, 1, 3))] == [
        "2018-W52",
        "2019-W01",
        "2020-W53",
    ]
    assert month_of(date(2018, 12, 31)) == "2018-12"


def test_the_cut_offs_own_instant_belongs_to_what_begins() -> None:
    monday = shanghai(2018, 9, 17)
    assert labels(monday - timedelta(microseconds=1), monday) == ["2018-W37"]
    assert labels(monday, monday + timedelta(days=1)) == []


def test_long_silence_closes_every_period_in_order() -> None:
    closed = labels(shanghai(2018, 11, 20), shanghai(2019, 1, 8))
    assert closed == ["2018-W47", "2018-11", "2018-W48", "2018-W49", "2018-W50", "2018-W51", "2018-W52", "2018-12", "2019-W01"]


@given(INSTANTS, INSTANTS, INSTANTS)
def test_periods_are_closed_once_however_often_one_looks(a: datetime, b: datetime, c: datetime) -> None:
    first, between, last = sorted((a, b, c))
    together = list(cut_offs_between(first, last))
    assert [*cut_offs_between(first, between), *cut_offs_between(between, last)] == together
    assert [cut_off.instant for cut_off in together] == sorted(cut_off.instant for cut_off in together)


@given(INSTANTS)
def test_the_next_cut_off_is_the_first_one_that_is_due(now: datetime) -> None:
    due = PeriodCalendar(PROVINCE).next_cut_off(now)
    assert now < due <= now + timedelta(days=7)
    assert not list(cut_offs_between(now, due - timedelta(microseconds=1)))
    assert list(cut_offs_between(now, due))


def test_each_period_is_closed_in_a_stream_of_its_own_and_always_the_same_one() -> None:
    calendar = PeriodCalendar(PROVINCE)
    events = calendar.closing_events(shanghai(2018, 9, 11), shanghai(2018, 11, 20))
    assert [event.originator_version for event in events] == [1] * len(events)
    assert len({event.originator_id for event in events}) == len({event.event_id for event in events}) == len(events)
    assert calendar.closing_events(shanghai(2018, 9, 11), shanghai(2018, 11, 20)) == events
    other = PeriodCalendar("469024000000").closing_events(shanghai(2018, 9, 11), shanghai(2018, 9, 20))
    assert other[0].originator_id != events[0].originator_id


def test_a_closing_event_survives_avro() -> None:
    (event,) = PeriodCalendar(PROVINCE).closing_events(shanghai(2018, 9, 11), shanghai(2018, 9, 20))
    mapper = avro_mapper()
    again = mapper.to_domain_event(mapper.to_stored_event(event))
    assert again == event
    assert event.effective_on == date(2018, 9, 17)
