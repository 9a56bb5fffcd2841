"""Months as the plan counts them: six months after the 31st of August is the last day of February."""

import calendar
from datetime import date


def months_later(day: date, months: int) -> date:
    """The same day so many months later (or earlier), or the last day of a month that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
