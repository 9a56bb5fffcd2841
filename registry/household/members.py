"""Who lives in a household: births, marriages, deaths and moves, and what is known of each member (T16).

Source: national register, natural and other increase and decrease; three-year plan, item 23 (dynamic management of persons).
That a person is live in one household only is the Person aggregate's to hold, in the same save.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from registry.command import code, codes, decides
from registry.decision import Decision
from registry.household import head, measures
from registry.household.command import HouseholdCommand, begin, require_live
from registry.household.event import HouseholdEvent
from registry.household.household import HEAD, Household, Member
from registry.household.new_member import NewMember, check_new_members, doubt_labour, named
from registry.refusal import Refusals, refuse

CASE_OPENED = "CASE_OPENED"
MERGED = "MERGED"
BY_ANOTHER_COMMAND = frozenset({CASE_OPENED, MERGED, "SPLIT"})
"""Reasons for adding or removing that other commands give."""


class MemberAdded(HouseholdEvent):
    """A person became a live member; the reason is in the envelope."""

    TOPIC = "household.member_added"
    person_id: UUID
    relation: str
    sex: str
    birth_month: date
    ethnicity: str
    health: list[str]
    labour: str
    education: str
    school_status: str
    work_area: str | None
    insurance: list[str]
    social_assistance: str

    def apply(self, aggregate: Household) -> None:
        aggregate.admit(Member.of(vars(self)))


class MemberRemoved(HouseholdEvent):
    """A person ceased to be a live member; the reason is in the envelope."""

    TOPIC = "household.member_removed"
    person_id: UUID

    def apply(self, aggregate: Household) -> None:
        aggregate.dismiss(self.person_id)


class MemberAttributesChanged(HouseholdEvent):
    """The whole set of a member's facts, as from the effective day."""

    TOPIC = "household.member_attributes_changed"
    person_id: UUID
    health: list[str]
    labour: str
    education: str
    school_status: str
    work_area: str | None
    insurance: list[str]
    social_assistance: str

    def apply(self, aggregate: Household) -> None:
        member = aggregate.members[self.person_id]
        aggregate.members[self.person_id] = Member.of(member.record() | changeable(vars(self)))


CHANGEABLE = ("health", "labour", "education", "school_status", "work_area", "insurance", "social_assistance")


