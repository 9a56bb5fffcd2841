"""Working days of the demonstration, and how late facts are recorded on them."""

from datetime import date
from random import Random

from deploy.demo.days import FIRST_DAY, LAST_DAY, working_day, working_days
from deploy.demo.lateness import happened, happened_lately

TODAY = date(2019, 11, 20)


def test_the_demonstration_lives_through_every_working_day_once() -> None:
    days = list(working_days())
    assert days == sorted(set(days))
    assert (days[0], days[-1]) == (FIRST_DAY, LAST_DAY)
    assert not [day for day in days if day.weekday() > 4]
    assert len({day.isocalendar()[:2] for day in days}) > 125


def test_offices_rest_on_holidays_and_go_on_after_them() -> None:
    assert working_day(date(2018, 10, 1)) == date(2018, 10, 8)
    assert working_day(date(2019, 2, 4)) == date(2019, 2, 11)
    assert working_day(date(2019, 3, 9)) == date(2019, 3, 11)
    assert working_day(date(2019, 3, 12)) == date(2019, 3, 12)


def test_a_day_beyond_the_end_stays_what_it_is() -> None:
    assert working_day(date(2023, 1, 1)) == date(2023, 1, 1)


def test_most_facts_are_recorded_within_days_and_some_after_months() -> None:
    chance = Random(1)
    late = [(TODAY - happened(TODAY, chance, date(2018, 1, 1))).days for _ in range(20_000)]
    shares = [sum(least <= days <= most for days in late) / len(late) for least, most in ((0, 3), (4, 14), (15, 60), (61, 180))]
    assert all(abs(share - meant) < 0.01 for share, meant in zip(shares, (0.70, 0.20, 0.08, 0.02), strict=True))
    assert max(late) <= 180


def test_no_fact_is_dated_before_it_could_be_nor_after_today() -> None:
    chance = Random(2)
    for way in (happened, happened_lately):
        days = {way(TODAY, chance, TODAY.replace(day=18)) for _ in range(500)}
        assert min(days) == TODAY.replace(day=18)
        assert max(days) == TODAY
        assert way(TODAY, chance, date(2020, 1, 1)) == TODAY
