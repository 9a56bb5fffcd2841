"""Corrections: a fact that was recorded wrongly is said again, whole, or voided; the county's to do.

History is kept: the correction is an event of the corrected one's own type, later in the stream, and is read in its place
(`registry.correction`). What the fact's own rules refuse is refused here too; and so is a correction after which a later fact
would not have been accepted (E-CORRECTION-BREAKS): the household is folded as corrected, and each later command is weighed
again at its place. What it would have been refused for in any case does not count against the correction.

The fold is in the order of the store. For everything that a status change reads this is also the order in life: a status
change is never dated before the one before it, nor before the steps of its case, and each of them is weighed again here.

Not corrected: which transition a status event is, in which case and spell; who a membership is about; splits, mergers and moves.
Each of these has its own way back (an appeal, T11, T13, T14, another move). A status event may get another day between its
neighbours', and its causes, reason or papers put right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from registry.command import decides
from registry.correction import SAID_AGAIN, as_corrected, body_of, root_of
from registry.decision import Decision
from registry.event import RegistryEvent
from registry.household.appeal import AppealFiled
from registry.household.command import HouseholdCommand
from registry.household.event import HouseholdEvent
from registry.household.household import Household
from registry.household.legality import check_what_follows, household_before, then
from registry.household.members import MemberAdded, MemberRemoved
from registry.household.obstacles import APPEAL, ObstacleCleared, ObstacleOpened
from registry.household.opening import HouseholdImported
from registry.household.relocation import HouseholdRelocated
from registry.household.statements import STATEMENTS, Statement
from registry.refusal import Refusals, refuse

FIXED = frozenset(
    {
        *("from_status", "to_status", "from_overlay", "to_overlay", "procedure", "case_id", "re_entry_case_id"),
        *("entry_kind", "spell_no", "measure_id", "subsidy_id", "post_id", "visit_id", "relief_id"),
        *("hit_no", "objection_no", "appeal_no"),
    }
)
"""What a fact is about: another one is another fact."""
CONSEQUENCES = frozenset({"BENEFICIARY_LEFT", "CLEARED_OUT", "HOUSEHOLD_CLOSED", "MERGED", "MONITORING_ENDED", "RETENTION_ENDED"})
"""Reasons that say that another event brought this one with it."""


class FactVoided(HouseholdEvent):
    """The fact named by corrects_event_id never was."""

    TOPIC = "household.fact_voided"
    VOIDS = True
    voided_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectFact(HouseholdCommand):
    """Say a recorded fact again. `effective_on` is the fact's day; `facts` has those fields of its command that were wrong.

    `reason_code` and `evidence` replace the fact's own where they are given.
    """

    corrects_event_id: UUID
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidFact(HouseholdCommand):
    """Say that a recorded fact never was. `effective_on` is the day on which this was found."""

    corrects_event_id: UUID


@dataclass(frozen=True, slots=True)
class Record:
    """A household with every event of its stream, pending ones included; what corrections are decided on."""

    household: Household
    stream: Sequence[RegistryEvent]


@dataclass(frozen=True, slots=True)
class Fact:
    """A recorded fact: the event that stated it first, what it says now, and how facts of its kind are stated."""

    first: RegistryEvent
    now: RegistryEvent
    statement: Statement


@dataclass(frozen=True, slots=True)
class Restatement:
    """A fact's command as it should have been, with the correction that asks for it."""

    correction: CorrectFact
    again: HouseholdCommand


def find_fact(stream: Sequence[RegistryEvent], event_id: UUID) -> Fact:
    """The fact that an event, or a later correction of it, states.

    Raises Refused: E-EVENT-UNKNOWN, E-FACT-VOIDED, E-CORRECTION-NOT-ALLOWED where facts of the kind are not corrected.
    """
    first = root_of(event_id, stream)
    if first is None:
        refuse("E-EVENT-UNKNOWN", at="corrects_event_id")
    now = next(fact for event, fact in as_corrected(stream) if event is first)
    if now is None:
        refuse("E-FACT-VOIDED", at="corrects_event_id")
    statement = STATEMENTS.get(type(first))
    if statement is None or isinstance(first, HouseholdRelocated) or is_consequence(first):
        refuse("E-CORRECTION-NOT-ALLOWED", at="corrects_event_id", event=first.TOPIC)
    return Fact(first, now, statement)


@decides(CorrectFact)
def correct_fact(record: Record, restatement: Restatement, decision: Decision) -> None:
    """What the fact's own rules refuse; E-CORRECTION-NOT-ALLOWED, E-CORRECTION-BREAKS; silent where nothing differs.

    As its checks say: E-EVENT-UNKNOWN, E-FACT-VOIDED.
    """
    household, stream, command = record.household, record.stream, restatement.correction
    fact = find_fact(stream, command.corrects_event_id)
    check_day(fact, command.effective_on, stream)
    said = say_again(fact, restatement.again, stream, decision)
    check_same_fact(fact.now, said)
    if wording(said) == wording(fact.now):
        return
    draft = _draft(household)
    draft.trigger(
        type(said),
        decision,
        said.effective_on,
        reason_code=said.reason_code,
        evidence=said.evidence,
        corrects=fact.first.event_id,
        **body_of(said),
    )
    _record(household, stream, draft, decision)


