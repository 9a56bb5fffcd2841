"""Mergers: all members of one household move into another, and the first one is closed (T16, T15).

The household that remains keeps its own status and spell: nobody becomes registered by moving in.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from registry.command import decides
from registry.decision import Decision
from registry.household import closing, status
from registry.household.command import StatusCommand, begin, require_live
from registry.household.event import HouseholdEvent
from registry.household.household import Household, Member
from registry.household.members import MemberAdded
from registry.household.split import Mover, check_movers, check_relations
from registry.refusal import Refusals


class HouseholdMerged(HouseholdEvent):
    """All members moved into another household."""

    TOPIC = "household.household_merged"
    into_household_id: UUID
    person_ids: list[UUID]

    def apply(self, aggregate: Household) -> None:
        for person_id in self.person_ids:
            aggregate.dismiss(person_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeHouseholds(StatusCommand):
    """Let all members move into another household, with their relations to its head; this one is closed."""

    FROM: ClassVar[frozenset[str]] = status.LIVE

    into_household_id: UUID
    movers: tuple[Mover, ...]


@decides(MergeHouseholds)
def merge_households(household: Household, command: MergeHouseholds, decision: Decision) -> None:
    """The part of the household that ends: E-MEMBERS-REMAIN unless all go, E-NOT-A-MEMBER, E-MERGE-SELF.

    As its checks say: E-DATE-ORDER, E-HEAD, E-MEMBERS-UNKNOWN, E-NO-LIVING-MEMBER, E-PERSON-ERASED, E-RELATION-SEX.
    """
    refusals = begin(household, command, decision)
    refusals.unless(command.into_household_id != household.id, "E-MERGE-SELF", at="into_household_id")
    refusals.unless(bool(household.members), "E-NO-LIVING-MEMBER", at="movers")
    check_movers(household, command.movers, refusals)
    left = household.members.keys() - {mover.person_id for mover in command.movers}
    refusals.unless(not left, "E-MEMBERS-REMAIN", at="movers", members=len(left))
    refusals.raise_any()
    closing.wind_up(household, decision, command.effective_on)
    household.trigger(
        HouseholdMerged,
        decision,
        command.effective_on,
        evidence=command.evidence,
        into_household_id=command.into_household_id,
        person_ids=[mover.person_id for mover in command.movers],
    )
    closing.close(household, decision, command, closing.MERGED)


def check_target(target: Household, source: Household, movers: Sequence[Mover], refusals: Refusals) -> None:
    """The household that remains is live, its members are known, and the movers fit in (E-HEAD, E-RELATION-SEX)."""
    with refusals.gathering():
        require_live(target)
    known = bool(target.members) or target.size == 0
    refusals.unless(known, "E-MEMBERS-UNKNOWN", at="into_household_id", size=target.size)
    check_relations(source, movers, target.members.values(), refusals)


def take_in(target: Household, members: Collection[Member], decision: Decision, effective_on: date) -> None:
    """Record those who moved in, with their new relations."""
    for member in members:
        target.trigger(MemberAdded, decision, effective_on, reason_code=closing.MERGED, **member.record())
