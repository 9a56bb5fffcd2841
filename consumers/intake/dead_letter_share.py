"""Which hospitals' records of the last hour were dead letters for more than a share: a program gone wrong, not a slip.

The hour is the log's: it ends with a hospital's newest record, by append time, so that a backlog is judged as it was sent. What
was sent before a hospital was last resumed is not counted: it may be taken in without stopping the hospital again. Counts are
kept by the second, at most 3,600 pairs for a hospital. Pure; they are of one process: `recounting` has a new one's.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from heapq import heappop, heappush
from typing import Final, NamedTuple

HOUR_S: Final = 3600


class Taken(NamedTuple):
    """What came of a record: whose it was, whether it was accepted, when the log appended it (ms since 1970), and where."""

    institution: str
    accepted: bool
    appended_ms: int
    offset: int


@dataclass(frozen=True, slots=True)
class Exceeded:
    """So many of a hospital's records of an hour were dead letters; the last of the records is at this place and time."""

    institution: str
    records: int
    dead_letters: int
    offset: int
    appended_ms: int


@dataclass(slots=True)
class _Hour:
    after_ms: int = -1
    """Only what was appended after this is counted."""
    records: int = 0
    dead_letters: int = 0
    offset: int = 0
    newest_ms: int = 0
    seconds: list[int] = field(default_factory=list)
    """A heap, and by second how many records and how many dead letters."""
    counts: dict[int, list[int]] = field(default_factory=dict)

    def count(self, taken: Taken) -> None:
        self.offset, self.newest_ms = max(self.offset, taken.offset), max(self.newest_ms, taken.appended_ms)
        oldest, second = self.newest_ms // 1000 - HOUR_S + 1, taken.appended_ms // 1000
        if taken.appended_ms > self.after_ms and second >= oldest:
            if second not in self.counts:
                self.counts[second] = [0, 0]
                heappush(self.seconds, second)
            self.counts[second][0] += 1
            self.counts[second][1] += not taken.accepted
            self.records += 1
            self.dead_letters += not taken.accepted
        while self.seconds and self.seconds[0] < oldest:
            records, dead_letters = self.counts.pop(heappop(self.seconds))
            self.records -= records
            self.dead_letters -= dead_letters


class DeadLetterShare:
    """Of every hospital, for one thread."""

    def __init__(self) -> None:
        self.begun = False
        """Whether what was taken in before it began is counted."""
        self._hours: dict[str, _Hour] = {}

    def resumed(self, institution: str, at_ms: int) -> None:
        """Count only what was appended after this; said again it does nothing."""
        hour = self._hours.get(institution)
        if hour is None or hour.after_ms < at_ms:
            self._hours[institution] = _Hour(at_ms)

    def count(self, taken: Iterable[Taken]) -> None:
        """What came of these records."""
        for one in taken:
            self._hours.setdefault(one.institution, _Hour()).count(one)

    def exceeded(self, share: Fraction, least_records: int) -> list[Exceeded]:
        """Hospitals with so many records in their hour, and of them more than this share dead letters; by code."""
        return [
            Exceeded(institution, hour.records, hour.dead_letters, hour.offset, hour.newest_ms)
            for institution, hour in sorted(self._hours.items())
            if hour.records >= least_records and hour.dead_letters > share * hour.records
        ]
