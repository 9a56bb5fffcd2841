"""Counts facts into figures: pure, and the same in whatever order the facts are given.

A week's figures count first recordings. A correction or voiding changes nothing in them: it is a change of the week in which the
fact was first recorded, told in the week in which the correction was. So what stands at a cut-off is always the sum of the
weeks' figures and of the changes told until then.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from projections.weekly.fact import VOIDED, DigestFact
from projections.weekly.figures import FLOWS, is_late
from projections.weekly.window import Week, label_of


class FactUnknown(LookupError):
    """E-DIGEST-FACT-UNKNOWN: a correction of an event that is not there; a digest without it would be wrong."""

    code = "E-DIGEST-FACT-UNKNOWN"


@dataclass(slots=True)
class Count:
    """events: how many; persons: of those that tell a size; earlier: how many were true before the week began.

    behind: the event ids, by place in the register.
    """

    events: int = 0
    persons: int = 0
    earlier: int = 0
    behind: list[bytes] = field(default_factory=list)

    def add(self, fact: DigestFact, monday: int) -> None:
        """Count one more."""
        self.events += 1
        self.persons += fact.size or 0
        self.earlier += fact.effective_on < monday
        self.behind.append(fact.event_id)


@dataclass(frozen=True, slots=True)
class Change:
    """By how much a correction changes a figure of the week in which the fact was first recorded."""

    figure: str
    week: str
    unit: str
    events: int
    persons: int
    event_id: bytes


def count(facts: Iterable[DigestFact], week: Week) -> dict[tuple[str, str], Count]:
    """(figure, unit) -> what was first recorded in the week; without those of which nothing was."""
    counts: dict[tuple[str, str], Count] = {}
    for fact in sorted(facts, key=lambda fact: fact.position):
        if week.begins <= fact.recorded_at < week.ends:
            for code in _codes(fact):
                counts.setdefault((code, fact.unit), Count()).add(fact, week.monday)
    return counts


def changes(facts: Iterable[DigestFact], week: Week) -> list[Change]:
    """What corrections and voidings recorded in the week change. `facts`: all of the households concerned until the cut-off.

    Raises FactUnknown.
    """
    first: dict[bytes, DigestFact] = {}
    standing: dict[bytes, DigestFact | None] = {}
    found: list[Change] = []
    for fact in sorted(facts, key=lambda fact: fact.position):
        if fact.recorded_at >= week.ends:
            break
        if fact.corrects is None:
            first[fact.event_id] = standing[fact.event_id] = fact
            continue
        if fact.corrects not in first:
            raise FactUnknown(f"{fact.event_id.hex()} corrects {fact.corrects.hex()}, which is not in its household's timeline")
        original = first[fact.event_id] = first[fact.corrects]
        before = standing[original.event_id]
        after = standing[original.event_id] = None if fact.event_type == VOIDED else fact
        if fact.recorded_at >= week.begins:
            found += _differences(fact, label_of(original.recorded_at), before, after)
    return found


def _codes(fact: DigestFact) -> Iterator[str]:
    if fact.corrects is not None:
        yield "C7a"
        return
    if is_late(fact):
        yield "C7b"
    for figure in FLOWS:
        if figure.counts(fact):
            yield figure.code


def _differences(by: DigestFact, week: str, before: DigestFact | None, after: DigestFact | None) -> Iterator[Change]:
    for figure in FLOWS:
        sums: dict[str, tuple[int, int]] = {}
        for sign, fact in ((-1, before), (1, after)):
            if fact is not None and figure.counts(fact):
                events, persons = sums.get(fact.unit, (0, 0))
                sums[fact.unit] = events + sign, persons + sign * (fact.size or 0)
        for unit, (events, persons) in sorted(sums.items()):
            if events or persons:
                yield Change(figure.code, week, unit, events, persons, by.event_id)
