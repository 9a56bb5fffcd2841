"""The made-up people: plausible to the register, and nobody's to everybody else."""

from collections import Counter
from datetime import date
from random import Random
from uuid import UUID

from deploy.demo.families import FamilyMaker
from deploy.demo.identity import IdentityNumbers, Newcomer
from registry.household.assistance import age_on
from registry.household.household import Household
from registry.household.new_member import check_new_members, doubt_labour, named
from registry.refusal import Refusals
from registry.vault.id_number import facts_of, violations_of
from registry.vault.personal_data import as_mapping, weigh_person

TODAY = date(2018, 9, 4)


def families(count: int, size: int) -> list[list[object]]:
    chance = Random(size)
    maker = FamilyMaker(TODAY, 0.6, chance, lambda: UUID(int=chance.getrandbits(128), version=4))
    return [maker.family(size) for _ in range(count)]  # type: ignore[misc]


def test_every_family_is_one_that_the_register_takes_and_does_not_doubt() -> None:
    doubted = 0
    for size in range(1, 9):
        for family in families(200, size):
            members = [born.member for born in family]  # type: ignore[attr-defined]
            refusals, household = Refusals(), Household(UUID(int=1))
            check_new_members(household, members, TODAY, refusals)
            refusals.raise_any()
            doubt_labour(household, named(members), TODAY)
            doubted += len(household.warnings)
            assert len(members) == size
    assert doubted == 0


def test_children_are_younger_than_the_head_and_parents_older() -> None:
    for family in families(300, 6):
        head, *others = [born.member for born in family]  # type: ignore[attr-defined]
        for member in others:
            if member.relation in ("SON", "DAUGHTER"):
                assert member.birth_month > head.birth_month
            if member.relation in ("FATHER", "MOTHER"):
                assert member.birth_month < head.birth_month


def test_ages_and_illness_are_about_those_of_poor_people() -> None:
    members = [born.member for size in (2, 3, 4, 5) for family in families(600, size) for born in family]  # type: ignore[attr-defined]
    ages = Counter(min(age_on(member.birth_month, TODAY) // 15, 4) for member in members)
    assert 0.15 < ages[0] / len(members) < 0.35
    assert 0.08 < ages[4] / len(members) < 0.30
    ill = sum(member.health != ("HEALTHY",) for member in members) / len(members)
    assert 0.12 < ill < 0.28


def test_identity_numbers_are_well_formed_unallocated_and_given_once() -> None:
    numbers, born = IdentityNumbers(), date(1975, 6, 1)
    given: list[str] = []
    for sex in ("MALE", "FEMALE") * 200:
        newcomer = Newcomer(UUID(int=1), born, sex, numbers.next_sequence(born, sex), noise=len(given))
        number = newcomer.personal_data().id_number
        assert violations_of(number, today=TODAY, sex=sex, allow_synthetic=True) == []
        assert (facts_of(number).sex, facts_of(number).birth_month) == (sex, born)
        given.append(number)
    assert len(set(given)) == len(given)
    assert all(number.startswith("469999") for number in given)


def test_personal_data_are_what_the_vault_takes_and_marked_as_made_up() -> None:
    chance, refusals = Random(3), Refusals()
    for place in range(500):
        person = Newcomer(UUID(int=1), date(1980, 1, 2), "MALE", place % 500 * 2 + 1, chance.getrandbits(96)).personal_data()
        weigh_person(as_mapping(person), refusals, TODAY, allow_synthetic=True)
        assert "拟" in person.name
        assert person.phone is None or (person.phone.startswith("154") and len(person.phone) == 11)
        assert person.account is None or person.account.startswith("9999")
    refusals.raise_any()
