"""What was believed of a case, on both clocks, as rectangles: on which days it stood so, and who knew it when.

What is true on a day is what the events effective by that day add up to, in the order of their stream; a case is there from the
day of the first that begins it. So the latest belief about the latest day is the case as it is, and an event that comes late
changes all days from its own on. What was believed for no instant at all, within one transaction, is no rectangle.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from projections.database import FOREVER, NO_END
from projections.event_reader import Event
from projections.expenses.cases import FIRST, Case, fold_case

Step = tuple[str, Event]
"""An event, with its kind before it."""


@dataclass(slots=True)
class Belief:
    """A case as it was on the days before `effective_to`, and as it was believed to be before `known_to`."""

    case: Case
    effective_from: int
    known_from: int
    effective_to: int = NO_END
    known_to: int = FOREVER


def beliefs_of(steps: Iterable[Step]) -> list[Belief]:
    """All that was ever believed of a case, by its events in their order. Raises LookupError where they begin none."""
    ceased: list[Belief] = []
    held: list[Belief] = []
    seen: list[Step] = []
    for step in steps:
        seen.append(step)
        _, event = step
        at, day = event["recorded_at"], event["effective_on"]
        begun = [Belief(case, since, at) for since, case in _days_from(day, seen, held)]
        kept, changed = _split(held, day)
        if kept and kept[-1].effective_to > day:
            last = kept.pop()
            changed.append(last)
            begun.insert(0, Belief(last.case, last.effective_from, at))
        for belief in changed:
            belief.known_to = at
        ceased += [belief for belief in changed if belief.known_from < at]
        for before, after in pairwise(begun):
            before.effective_to = after.effective_from
        held = [*kept, *begun]
    return [*ceased, *held]


def _split(held: Sequence[Belief], day: int) -> tuple[list[Belief], list[Belief]]:
    """Those that began before a day, and the others."""
    return [one for one in held if one.effective_from < day], [one for one in held if one.effective_from >= day]


def _days_from(day: int, seen: Sequence[Step], held: Sequence[Belief]) -> Iterator[tuple[int, Case]]:
    """How the case stands from a day on, each time that it changes; the last of those seen is new and effective on the day."""
    if held and held[-1].effective_from <= day:
        yield day, fold_case(dict(held[-1].case), *seen[-1])
        return
    later = {event["effective_on"] for _, event in seen}
    for since in sorted(one for one in later if one >= day):
        case: Case | None = None
        for kind, event in seen:
            # On days before the one that begins it there is no case yet.
            if event["effective_on"] <= since and (case is not None or kind in FIRST):
                case = fold_case(case, kind, event)
        if case is not None:
            yield since, case
        elif len(seen) == 1:
            raise LookupError("no such case")
