"""The days that the demonstration lives through, and on which of them offices work.

Source: the State Council's holiday notices for 2018 to 2021; the Saturdays worked in exchange are left out.
"""

from collections.abc import Iterator
from datetime import date, timedelta

FIRST_DAY = date(2018, 9, 4)
"""The day of the three-year plan: what was registered before is the opening balance."""
LAST_DAY = date(2021, 3, 31)

_HOLIDAYS = (
    (date(2018, 9, 22), date(2018, 9, 24)),
    (date(2018, 10, 1), date(2018, 10, 7)),
    (date(2018, 12, 30), date(2019, 1, 1)),
    (date(2019, 2, 4), date(2019, 2, 10)),
    (date(2019, 4, 5), date(2019, 4, 7)),
    (date(2019, 5, 1), date(2019, 5, 4)),
    (date(2019, 6, 7), date(2019, 6, 9)),
    (date(2019, 9, 13), date(2019, 9, 15)),
    (date(2019, 10, 1), date(2019, 10, 7)),
    (date(2020, 1, 1), date(2020, 1, 1)),
    (date(2020, 1, 24), date(2020, 2, 2)),
    (date(2020, 4, 4), date(2020, 4, 6)),
    (date(2020, 5, 1), date(2020, 5, 5)),
    (date(2020, 6, 25), date(2020, 6, 27)),
    (date(2020, 10, 1), date(2020, 10, 8)),
    (date(2021, 1, 1), date(2021, 1, 3)),
    (date(2021, 2, 11), date(2021, 2, 17)),
)
_SATURDAY = 5
_BEGINNING = FIRST_DAY.toordinal()


def _is_worked(day: date) -> bool:
    return day.weekday() < _SATURDAY and not any(first <= day <= last for first, last in _HOLIDAYS)


def _next_worked() -> list[int]:
    """For each day of the demonstration, and a little beyond, the first worked day at or after it."""
    last = LAST_DAY.toordinal() + 14
    following = last
    found = []
    for ordinal in range(last, _BEGINNING - 1, -1):
        if _is_worked(date.fromordinal(ordinal)):
            following = ordinal
        found.append(following)
    return found[::-1]


_NEXT_WORKED = _next_worked()


def working_day(day: date) -> date:
    """The first working day at or after a day of the demonstration; days beyond its end are left as they are."""
    place = day.toordinal() - _BEGINNING
    return date.fromordinal(_NEXT_WORKED[place]) if place < len(_NEXT_WORKED) else day


def working_days() -> Iterator[date]:
    """Every working day of the demonstration."""
    day = working_day(FIRST_DAY)
    while day <= LAST_DAY:
        yield day
        day = working_day(day + timedelta(days=1))
