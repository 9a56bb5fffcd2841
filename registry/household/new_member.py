"""Somebody who becomes a member, by whichever way: what is said of them, what is refused, and what is doubted.

Source: national register, household form; its data rules on relations, sexes, and labour that is odd for the age.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from registry.command import code, codes
from registry.household.assistance import age_on
from registry.household.household import MEMBER_FACTS, Household, Member
from registry.household.kinship import check_kinship
from registry.refusal import Refusals
from schemas.code_tables import table

WORKING_AGE, RETIREMENT_AGE = 16, 60
UNABLE = frozenset({"LOST", "NONE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """Somebody who becomes a member. Of the birth date only the month is kept; who it is only the vault knows."""

    person_id: UUID
    relation: str = code("relation")
    sex: str = code("sex")
    birth_month: date
    ethnicity: str = code("ethnicity")
    health: tuple[str, ...] = codes("health_status")
    labour: str = code("labour_ability")
    education: str = code("education")
    school_status: str = code("school_status", "NOT_IN_SCHOOL")
    work_area: str | None = code("work_area", None)
    insurance: tuple[str, ...] = codes("insurance_scheme")
    social_assistance: str = code("social_assistance", "NONE")

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "NewMember":
        """The member whom a record of an event describes."""
        return cls(**{**record, "health": tuple(record["health"]), "insurance": tuple(record["insurance"])})

    def record(self) -> dict[str, Any]:
        """The member as a record of an event."""
        facts = {name: getattr(self, name) for name in MEMBER_FACTS}
        month = self.birth_month.replace(day=1)
        return facts | {"birth_month": month, "health": list(self.health), "insurance": list(self.insurance)}


def check_new_members(
    household: Household, new: Sequence[NewMember], effective_on: date, refusals: Refusals, at: str = "members"
) -> None:
    """Nobody twice, nobody born later; one head, and relations that fit the sexes of the household as it will be."""
    present = set(household.members)
    joining: dict[str, NewMember] = {}
    for place, member in enumerate(new):
        field = at if at == "member" else f"{at}[{place}]"
        free = member.person_id not in present
        refusals.unless(free, "E-PERSON-ALREADY-LIVE", at=f"{field}.person_id", household_id=household.id)
        born = member.birth_month.replace(day=1)
        refusals.unless(born <= effective_on, "E-DATE-ORDER", at=f"{field}.birth_month", first="birth_month", then="effective_on")
        present.add(member.person_id)
        joining[field] = member
    check_kinship(household.members.values(), joining, refusals, at=at)


def doubt_labour(household: Household, people: Mapping[str, Member | NewMember], effective_on: date) -> None:
    """W-AGE-LABOUR: a child who can work, or a healthy grown-up out of school who cannot. `people`: by the command's field."""
    for field, person in people.items():
        age = age_on(person.birth_month, effective_on)
        if age < WORKING_AGE:
            odd = person.labour in _able()
        else:
            idle = person.labour in UNABLE and person.school_status == "NOT_IN_SCHOOL"
            odd = age < RETIREMENT_AGE and idle and set(person.health) <= {"HEALTHY"}
        if odd:
            household.warn("W-AGE-LABOUR", at=f"{field}.labour".lstrip("."))


def named(new: Sequence[NewMember]) -> dict[str, NewMember]:
    """New members by the command's field that names each."""
    return {f"members[{place}]": member for place, member in enumerate(new)}


@cache
def _able() -> frozenset[str]:
    return table("labour_ability").tagged("able")
