"""Splits: some members form a household of their own, which takes the parent's status and spell (T16).

Source: three-year plan, item 22 (splitting a household to compete for poor status, 违规分户争贫). A split is suspect where the
two halves go on sharing a dwelling, or where it leaves elderly parents alone; for the policy's months neither half can then
apply for identification until the split was reviewed. A split that was found evasive never counts.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from registry.command import code, decides
from registry.decision import Decision
from registry.household import head, measures, status
from registry.household.assistance import age_on
from registry.household.case import CLEAR_OUT, EXIT, IDENTIFICATION, RE_ENTRY
from registry.household.command import HouseholdCommand, begin, require_live
from registry.household.event import HouseholdEvent
from registry.household.household import HEAD, Household, Member
from registry.household.kinship import check_kinship
from registry.household.months import months_later
from registry.household.opening import take_over
from registry.refusal import Refusals

GENUINE = "GENUINE"
EVASIVE = "EVASIVE"
HOLDING_TOGETHER = (IDENTIFICATION, EXIT, RE_ENTRY, CLEAR_OUT)
"""Procedures that are about the household as it is: it stays whole until they end."""


class HouseholdSplit(HouseholdEvent):
    """Some members left to form a household of their own."""

    TOPIC = "household.household_split"
    child_household_id: UUID
    person_ids: list[UUID]
    suspect: bool

    def apply(self, aggregate: Household) -> None:
        for person_id in self.person_ids:
            aggregate.dismiss(person_id)
        note_split(aggregate, self)


class HouseholdFormedBySplit(HouseholdEvent):
    """The child of a split; it takes its parent's status and spell."""

    TOPIC = "household.household_formed_by_split"
    from_status: str
    to_status: str
    parent_household_id: UUID
    entry_kind: str
    spell_no: int
    spell_start: date | None
    exited_on: date | None
    retention_until: date | None
    attribute: str
    main_cause: str
    other_causes: list[str]
    members: list[dict[str, Any]]
    suspect: bool

    def apply(self, aggregate: Household) -> None:
        take_over(aggregate, self)
        aggregate.become(self)
        if self.to_status == status.CLEARED_OUT:
            aggregate.end_spell(self.effective_on, status.CLEARED_OUT)
        note_split(aggregate, self)


def note_split(household: Household, event: HouseholdSplit | HouseholdFormedBySplit) -> None:
    """What both halves remember of a split."""
    household.split_on, household.split_suspect, household.split_verdict = event.effective_on, event.suspect, ""


class SplitReviewed(HouseholdEvent):
    """A suspicious split was found genuine or evasive."""

    TOPIC = "household.split_reviewed"
    verdict: str

    def apply(self, aggregate: Household) -> None:
        aggregate.split_verdict = self.verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """A member who goes over to another household, with the relation to its head."""

    person_id: UUID
    relation: str = code("relation")


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitHousehold(HouseholdCommand):
    """Let some members form a household of their own. `new_head_id`: who becomes the head, if the head is among them."""

    child_household_id: UUID
    movers: tuple[Mover, ...]
    same_dwelling: bool
    new_head_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSplit(HouseholdCommand):
    """Find the household's last split genuine or evasive."""

    verdict: str = code("split_verdict")


@decides(SplitHousehold)
def split_household(household: Household, command: SplitHousehold, decision: Decision) -> None:
    """The parent's part: E-CASE-OPEN, E-NO-LIVING-MEMBER in either half, E-NOT-A-MEMBER, E-HEAD, E-RELATION-SEX.

    As its checks say: E-DATE-ORDER, E-HOUSEHOLD-EXISTS, E-PERSON-ERASED, E-STATE.
    """
    require_live(household)
    refusals = begin(household, command, decision)
    for procedure in HOLDING_TOGETHER:
        refusals.unless(procedure not in household.cases, "E-CASE-OPEN", procedure=procedure)
    leaving = {mover.person_id for mover in command.movers}
    halves = bool(leaving) and bool(household.members.keys() - leaving)
    refusals.unless(halves, "E-NO-LIVING-MEMBER", at="movers")
    check_movers(household, command.movers, refusals)
    check_relations(household, command.movers, (), refusals)
    head.check_successor(household, leaving, command.new_head_id, refusals)
    refusals.raise_any()
    suspect = is_suspect(household, leaving, command, decision)
    if command.new_head_id is not None:
        head.pass_to(household, command.new_head_id, decision, command.effective_on)
    measures.stop_those_of(household, leaving, decision, command.effective_on)
    household.trigger(
        HouseholdSplit,
        decision,
        command.effective_on,
        evidence=command.evidence,
        child_household_id=command.child_household_id,
        person_ids=[mover.person_id for mover in command.movers],
        suspect=suspect,
    )


