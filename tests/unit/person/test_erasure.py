"""What the register notes when a person's data are erased."""

from registry.person.erasure import ErasePersonalData
from registry.person.person import PersonalDataErased
from tests.support.families import SON, opening
from tests.support.register import a_register, on
from tests.support.scenario import COUNTY, HOUSEHOLD, VILLAGE, day, person, seen


def erasure(person_id: object = SON, number: int = 3) -> ErasePersonalData:
    return ErasePersonalData(person_id=person_id, effective_on=day(number))  # type: ignore[arg-type]


def test_the_figures_stay_as_they_were() -> None:
    register = a_register(opening()).when(erasure()).then(on(SON, seen(PersonalDataErased, division=VILLAGE)))
    assert register.household(HOUSEHOLD).size == 3
    assert SON in register.household(HOUSEHOLD).members


def test_it_is_noted_once() -> None:
    a_register(opening(), erasure()).when(erasure(number=9)).then_nothing_happens()


def test_it_is_not_of_tomorrow() -> None:
    a_register(opening()).today(day(2)).when(erasure()).then_refuses("E-DATE-FUTURE")


def test_who_never_lived_in_a_household_of_the_register_is_erased_too() -> None:
    a_register().when(erasure(person(99))).then(on(person(99), seen(PersonalDataErased, division=COUNTY)))
