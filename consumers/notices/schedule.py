"""When a delivery that failed is tried again: each time twice as long after, up to an hour or so, and then no more.

No chance is in it: an operator can say when the next attempt comes, and a test too.
"""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Schedule:
    """first_s, longest_s: the first and the longest wait, seconds; tries: how many attempts before it is given up.

    As it stands that is three days and some hours: a mail server that fails on a Friday evening may stay away until Monday.
    """

    first_s: int = 30
    longest_s: int = 3600
    tries: int = 85

    def after(self, number: int) -> timedelta | None:
        """The wait after the attempt of this number (the first is 1); None: it was the last one."""
        if number >= self.tries:
            return None
        return timedelta(seconds=min(self.longest_s, self.first_s * 2 ** min(number - 1, 30)))
