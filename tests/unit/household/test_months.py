"""Months as the plan counts them."""

from datetime import date

import pytest

from registry.household.months import months_later


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2018, 9, 4), 6, date(2019, 3, 4)),
        (date(2018, 8, 31), 6, date(2019, 2, 28)),
        (date(2019, 8, 31), 6, date(2020, 2, 29)),
        (date(2018, 12, 31), 12, date(2019, 12, 31)),
        (date(2018, 1, 31), 0, date(2018, 1, 31)),
        (date(2019, 1, 15), -12, date(2018, 1, 15)),
    ],
)
def test_a_month_that_has_no_such_day_ends_on_its_last(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later
