"""Days and instants as the tables have them: days since 1970 in the province, microseconds since 1970 in UTC."""

from typing import Final

DAY_US: Final = 86_400_000_000
SHANGHAI_US: Final = 8 * 3_600_000_000
"""So far the province's clocks are ahead of UTC, all the year."""


def first_instant(day: int) -> int:
    """When a day begins in the province."""
    return day * DAY_US - SHANGHAI_US
