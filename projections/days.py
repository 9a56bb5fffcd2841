"""Days and instants as the tables have them: days since 1970 in the province, microseconds since 1970 in UTC."""

from datetime import date, timedelta
from typing import Final

_EPOCH: Final = date(1970, 1, 1)
DAY_US: Final = 86_400_000_000
SHANGHAI_US: Final = 8 * 3_600_000_000
"""So far the province's clocks are ahead of UTC, all the year."""


def first_instant(day: int) -> int:
    """When a day begins in the province."""
    return day * DAY_US - SHANGHAI_US


def day_of(instant: int) -> int:
    """The day of an instant in the province."""
    return (instant + SHANGHAI_US) // DAY_US


def date_of(day: int) -> date:
    """The date of a day since 1970."""
    return _EPOCH + timedelta(days=day)