@decides(VoidFact)
def void_fact(record: Record, command: VoidFact, decision: Decision) -> None:
    """E-DATE-FUTURE; E-CORRECTION-NOT-ALLOWED for what changes a status or the overlay; E-CORRECTION-BREAKS.

    As its checks say: E-DATE-ORDER, E-EVENT-UNKNOWN, E-FACT-VOIDED, E-NOT-A-MEMBER, E-PERSON-ALREADY-LIVE, E-PERSON-ERASED.
    """
    household, stream = record.household, record.stream
    first = find_fact(stream, command.corrects_event_id).first
    refusals = Refusals()
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    refusals.unless(not is_transition(first), "E-CORRECTION-NOT-ALLOWED", at="corrects_event_id", event=first.TOPIC)
    refusals.raise_any()
    draft = _draft(household)
    draft.trigger(
        FactVoided,
        decision,
        command.effective_on,
        evidence=command.evidence,
        corrects=first.event_id,
        voided_type=first.TOPIC,
    )
    _record(household, stream, draft, decision)


def say_again(fact: Fact, again: HouseholdCommand, stream: Sequence[RegistryEvent], decision: Decision) -> RegistryEvent:
    """The fact as its command would state it now, decided just before the fact, on the day on which it was recorded.

    Raises Refused for what the fact's own rules refuse; E-CORRECTION-NOT-ALLOWED where nothing would be left of it.
    """
    household = household_before(stream, fact.first)
    fact.statement.decide(household, again, then(fact.first, decision, role=decision.actor["role"]))
    said = [event for event in household.pending if type(event) is type(fact.first)]
    if not said:
        refuse("E-CORRECTION-NOT-ALLOWED", at="facts", event=fact.first.TOPIC)
    return said[0]


def check_day(fact: Fact, day: date, stream: Sequence[RegistryEvent]) -> None:
    """A status event stays between its neighbours, and the opening on its day. Raises Refused (E-CORRECTION-NOT-ALLOWED)."""
    if not hasattr(fact.first, "from_status"):
        return
    changes = [now for _, now in as_corrected(stream) if now is not None and hasattr(now, "from_status")]
    place = next(place for place, now in enumerate(changes) if now.event_id == fact.first.event_id)
    earliest = changes[place - 1].effective_on if place else date.min
    latest = changes[place + 1].effective_on if place + 1 < len(changes) else date.max
    moved_opening = isinstance(fact.first, HouseholdImported) and day != fact.now.effective_on
    if moved_opening or not earliest <= day <= latest:
        refuse("E-CORRECTION-NOT-ALLOWED", at="effective_on", event=fact.first.TOPIC)


def check_same_fact(recorded: RegistryEvent, said: RegistryEvent) -> None:
    """Raises Refused (E-CORRECTION-NOT-ALLOWED) where the correction is about something or somebody else."""
    refusals = Refusals()
    fixed = FIXED | {"person_id"} if isinstance(recorded, MemberAdded | MemberRemoved) else FIXED
    old, new = body_of(recorded), body_of(said)
    for name in sorted(fixed & old.keys()):
        refusals.unless(old[name] == new[name], "E-CORRECTION-NOT-ALLOWED", at=name, event=recorded.TOPIC)
    refusals.unless(said.division == recorded.division, "E-CORRECTION-NOT-ALLOWED", at="division", event=recorded.TOPIC)
    same_people = [m["person_id"] for m in old.get("members", ())] == [m["person_id"] for m in new.get("members", ())]
    refusals.unless(same_people, "E-CORRECTION-NOT-ALLOWED", at="members", event=recorded.TOPIC)
    refusals.raise_any()


def is_transition(event: RegistryEvent) -> bool:
    """Whether the event changes the register status or the overlay, or states it anew; or it is an appeal, which is decided."""
    return hasattr(event, "from_status") or hasattr(event, "from_overlay") or isinstance(event, AppealFiled)


def is_consequence(event: RegistryEvent) -> bool:
    """Whether another event brought this one with it: what a change of status stops, what an appeal holds back."""
    of_an_appeal = isinstance(event, ObstacleOpened | ObstacleCleared) and event.kind == APPEAL
    return event.reason_code in CONSEQUENCES or of_an_appeal


def wording(event: RegistryEvent) -> dict[str, Any]:
    """What of an event a correction can change."""
    return body_of(event) | {name: getattr(event, name) for name in SAID_AGAIN}


def _draft(household: Household) -> Household:
    """Where the correcting event is made, so that a refusal finds the household as it was."""
    draft = Household(household.id)
    draft.version, draft.division = household.version, household.division
    return draft


def _record(household: Household, stream: Sequence[RegistryEvent], draft: Household, decision: Decision) -> None:
    """Take the correction over, if all that followed still stands."""
    (correction,) = draft.pending
    check_what_follows(stream, correction, decision)
    household.amend(stream, correction)
