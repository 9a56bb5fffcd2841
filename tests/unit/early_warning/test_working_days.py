"""Working days by the official calendar."""

from datetime import date

import pytest

from registry.early_warning.working_days import after_working_days, is_working_day
from registry.refusal import Refused


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2018, 9, 14), True),
        (date(2018, 9, 15), False),
        (date(2018, 9, 24), False),  # mid-autumn festival
        (date(2018, 9, 29), True),  # a Saturday worked for the National Day holidays
        (date(2018, 10, 5), False),
        (date(2020, 1, 31), False),  # holidays prolonged by the epidemic
        (date(2020, 2, 29), False),
    ],
)
def test_holidays_and_days_worked_in_their_stead_count(day: date, *, works: bool) -> None:
    assert is_working_day(day) is works


def test_working_days_are_counted_over_holidays() -> None:
    assert after_working_days(date(2018, 9, 28), 1) == date(2018, 9, 29)
    assert after_working_days(date(2018, 9, 28), 3) == date(2018, 10, 8)
    assert after_working_days(date(2018, 9, 15), 0) == date(2018, 9, 15)


def test_a_year_without_a_calendar_is_said_and_not_guessed() -> None:
    with pytest.raises(Refused, match="E-CALENDAR-YEAR") as refused:
        after_working_days(date(2003, 12, 31), 1) and is_working_day(date(1999, 1, 4))
    assert refused.value.violations[0].params["year"] in (1999, 2003)
