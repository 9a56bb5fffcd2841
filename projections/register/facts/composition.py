"""Who belongs to a household and where it lives: members, the head, splits, mergers and moves (T16)."""

from collections.abc import Iterable
from typing import Any, Final

from projections.event_reader import Event
from projections.register.facts.fact import Fact, counted, joined
from projections.register.past_assistance import stated
from projections.register.state import Household, Member
from schemas.relations import HEAD, relations_under


def admit(household: Household, record: dict[str, Any], on: int) -> None:
    """Take in a member; from the first one on, the size is the number of members."""
    person_id = record["person_id"]
    member = household.member(person_id)
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
    member.facts_on = on
    member.health = joined(record["health"])
    member.labour = record["labour"]
    member.education = record["education"]
    member.school_status = record["school_status"]
    member.work_area = record["work_area"]
    member.insurance = joined(record["insurance"])
    _state_assistance(member, record["social_assistance"], on)


def _state_assistance(member: Member, state: str, on: int) -> None:
    member.assistance_on = on
    member.social_assistance = state
    member.assistance_past = stated(member.assistance_past, on, state)


def dismiss(household: Household, person_ids: Iterable[bytes], on: int, reason: str | None) -> None:
    """Let members go."""
    for person_id in person_ids:
        member = household.members.get(person_id)
        if member is not None and member.live:
            household.changes.members.add(person_id)
            member.left_on, member.left_reason = on, reason
            if household.head_id == person_id:
                household.head_id = None
            household.size = household.persons


def add_member(household: Household, event: Event) -> None:
    admit(household, event, event["effective_on"])


def remove_member(household: Household, event: Event) -> None:
    dismiss(household, [event["person_id"]], event["effective_on"], event["reason_code"])


def change_member(household: Household, event: Event) -> None:
    _state_facts(household.member(event["person_id"]), event, event["effective_on"])


def change_assistance(household: Household, event: Event) -> None:
    """Minimum allowance or destitute support of one member; a scheme that ended leaves the person with none."""
    _state_assistance(household.member(event["person_id"]), event["to_state"], event["effective_on"])


def change_head(household: Household, event: Event) -> None:
    """Another member is the head, and everybody's relation is seen anew."""
    live = {person_id: member for person_id, member in household.members.items() if member.live}
    relations = relations_under(event["person_id"], {p: (m.relation, m.sex) for p, m in live.items()})
    for person_id, relation in relations.items():
        household.member(person_id).relation = relation
    household.head_id = event["person_id"]


def split(household: Household, event: Event) -> None:
    dismiss(household, event["person_ids"], event["effective_on"], "SPLIT")


def merge(household: Household, event: Event) -> None:
    dismiss(household, event["person_ids"], event["effective_on"], "MERGED")


def relocate(household: Household, event: Event) -> None:
    household.division = int(event["to_division"])


FACTS: Final = {
    "household.member_added": Fact(add_member, shapes=True, flow=counted("MEMBER_ADDED", merged="MERGED_IN")),
    "household.member_removed": Fact(remove_member, shapes=True, flow=counted("MEMBER_REMOVED")),
    "household.member_attributes_changed": Fact(change_member),
    "household.social_assistance_status_changed": Fact(change_assistance),
    "household.head_changed": Fact(change_head),
    "household.household_split": Fact(split, shapes=True, flow=counted("SPLIT_OUT")),
    "household.household_merged": Fact(merge, shapes=True, flow=counted("MERGED_OUT")),
    "household.household_relocated": Fact(relocate, shapes=True, flow=counted("MOVED")),
}
