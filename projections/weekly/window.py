"""The week of a digest: from Monday 00:00 until the next one, Asia/Shanghai, by when the register learnt of things."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from projections.days import date_of, day_of, first_instant

_LABEL: Final = re.compile(r"(\d{4})-W(\d{2})")
_EPOCH: Final = date(1970, 1, 1)


class WeekMalformed(ValueError):
    """E-WEEK-MALFORMED: no week of ISO 8601, such as `2018-W37`."""

    code = "E-WEEK-MALFORMED"


@dataclass(frozen=True, slots=True)
class Week:
    """label: `2018-W37`; monday: days since 1970."""

    label: str
    monday: int

    @property
    def begins(self) -> int:
        """The first instant within, microseconds since 1970."""
        return first_instant(self.monday)

    @property
    def ends(self) -> int:
        """The cut-off: the first instant beyond."""
        return first_instant(self.monday + 7)


def week(label: str) -> Week:
    """The week of a label. Raises WeekMalformed."""
    found = _LABEL.fullmatch(label)
    try:
        if found:
            monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
            return Week(label, (monday - _EPOCH).days)
    except ValueError:
        pass
    raise WeekMalformed(f"week: {label!r} is no week such as 2018-W37")


def label_of(recorded_at: int) -> str:
    """The label of the week in which something was recorded."""
    year, number, _ = date_of(day_of(recorded_at)).isocalendar()
    return f"{year}-W{number:02}"
