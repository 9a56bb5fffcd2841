"""Families: who lives in a household, of what age, and what is known of each of them.

Source: census of Hainan for ages; shares of illness, disability and ability to work among poor people are assumptions.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import NamedTuple, TypeVar
from uuid import UUID

from deploy.demo.identity import Treated
from registry.household.assistance import age_on
from registry.household.new_member import NewMember

T = TypeVar("T")
MALE, FEMALE = "MALE", "FEMALE"
_COUPLE = frozenset({"HEAD", "SPOUSE"})
HEALTHY = ("HEALTHY",)
_LABOUR = ("ORDINARY", "SKILLED", "WEAK", "LOST")
_HEALTHY_SHARES, _ILL_SHARES = (83, 90, 100, 100), (38, 40, 82, 100)
_WORK_AREAS = ("WITHIN_TOWNSHIP", "WITHIN_COUNTY", "WITHIN_PROVINCE", "OUTSIDE_PROVINCE")
_WORK_SHARES = (30, 55, 75, 80)
_ABLE = frozenset({"ORDINARY", "SKILLED"})
_GRADES = dict.fromkeys(range(6, 12), "PRIMARY") | {12: "JUNIOR_1", 13: "JUNIOR_2", 14: "JUNIOR_3"}
_LATER_GRADES = {15: ("SENIOR_1", "VOCATIONAL_1"), 16: ("SENIOR_2", "VOCATIONAL_2"), 17: ("SENIOR_3", "VOCATIONAL_3")}
_YEAR = 365


class Born(NamedTuple):
    """A member as the register will know him, and the day of birth, which only the vault learns."""

    member: NewMember
    born: date


class FamilyMaker:
    """Makes the members of one household.

    today: the day on which they are as old as is said; li_share: share of Li among the households of the county.
    """

    def __init__(self, today: date, li_share: float, chance: Random, new_person_id: Callable[[], UUID]) -> None:
        self._today = today
        self._chance = chance
        self._new_person_id = new_person_id
        self._ethnicity = self._drawn_ethnicity(li_share)

    def family(self, size: int) -> list[Born]:
        """A household of so many people, the head first."""
        return [self.member(relation, sex, age) for relation, sex, age in self._shape(size)]

    def family_of(self, treated: Treated, size: int) -> list[Born]:
        """A household of so many people, two or more, whose head or whose head's spouse is somebody who is known already."""
        while True:
            family = self.family(size)
            for place, (member, _) in enumerate(family):
                if member.relation in _COUPLE and member.sex == treated.sex:
                    made = self.member(member.relation, member.sex, 0, treated.born)
                    family[place] = Born(replace(made.member, person_id=treated.person_id), treated.born)
                    return family

    def member(self, relation: str, sex: str, age: int, born: date | None = None) -> Born:
        """One person of that age, with what follows from it by chance."""
        chance = self._chance
        born = born or self._birthday(age)
        age = age_on(born.replace(day=1), self._today)
        health = _health(age, chance)
        school = school_at(age, chance)
        labour = _labour(age, school, health, chance)
        employed = labour in _ABLE and age >= 18
        work_area = _drawn(_WORK_AREAS, _WORK_SHARES, chance) if employed else None
        member = NewMember(
            person_id=self._new_person_id(),
            relation=relation,
            sex=sex,
            birth_month=born.replace(day=1),
            ethnicity=self._ethnicity,
            health=health,
            labour=labour,
            education=_education(age, chance),
            school_status=school,
            work_area=work_area,
            insurance=("RESIDENT_MEDICAL",) if chance.random() < 0.97 else (),
        )
        return Born(member, born)

    def _shape(self, size: int) -> Iterator[tuple[str, str, int]]:
        """Relation, sex and age of each, the head first."""
        chance = self._chance
        if size == 1:
            yield "HEAD", _sex(chance, 60), chance.randint(60, 86) if chance.random() < 0.65 else chance.randint(30, 59)
            return
        old_couple = size == 2 and chance.random() < 0.45
        age = chance.randint(60, 82) if old_couple else chance.randint(30, 40 + 4 * min(size, 5))
        sex = MALE if chance.random() < 0.82 else FEMALE
        yield "HEAD", sex, age
        left = size - 1
        if old_couple or chance.random() < 0.85:
            yield "SPOUSE", FEMALE if sex == MALE else MALE, max(22, age - chance.randint(-2, 5))
            left -= 1
        elders = min(left, _drawn((0, 1, 2), (62, 90, 100), chance)) if size > 3 and age < 58 else 0
        for parent in range(elders):
            yield (
                ("MOTHER", FEMALE, age + chance.randint(19, 27))
                if parent == 0
                else ("FATHER", MALE, age + chance.randint(21, 29))
            )
        for _ in range(left - elders):
            child = _sex(chance, 53)
            yield ("SON" if child == MALE else "DAUGHTER"), child, max(0, min(34, age - chance.randint(20, 36)))

    def _birthday(self, age: int) -> date:
        return self._today - timedelta(days=age * _YEAR + age // 4 + self._chance.randint(0, _YEAR - 1))

    def _drawn_ethnicity(self, li_share: float) -> str:
        drawn = self._chance.random()
        if drawn < li_share:
            return "LI"
        return "MIAO" if drawn < li_share * 1.08 else "HAN"


def school_at(age: int, chance: Random) -> str:
    """The school status that a child of this age has."""
    if 3 <= age <= 5:
        return "PRESCHOOL" if chance.random() < 0.7 else "NOT_IN_SCHOOL"
    if age in _LATER_GRADES and chance.random() < 0.8:
        return _LATER_GRADES[age][chance.random() < 0.4]
    if 18 <= age <= 21 and chance.random() < 0.22:
        return "COLLEGE"
    return _GRADES.get(age, "NOT_IN_SCHOOL")


def _health(age: int, chance: Random) -> tuple[str, ...]:
    frail = 0.5 if age < 16 else 1.0 if age < 60 else 2.2
    drawn = chance.random()
    if drawn < 0.09 * frail:
        return ("CHRONIC",)
    if drawn < 0.115 * frail:
        return ("MAJOR_ILLNESS",)
    if drawn < 0.16 * frail:
        return ("DISABLED",)
    return ("CHRONIC", "DISABLED") if drawn < 0.175 * frail else HEALTHY


def _labour(age: int, school: str, health: tuple[str, ...], chance: Random) -> str:
    if age < 16 or school != "NOT_IN_SCHOOL":
        return "NONE"
    if age >= 70 or "MAJOR_ILLNESS" in health:
        return "LOST"
    if age >= 60 or "DISABLED" in health:
        return "WEAK" if chance.random() < 0.7 else "LOST"
    return _drawn(_LABOUR, _HEALTHY_SHARES if health == HEALTHY else _ILL_SHARES, chance)


def _education(age: int, chance: Random) -> str:
    if age < 6:
        return "PRESCHOOL"
    if age < 12:
        return "PRIMARY"
    if age < 15:
        return "JUNIOR"
    elder = age >= 60
    return _drawn(("ILLITERATE", "PRIMARY", "JUNIOR", "SENIOR"), (30, 80, 97, 100) if elder else (4, 34, 86, 98), chance)


def _sex(chance: Random, per_cent_men: int) -> str:
    return MALE if chance.random() * 100 < per_cent_men else FEMALE


def _drawn(values: tuple[T, ...], limits: tuple[int, ...], chance: Random) -> T:
    drawn = chance.random() * 100
    return next((value for value, limit in zip(values, limits, strict=True) if drawn < limit), values[-1])