def form_child(child: Household, parent: Household, movers: Collection[Member], decision: Decision, effective_on: date) -> None:
    """The child's part, after the parent's: `movers` are the members with their new relations."""
    spell = parent.spell
    child.trigger(
        HouseholdFormedBySplit,
        decision,
        effective_on,
        division=parent.division,
        from_status=status.NONE,
        to_status=parent.status,
        parent_household_id=parent.id,
        entry_kind=spell.entry_kind if spell else "",
        spell_no=spell.number if spell else 0,
        spell_start=spell.started_on if spell else None,
        exited_on=parent.exited_on,
        retention_until=parent.retention_until,
        attribute=parent.attribute,
        main_cause=parent.main_cause,
        other_causes=list(parent.other_causes),
        members=[member.record() for member in sorted(movers, key=lambda member: member.relation != HEAD)],
        suspect=parent.split_suspect,
    )


@decides(ReviewSplit)
def review_split(household: Household, command: ReviewSplit, decision: Decision) -> None:
    """E-NO-SPLIT where nothing was suspect; the same verdict again is silent.

    As its checks say: E-STATE.
    """
    require_live(household)
    refusals = begin(household, command, decision)
    refusals.unless(household.split_suspect, "E-NO-SPLIT")
    refusals.raise_any()
    if household.split_verdict != command.verdict:
        household.trigger(SplitReviewed, decision, command.effective_on, evidence=command.evidence, verdict=command.verdict)


def under_suspicion(household: Household, effective_on: date, decision: Decision) -> bool:
    """Whether a split stands in the way of an application on that day (E-SPLIT-SUSPECT)."""
    if not household.split_suspect or household.split_verdict == GENUINE:
        return False
    assert household.split_on is not None
    months = decision.policy_for(household.division, effective_on).split_look_back_months
    return household.split_verdict == EVASIVE or effective_on <= months_later(household.split_on, months)


def is_suspect(household: Household, leaving: Collection[UUID], command: SplitHousehold, decision: Decision) -> bool:
    """Whether the halves go on living together, or elderly members are left to themselves by younger ones."""
    elderly_age = decision.policy_for(household.division, command.effective_on).split_elderly_age
    halves = (
        [m for m in household.members.values() if m.person_id in leaving],
        [m for m in household.members.values() if m.person_id not in leaving],
    )
    elderly = [all(age_on(m.birth_month, command.effective_on) >= elderly_age for m in half) for half in halves]
    return command.same_dwelling or elderly.count(True) == 1


def check_movers(household: Household, movers: Sequence[Mover], refusals: Refusals) -> None:
    """Who goes over is a member, and goes once (E-NOT-A-MEMBER)."""
    for place, mover in enumerate(movers):
        before = {other.person_id for other in movers[:place]}
        once = mover.person_id in household.members and mover.person_id not in before
        refusals.unless(once, "E-NOT-A-MEMBER", at=f"movers[{place}].person_id")


def check_relations(household: Household, movers: Sequence[Mover], present: Collection[Member], refusals: Refusals) -> None:
    """Who goes over fits in with those who are there already (E-HEAD, E-RELATION-SEX)."""
    members = household.members
    going = {
        f"movers[{place}]": replace(members[mover.person_id], relation=mover.relation)
        for place, mover in enumerate(movers)
        if mover.person_id in members
    }
    check_kinship(present, going, refusals, at="movers")


def moved(household: Household, movers: Collection[Mover]) -> list[Member]:
    """The movers as members of their new household; called before they leave the old one."""
    return [replace(household.members[mover.person_id], relation=mover.relation) for mover in movers]
