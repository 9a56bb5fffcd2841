"""Working days by the official calendar, holidays and the days worked in their stead included.

chinesecalendar knows the State Council's notices year by year. Outside of them nobody can count: it is said, not guessed.
"""

from datetime import date, timedelta

import chinese_calendar

from registry.refusal import refuse


def is_working_day(day: date) -> bool:
    """Whether offices are open. Raises Refused (E-CALENDAR-YEAR) for a year without a notice."""
    try:
        working: bool = chinese_calendar.is_workday(day)
    except NotImplementedError:
        refuse("E-CALENDAR-YEAR", year=day.year)
    return working


def after_working_days(day: date, count: int) -> date:
    """The working day that is so many after a day. Raises Refused (E-CALENDAR-YEAR)."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
