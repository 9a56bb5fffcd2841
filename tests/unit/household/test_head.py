"""The head of a household, and what a change makes of everybody's relation."""

import pytest

from registry.household.head import ChangeHead, HeadChanged
from schemas.relations import relations_under
from tests.support.families import FATHER, GRANDMOTHER, MOTHER, NEIGHBOUR, SON, father, grandmother, mother, opening, son
from tests.support.register import a_register, on
from tests.support.scenario import HOUSEHOLD, day, seen


def new_head(person_id: object) -> ChangeHead:
    return ChangeHead(household_id=HOUSEHOLD, effective_on=day(3), person_id=person_id)  # type: ignore[arg-type]


def test_another_member_becomes_the_head() -> None:
    register = (
        a_register(opening(HOUSEHOLD, father(), mother(), son(), grandmother()))
        .when(new_head(SON))
        .then(on(HOUSEHOLD, seen(HeadChanged, person_id=SON, previous_person_id=FATHER)))
    )
    household = register.household(HOUSEHOLD)
    assert household.head == SON
    assert {m.person_id: m.relation for m in household.members.values()} == {
        FATHER: "FATHER",
        MOTHER: "MOTHER",
        SON: "HEAD",
        GRANDMOTHER: "FATHERS_MOTHER",
    }


def test_the_head_stays_the_head_silently() -> None:
    a_register(opening()).when(new_head(FATHER)).then_nothing_happens()


def test_a_head_is_a_member() -> None:
    a_register(opening()).when(new_head(NEIGHBOUR)).then_refuses("E-NOT-A-MEMBER")


MALE, FEMALE = "MALE", "FEMALE"
THREE_GENERATIONS = {
    "head": ("HEAD", MALE),
    "wife": ("SPOUSE", FEMALE),
    "son": ("SON", MALE),
    "sons_wife": ("DAUGHTER_IN_LAW", FEMALE),
    "grandson": ("SONS_SON", MALE),
    "granddaughter": ("SONS_DAUGHTER", FEMALE),
    "mother": ("MOTHER", FEMALE),
    "wifes_father": ("WIFES_FATHER", MALE),
    "lodger": ("OTHER", MALE),
}


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("wife", "SPOUSE HEAD SON DAUGHTER_IN_LAW SONS_SON SONS_DAUGHTER HUSBANDS_MOTHER FATHER OTHER"),
        ("son", "FATHER MOTHER HEAD SPOUSE SON DAUGHTER FATHERS_MOTHER MOTHERS_FATHER OTHER"),
        ("mother", "SON DAUGHTER_IN_LAW SONS_SON OTHER OTHER OTHER HEAD OTHER OTHER"),
        ("grandson", "OTHER OTHER OTHER OTHER HEAD OTHER OTHER OTHER OTHER"),
    ],
)
def test_relations_are_seen_from_the_new_head(head: str, expected: str) -> None:
    assert list(relations_under(head, THREE_GENERATIONS).values()) == expected.split()


def test_with_two_sons_nobody_guesses_whose_the_children_are() -> None:
    relations = relations_under("son", THREE_GENERATIONS | {"brother": ("SON", MALE)})
    assert (relations["sons_wife"], relations["grandson"], relations["brother"]) == ("OTHER", "OTHER", "OTHER")


def test_a_mother_heads_a_household_of_her_own_line() -> None:
    family = {"head": ("HEAD", FEMALE), "husband": ("SPOUSE", MALE), "daughter": ("DAUGHTER", FEMALE), "father": ("FATHER", MALE)}
    assert relations_under("daughter", family) == {
        "head": "MOTHER",
        "husband": "FATHER",
        "daughter": "HEAD",
        "father": "MOTHERS_FATHER",
    }
    assert relations_under("husband", family)["father"] == "WIFES_FATHER"
    assert relations_under("father", family) == {
        "head": "DAUGHTER",
        "husband": "SON_IN_LAW",
        "daughter": "DAUGHTERS_DAUGHTER",
        "father": "HEAD",
    }
