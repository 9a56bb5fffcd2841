"""The head of a household: exactly one while anybody lives in it.

Source: national register, relation to the head. When the head changes, everybody's relation is seen anew (schemas.relations).
"""

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from registry.command import decides
from registry.decision import Decision
from registry.household.command import HouseholdCommand, begin, require_live
from registry.household.event import HouseholdEvent
from registry.household.household import Household
from registry.refusal import Refusals, refuse
from schemas.relations import relations_under


class HeadChanged(HouseholdEvent):
    """Another member became the head of the household."""

    TOPIC = "household.head_changed"
    person_id: UUID
    previous_person_id: UUID | None

    def apply(self, aggregate: Household) -> None:
        members = aggregate.members
        relations = relations_under(self.person_id, {m.person_id: (m.relation, m.sex) for m in members.values()})
        aggregate.members = {m.person_id: replace(m, relation=relations[m.person_id]) for m in members.values()}
        aggregate.head = self.person_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeHead(HouseholdCommand):
    """Make another member the head."""

    person_id: UUID


@decides(ChangeHead)
def change_head(household: Household, command: ChangeHead, decision: Decision) -> None:
    """E-NOT-A-MEMBER; nothing happens where this is the head already.

    As its checks say: E-STATE.
    """
    require_live(household)
    refusals = begin(household, command, decision)
    if command.person_id not in household.members:
        refuse("E-NOT-A-MEMBER", at="person_id")
    refusals.raise_any()
    if command.person_id != household.head:
        pass_to(household, command.person_id, decision, command.effective_on)


def pass_to(household: Household, person_id: UUID, decision: Decision, effective_on: date) -> None:
    """Record that this member is the head now."""
    household.trigger(HeadChanged, decision, effective_on, person_id=person_id, previous_person_id=household.head)


def check_successor(household: Household, leaving: Set[UUID], new_head_id: UUID | None, refusals: Refusals) -> None:
    """A head who leaves others behind names one of them as the new head, and nobody else names one (E-HEAD)."""
    remaining = household.members.keys() - leaving
    due = bool(remaining) and household.head in leaving
    if due or new_head_id is not None:
        refusals.unless(due and new_head_id in remaining, "E-HEAD", at="new_head_id", heads=1 if not due else 0)