def changeable(facts: dict[str, Any]) -> dict[str, Any]:
    """Of a member's facts those that change in the course of a life."""
    return {name: facts[name] for name in CHANGEABLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterMembers(HouseholdCommand):
    """Register all members of a household of the ledger at once, so that a case about it can open."""

    members: tuple[NewMember, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMember(HouseholdCommand):
    """Take somebody in."""

    REASONS: ClassVar[str | None] = "member_add_reason"

    member: NewMember


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveMember(HouseholdCommand):
    """Let somebody go. `new_head_id`: who becomes the head, if the head goes and others remain."""

    REASONS: ClassVar[str | None] = "member_remove_reason"

    person_id: UUID
    new_head_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMemberAttributes(HouseholdCommand):
    """State a member's changeable facts anew, all of them."""

    person_id: UUID
    health: tuple[str, ...] = codes("health_status")
    labour: str = code("labour_ability")
    education: str = code("education")
    school_status: str = code("school_status")
    work_area: str | None = code("work_area", None)
    insurance: tuple[str, ...] = codes("insurance_scheme")
    social_assistance: str = code("social_assistance")


@decides(RegisterMembers)
def register_members(household: Household, command: RegisterMembers, decision: Decision) -> None:
    """Of a household whose members are not known yet: E-MEMBERS-KNOWN, E-NO-LIVING-MEMBER, and what every new member must be.

    As its checks say: E-DATE-ORDER, E-HEAD, E-PERSON-ALREADY-LIVE, E-PERSON-ERASED, E-RELATION-SEX, E-STATE.
    """
    require_live(household)
    refusals = begin(household, command, decision)
    refusals.unless(len(command.members) > 0, "E-NO-LIVING-MEMBER", at="members")
    check_all_members(household, command.members, command.effective_on, refusals)
    refusals.raise_any()
    add(household, command.members, decision, command.effective_on, CASE_OPENED)
    doubt_labour(household, named(command.members), command.effective_on)


@decides(AddMember)
def add_member(household: Household, command: AddMember, decision: Decision) -> None:
    """E-MEMBERS-UNKNOWN, E-REASON-NOT-ALLOWED, E-PERSON-ALREADY-LIVE, E-HEAD, E-RELATION-SEX, E-DATE-ORDER.

    As its checks say: E-PERSON-ERASED, E-STATE.
    """
    require_live(household)
    refusals = begin(household, command, decision)
    check_reason(command.reason_code, refusals)
    unknown = household.size > 0 and not household.members
    refusals.unless(not unknown, "E-MEMBERS-UNKNOWN", at="member", size=household.size)
    if not unknown:
        check_new_members(household, (command.member,), command.effective_on, refusals, at="member")
    refusals.raise_any()
    assert command.reason_code is not None
    add(household, (command.member,), decision, command.effective_on, command.reason_code)
    doubt_labour(household, {"member": command.member}, command.effective_on)


@decides(RemoveMember)
def remove_member(household: Household, command: RemoveMember, decision: Decision) -> None:
    """E-NOT-A-MEMBER, E-HEAD, E-REASON-NOT-ALLOWED. The measures that were the person's own stop.

    As its checks say: E-DATE-ORDER, E-STATE.
    """
    require_live(household)
    refusals = begin(household, command, decision)
    check_reason(command.reason_code, refusals)
    if command.person_id not in household.members:
        refuse("E-NOT-A-MEMBER", at="person_id")
    head.check_successor(household, {command.person_id}, command.new_head_id, refusals)
    refusals.raise_any()
    if command.new_head_id is not None:
        head.pass_to(household, command.new_head_id, decision, command.effective_on)
    measures.stop_those_of(household, {command.person_id}, decision, command.effective_on)
    household.trigger(
        MemberRemoved,
        decision,
        command.effective_on,
        reason_code=command.reason_code,
        evidence=command.evidence,
        person_id=command.person_id,
    )


@decides(ChangeMemberAttributes)
def change_member_attributes(household: Household, command: ChangeMemberAttributes, decision: Decision) -> None:
    """E-NOT-A-MEMBER; nothing happens where nothing differs.

    As its checks say: E-STATE.
    """
    require_live(household)
    refusals = begin(household, command, decision)
    member = household.members.get(command.person_id)
    if member is None:
        refuse("E-NOT-A-MEMBER", at="person_id")
    refusals.raise_any()
    facts = changeable(asdict(command))
    if facts == changeable(asdict(member)):
        return
    doubt_labour(household, {"": replace(member, **facts)}, command.effective_on)
    facts |= {"health": list(command.health), "insurance": list(command.insurance)}
    household.trigger(
        MemberAttributesChanged,
        decision,
        command.effective_on,
        evidence=command.evidence,
        person_id=command.person_id,
        **facts,
    )


def add(household: Household, new: Iterable[NewMember], decision: Decision, effective_on: date, reason: str) -> None:
    """Record new members that have been checked, the head first."""
    for member in sorted(new, key=lambda member: member.relation != HEAD):
        household.trigger(MemberAdded, decision, effective_on, reason_code=reason, **member.record())


def check_all_members(household: Household, new: Sequence[NewMember], effective_on: date, refusals: Refusals) -> None:
    """The members of a household of the ledger, of whom none is known yet (E-MEMBERS-KNOWN)."""
    if refusals.unless(not household.members, "E-MEMBERS-KNOWN", at="members"):
        check_new_members(household, new, effective_on, refusals)


def check_reason(reason: str | None, refusals: Refusals) -> None:
    """A reason is due, and not one that another command gives."""
    if reason is None:
        refusals.add("E-FIELD-MISSING", at="reason_code")
    else:
        refusals.unless(reason not in BY_ANOTHER_COMMAND, "E-REASON-NOT-ALLOWED", at="reason_code", reason=reason)
