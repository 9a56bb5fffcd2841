"""Who belongs to a household and where it lives: members, the head, splits, mergers and moves (T16)."""

from typing import Any, Final

from projections.event_reader import Event
from projections.register.facts.fact import Fact, joined
from projections.register.state import Household, Member

HEAD: Final = "HEAD"


def admit(household: Household, record: dict[str, Any], on: int) -> None:
    """Take in a member. What was recorded of the person as true later stays."""
    person_id = record["person_id"]
    member = household.members.setdefault(person_id, Member())
    member.relation = record["relation"]
    member.sex = record["sex"]
    member.birth_month = record["birth_month"]
    member.ethnicity = record["ethnicity"]
    _state_facts(member, record, on)
    member.joined_on = on
    member.left_on = member.left_reason = None
    if member.relation == HEAD:
        household.head_id = person_id
    household.size = household.persons


def _state_facts(member: Member, record: dict[str, Any], on: int) -> None:
    if member.facts_on is None or on >= member.facts_on:
        member.facts_on = on
        member.health = joined(record["health"])
        member.labour = record["labour"]
        member.education = record["education"]
        member.school_status = record["school_status"]
        member.work_area = record["work_area"]
        member.insurance = joined(record["insurance"])
    _state_assistance(member, record["social_assistance"], on)


def _state_assistance(member: Member, state: str, on: int) -> None:
    if member.assistance_on is None or on >= member.assistance_on:
        member.assistance_on = on
        member.social_assistance = state


def add_member(household: Household, event: Event) -> None:
    admit(household, event, event["effective_on"])


def remove_member(household: Household, event: Event) -> None:
    _dismiss(household, [event["person_id"]], event, event["reason_code"])


def _dismiss(household: Household, person_ids: list[bytes], event: Event, reason: str | None) -> None:
    for person_id in person_ids:
        member = household.members.get(person_id)
        if member is not None and member.live:
            member.left_on = event["effective_on"]
            member.left_reason = reason
            if household.head_id == person_id:
                household.head_id = None
    household.size = household.persons


def change_member(household: Household, event: Event) -> None:
    member = household.members.setdefault(event["person_id"], Member())
    _state_facts(member, event, event["effective_on"])


def change_assistance(household: Household, event: Event) -> None:
    """Minimum allowance or destitute support of one member; a scheme that ended leaves the person with none."""
    member = household.members.setdefault(event["person_id"], Member())
    _state_assistance(member, event["to_state"], event["effective_on"])


def change_head(household: Household, event: Event) -> None:
    household.head_id = event["person_id"]


def split(household: Household, event: Event) -> None:
    _dismiss(household, event["person_ids"], event, "SPLIT")


def merge(household: Household, event: Event) -> None:
    _dismiss(household, event["person_ids"], event, "MERGED")


def relocate(household: Household, event: Event) -> None:
    household.division = int(event["to_division"])


FACTS: Final = {
    "household.member_added": Fact(add_member, flow="MEMBER_ADDED"),
    "household.member_removed": Fact(remove_member, flow="MEMBER_REMOVED"),
    "household.member_attributes_changed": Fact(change_member, ordered=False),
    "household.social_assistance_status_changed": Fact(change_assistance, ordered=False),
    "household.head_changed": Fact(change_head),
    "household.household_split": Fact(split, flow="SPLIT"),
    "household.household_merged": Fact(merge, flow="MERGED"),
    "household.household_relocated": Fact(relocate, flow="MOVED"),
}
