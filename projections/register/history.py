"""What was believed of a household, on both clocks, as rectangles: on which days a shape was true, and who knew it when.

What is true on a day is what the facts effective by that day add up to, in the order of the store. So the latest belief about
the latest day is the household as it is, and a fact that comes late changes all days from its own on. A rectangle is never
changed but for the instant at which it ceased to be believed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from projections.database import NO_END
from projections.register.codes import NO_STATUS
from projections.register.state import Household, Rectangle, Shape

Segment = tuple[int, Shape]
"""A day, and the shape from that day until the next segment's."""

ALL_DAYS: Final = -NO_END
"""The day before every day."""


@dataclass(slots=True)
class Rewrites:
    """Rectangles to be written, with their households: those that began to be believed, and stored ones that ceased to be."""

    begun: list[tuple[bytes, Rectangle]] = field(default_factory=list)
    ceased: list[tuple[bytes, Rectangle]] = field(default_factory=list)


def believe(household: Household, since: int, segments: Sequence[Segment], at: int, rewrites: Rewrites) -> None:
    """Believe the segments, and of the days from `since` on nothing else, as from the instant `at`."""
    beliefs = household.beliefs
    if len(segments) == 1 and beliefs and segments[0][0] == since > beliefs[-1].effective_from:
        _append(household, *segments[0], at, rewrites)
        return
    known = {(b.effective_from, b.effective_to, b.shape): b for b in beliefs}
    household.beliefs = []
    for effective_from, effective_to, shape in _spans(beliefs, since, segments):
        belief = known.pop((effective_from, effective_to, shape), None)
        if belief is None:
            belief = Rectangle(effective_from, at, shape, effective_to)
            rewrites.begun.append((household.household_id, belief))
        household.beliefs.append(belief)
    for belief in known.values():
        _cease(household, belief, at, rewrites)


def _append(household: Household, day: int, shape: Shape, at: int, rewrites: Rewrites) -> None:
    """The ordinary case: something changed after all that was known."""
    last = household.beliefs[-1]
    if last.shape == shape:
        return
    _cease(household, last, at, rewrites)
    before, after = Rectangle(last.effective_from, at, last.shape, day), Rectangle(day, at, shape)
    household.beliefs[-1:] = before, after
    rewrites.begun += ((household.household_id, before), (household.household_id, after))


def _cease(household: Household, belief: Rectangle, at: int, rewrites: Rewrites) -> None:
    belief.known_to = at
    if belief.stored:
        rewrites.ceased.append((household.household_id, belief))


def _spans(beliefs: Sequence[Rectangle], since: int, segments: Sequence[Segment]) -> list[tuple[int, int, Shape]]:
    """All days once: the beliefs up to `since`, then the segments; equal neighbours are one. Days before any status are none."""
    days = [(b.effective_from, b.shape) for b in beliefs if b.effective_from < since]
    starts: list[Segment] = []
    for day, shape in (*days, *segments):
        if not starts or shape != starts[-1][1]:
            starts.append((day, shape))
    ends = (*(day for day, _ in starts[1:]), NO_END)
    return [(day, end, shape) for (day, shape), end in zip(starts, ends, strict=False) if shape[0] != NO_STATUS]
