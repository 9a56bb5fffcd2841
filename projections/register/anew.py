"""Folding a household again, from the events of its timeline: where a fact was corrected or voided, or came late.

A correction is a later event of the corrected one's own type that says the whole fact again, a voiding says that a fact never
was; both name the first event of the fact. The fact is taken in its old place, with its last wording, or not at all; who recorded
it first, and when, stays as it was. This is how the write side reads a corrected stream.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from projections.event_reader import Event
from projections.register.facts.fact import Fact
from projections.register.history import ALL_DAYS, Segment
from projections.register.state import Household
from schemas.envelope import ENVELOPE_FIELDS

VOIDED: Final = "household.fact_voided"
_STAYS: Final = tuple(set(ENVELOPE_FIELDS) - {"effective_on", "reason_code", "evidence", "previous_hash"})


class Told(NamedTuple):
    """An event of a timeline; `fact` None if it says nothing that the register reads."""

    event_type: str
    fact: Fact | None
    event: Event


def facts_of(stream: Sequence[Told]) -> Iterator[tuple[Fact, Event]]:
    """The facts of a whole timeline, in its order, as they are said in the end."""
    last = {told.event["corrects_event_id"]: told for told in stream if told.event["corrects_event_id"] is not None}
    for told in stream:
        if told.fact is None or told.event["corrects_event_id"] is not None:
            continue
        correction = last.get(told.event["event_id"])
        if correction is None:
            yield told.fact, told.event
        elif correction.event_type != VOIDED:
            yield told.fact, correction.event | {name: told.event[name] for name in _STAYS}


def replaced_by(stream: Sequence[Told], correction: Event) -> Iterator[int]:
    """Versions of the events that stated the fact before this correction or voiding."""
    root = correction["corrects_event_id"]
    for told in stream:
        event = told.event
        if event["version"] < correction["version"] and root in (event["event_id"], event["corrects_event_id"]):
            yield event["version"]


def fold_again(household: Household, facts: Iterable[tuple[Fact, Event]]) -> Household:
    """The household as these facts make it; what was believed of it so far stays to be compared."""
    again = Household(household.household_id, household.partition, household.version, household.position, household.recorded_at)
    again.beliefs = household.beliefs
    again.changes.anew = True
    for fact, event in facts:
        fact.apply(again, event)
        if fact.shapes and event["effective_on"] > again.ordered_on:
            again.ordered_on = event["effective_on"]
    return again


def segments_of(facts: Iterable[tuple[Fact, Event]], since: int = ALL_DAYS) -> list[Segment]:
    """What the facts make of each day from `since` on."""
    shaping = [(fact.apply, event) for fact, event in facts if fact.shapes]
    days = sorted({event["effective_on"] for _, event in shaping if event["effective_on"] >= since})
    segments = []
    for day in days:
        household = Household(b"", 0)
        for apply, event in shaping:
            if event["effective_on"] <= day:
                apply(household, event)
        segments.append((day, household.shape))
    return segments
