"""Whether what was recorded would still have been accepted, after something before it was corrected.

The stream is folded twice, as it is and as it would be; at each later fact its command is weighed on the household as it was
just then, by its own decider, with the actor and the day of that time. Only what is refused in the one fold and not in the
other speaks against the correction: a rule that was stricter or laxer in those days does not.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from registry.correction import as_corrected
from registry.decision import Decision
from registry.event import RegistryEvent
from registry.household.household import Household
from registry.household.statements import STATEMENTS
from registry.refusal import Refusals, Refused
from schemas.clock import shanghai_date


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would speak against a recorded event at its place: refusal codes."""

    event: RegistryEvent
    codes: frozenset[str]


IN_THE_END = UUID(int=0)
"""Stands, among the verdicts, for what is left when all has been folded."""


def check_what_follows(stream: Sequence[RegistryEvent], correction: RegistryEvent, decision: Decision) -> None:
    """Raises Refused (E-CORRECTION-BREAKS, once for each later fact) unless everything still stands with the correction.

    stream: every event so far; correction: the event that would follow, a restatement or a voiding.
    """
    assert correction.corrects_event_id is not None
    before = verdicts(stream, correction.corrects_event_id, decision)
    after = verdicts([*stream, correction], correction.corrects_event_id, decision)
    refusals = Refusals()
    for event_id, verdict in after.items():
        broken = verdict.codes - (before[event_id].codes if event_id in before else frozenset())
        if broken:
            event = verdict.event
            refusals.add("E-CORRECTION-BREAKS", event=event.TOPIC, day=event.effective_on, broken=", ".join(sorted(broken)))
    refusals.raise_any()


def household_before(stream: Sequence[RegistryEvent], event: RegistryEvent) -> Household:
    """The household just before an event, earlier facts as corrected since."""
    household = Household(event.originator_id)
    for recorded, fact in as_corrected(stream):
        if recorded is event:
            break
        if fact is not None:
            fact.mutate(household)
        household.version = recorded.originator_version
    return household


def then(event: RegistryEvent, decision: Decision, role: str | None = None) -> Decision:
    """The circumstances of the time at which an event was recorded; `role` replaces its actor's."""
    return replace(
        decision,
        actor={**event.actor, "role": role or event.actor["role"]},
        source=event.source,
        now=event.timestamp,
        today=shanghai_date(event.timestamp),
        next_id=lambda: event.event_id,
    )


def verdicts(stream: Sequence[RegistryEvent], after: UUID, decision: Decision) -> Mapping[UUID, Verdict]:
    """What would speak against each fact of a whole stream that follows the event with this id, by event id; and IN_THE_END."""
    household = Household(stream[0].originator_id)
    found: dict[UUID, Verdict] = {}
    follows = False
    for event, fact in as_corrected(stream):
        if fact is not None:
            codes = _refused(household, fact, decision) if follows else frozenset()
            try:
                fact.mutate(household)
            except Exception:  # whatever it tripped over, the stream does not fold any more: what follows has no household
                found[event.event_id] = Verdict(fact, codes | {"E-EVENT-UNKNOWN"})
                return found
            if follows:
                found[event.event_id] = Verdict(fact, codes)
        household.version = event.originator_version
        follows = follows or event.event_id == after
    if left := left_open(household):
        found[IN_THE_END] = Verdict(stream[-1], left)
    return found


def left_open(household: Household) -> frozenset[str]:
    """What no later fact would have been refused for, but cannot be: people without a head, help that nothing entitles to."""
    headless = {"E-HEAD"} if household.members and household.head is None else set()
    unentitled = {"E-NOT-ENTITLED"} if household.live_measures and not household.entitled else set()
    return frozenset(headless | unentitled)


def _refused(household: Household, fact: RegistryEvent, decision: Decision) -> frozenset[str]:
    """Why the fact would be refused on this household; a status event also where it changes another status than it says."""
    another = getattr(fact, "from_status", household.status) != household.status
    codes = {"E-STATE"} if another else set()
    statement = STATEMENTS.get(type(fact))
    if statement is not None:
        try:
            statement.decide(copy.deepcopy(household), statement.again(fact), then(fact, decision))
        except Refused as refused:
            codes |= {violation.code for violation in refused.violations}
    return frozenset(codes)
