"""Splits, and those that are suspect (T16, E-SPLIT-SUSPECT)."""

from datetime import date
from typing import Any

import pytest

from registry.household.closing import CloseHousehold
from registry.household.head import HeadChanged
from registry.household.identification import ApplyForIdentification
from registry.household.split import (
    HouseholdFormedBySplit,
    HouseholdSplit,
    Mover,
    ReviewSplit,
    SplitHousehold,
    SplitReviewed,
)
from registry.person.person import PersonJoinedHousehold, PersonLeftHousehold
from tests.support import histories
from tests.support.families import (
    CHILD_HOUSEHOLD,
    DAUGHTER,
    FATHER,
    GRANDMOTHER,
    MOTHER,
    NEIGHBOUR,
    OTHER_HOUSEHOLD,
    SON,
    exited,
    father,
    grandmother,
    ledger_entry,
    members_known,
    mother,
    neighbours,
    opening,
    son,
)
from tests.support.register import Register, a_register, on
from tests.support.scenario import HOUSEHOLD, amended, day, person, seen

SON_ALONE = (Mover(person_id=SON, relation="HEAD"),)


def split(*movers: Mover, **changes: Any) -> SplitHousehold:
    facts: dict[str, Any] = {"effective_on": day(20), "child_household_id": CHILD_HOUSEHOLD, "same_dwelling": False}
    return SplitHousehold(household_id=HOUSEHOLD, movers=movers or SON_ALONE, **facts | changes)


def application(household_id: Any, number: int) -> ApplyForIdentification:
    return ApplyForIdentification(household_id=household_id, effective_on=day(number), application_source="APPLICATION")


def review(verdict: str, household_id: Any = CHILD_HOUSEHOLD, number: int = 30) -> ReviewSplit:
    return ReviewSplit(household_id=household_id, effective_on=day(number), verdict=verdict)


def ordinary_households_split(same_dwelling: bool = True) -> Register:
    """A household that is not registered was split in two."""
    return a_register(ledger_entry(), members_known(), split(same_dwelling=same_dwelling))


def test_the_child_takes_the_parents_status_and_spell() -> None:
    register = (
        a_register(exited(spell_no=2))
        .when(split())
        .then(
            on(HOUSEHOLD, seen(HouseholdSplit, child_household_id=CHILD_HOUSEHOLD, person_ids=[SON], suspect=False)),
            on(
                CHILD_HOUSEHOLD,
                seen(
                    HouseholdFormedBySplit,
                    from_status="NONE",
                    to_status="EXITED_WITH_POLICY",
                    parent_household_id=HOUSEHOLD,
                    entry_kind="OPENING",
                    spell_no=2,
                    spell_start=date(2014, 5, 1),
                    exited_on=date(2017, 12, 1),
                    retention_until=date(2020, 12, 31),
                    main_cause="ILLNESS",
                ),
            ),
            on(
                SON,
                seen(PersonLeftHousehold, household_id=HOUSEHOLD),
                seen(PersonJoinedHousehold, household_id=CHILD_HOUSEHOLD),
            ),
        )
    )
    parent, child = register.household(HOUSEHOLD), register.household(CHILD_HOUSEHOLD)
    assert (parent.size, parent.head, child.size, child.head) == (2, FATHER, 1, SON)
    assert child.division == parent.division
    assert child.spell is not None
    assert (child.spell.number, child.spell.ended_on) == (2, date(2017, 12, 1))


def test_the_child_of_an_ordinary_household_has_no_spell() -> None:
    register = ordinary_households_split()
    child = register.household(CHILD_HOUSEHOLD)
    assert (child.status, child.spells) == ("NOT_REGISTERED", [])


def test_a_head_who_goes_names_the_next() -> None:
    movers = (Mover(person_id=FATHER, relation="HEAD"),)
    a_register(opening()).when(split(*movers)).then_refuses("E-HEAD")
    register = (
        a_register(opening())
        .when(split(*movers, new_head_id=MOTHER))
        .then(
            on(HOUSEHOLD, HeadChanged, HouseholdSplit),
            on(CHILD_HOUSEHOLD, HouseholdFormedBySplit),
            on(FATHER, PersonLeftHousehold, PersonJoinedHousehold),
        )
    )
    assert register.household(HOUSEHOLD).members[SON].relation == "SON"


def test_both_halves_have_members() -> None:
    everybody = [Mover(person_id=p, relation=r) for p, r in ((FATHER, "HEAD"), (MOTHER, "SPOUSE"), (SON, "SON"))]
    a_register(opening()).when(split(*everybody)).then_refuses("E-NO-LIVING-MEMBER")
    a_register(opening()).when(
        SplitHousehold(
            household_id=HOUSEHOLD, effective_on=day(9), child_household_id=CHILD_HOUSEHOLD, movers=(), same_dwelling=False
        )
    ).then_refuses("E-NO-LIVING-MEMBER")


def test_only_members_go() -> None:
    outcome = a_register(opening(), neighbours()).when(split(*SON_ALONE, Mover(person_id=NEIGHBOUR, relation="OTHER")))
    assert outcome.then_refuses("E-NOT-A-MEMBER").fields("E-NOT-A-MEMBER") == ["movers[1].person_id"]


def test_the_child_has_one_head_and_fitting_relations() -> None:
    a_register(opening()).when(split(Mover(person_id=SON, relation="SON"))).then_refuses("E-HEAD")
    a_register(opening()).when(
        split(Mover(person_id=MOTHER, relation="HEAD"), Mover(person_id=SON, relation="DAUGHTER"))
    ).then_refuses("E-RELATION-SEX")


def test_the_child_is_a_new_household() -> None:
    a_register(opening(), neighbours()).when(split(child_household_id=OTHER_HOUSEHOLD)).then_refuses("E-HOUSEHOLD-EXISTS")


def test_a_household_in_a_procedure_stays_whole() -> None:
    a_register(ledger_entry(), members_known(), application(HOUSEHOLD, 2)).when(split()).then_refuses("E-CASE-OPEN")


@pytest.mark.parametrize(
    "history",
    [histories.pre_exit(), histories.relapsed(), histories.clear_out_requested(histories.helped(), day(60))],
    ids=["exit", "re-entry", "clear-out"],
)
def test_no_procedure_about_the_household_lets_it_split(history: list[Any]) -> None:
    one_leaves = (Mover(person_id=person(2), relation="HEAD"),)
    a_register(*history).when(split(*one_leaves, effective_on=day(400))).then_refuses("E-CASE-OPEN")


def test_the_child_of_a_cleared_out_household_is_cleared_out_and_may_be_identified_again() -> None:
    history = histories.cleared_out(histories.registered(), day(60))
    register = a_register(*history, split(Mover(person_id=person(2), relation="HEAD"), effective_on=day(90)))
    child = register.household(CHILD_HOUSEHOLD)
    assert child.spell is not None
    assert (child.status, child.spell.end_reason, child.spell.ended_on) == ("CLEARED_OUT", "CLEARED_OUT", day(90))
    register.take(application(CHILD_HOUSEHOLD, 91))


def test_two_elderly_people_who_part_leave_nobody_alone() -> None:
    couple = (father(birth_month=date(1940, 1, 1)), mother(birth_month=date(1941, 1, 1)))
    register = a_register(opening(HOUSEHOLD, *couple), split(Mover(person_id=MOTHER, relation="HEAD")))
    assert register.household(HOUSEHOLD).split_suspect is False


def test_a_closed_household_is_not_split() -> None:
    closed = CloseHousehold(household_id=HOUSEHOLD, effective_on=day(2), reason_code="MOVED_OUT_OF_PROVINCE")
    a_register(opening(), closed).when(split()).then_refuses("E-STATE")


@pytest.mark.parametrize("half", [HOUSEHOLD, CHILD_HOUSEHOLD])
def test_after_a_suspect_split_neither_half_applies_for_a_year(half: Any) -> None:
    register = ordinary_households_split()
    register.when(application(half, 21)).then_refuses("E-SPLIT-SUSPECT")
    register.when(application(half, 20 + 365)).then_refuses("E-SPLIT-SUSPECT")
    register.take(application(half, 20 + 366))
    assert register.household(half).status == "IN_IDENTIFICATION"


def test_the_months_are_the_policys() -> None:
    register = ordinary_households_split().under(amended(2018, split__look_back_months=1))
    register.take(application(HOUSEHOLD, 55))
    assert register.household(HOUSEHOLD).status == "IN_IDENTIFICATION"


def test_an_ordinary_split_is_no_obstacle() -> None:
    register = ordinary_households_split(same_dwelling=False)
    register.take(application(CHILD_HOUSEHOLD, 21))
    assert register.household(CHILD_HOUSEHOLD).status == "IN_IDENTIFICATION"


@pytest.mark.parametrize(
    ("movers", "suspect"),
    [
        ([(GRANDMOTHER, "HEAD")], True),
        ([(FATHER, "HEAD"), (MOTHER, "SPOUSE"), (SON, "SON")], True),
        ([(SON, "HEAD")], False),
        ([(SON, "HEAD"), (GRANDMOTHER, "FATHERS_MOTHER")], False),
    ],
    ids=["she goes", "they go", "the son goes", "she goes with the son"],
)
def test_a_split_that_leaves_the_elderly_alone_is_suspect(movers: list[Any], suspect: bool) -> None:
    family = a_register(opening(HOUSEHOLD, father(), mother(), son(), grandmother()))
    successor = GRANDMOTHER if movers[0][0] == FATHER else None
    family.take(split(*[Mover(person_id=p, relation=r) for p, r in movers], new_head_id=successor))
    assert family.household(HOUSEHOLD).split_suspect is suspect
    assert family.household(CHILD_HOUSEHOLD).split_suspect is suspect


def test_a_genuine_split_no_longer_stands_in_the_way() -> None:
    register = (
        ordinary_households_split().when(review("GENUINE")).then(on(CHILD_HOUSEHOLD, seen(SplitReviewed, verdict="GENUINE")))
    )
    register.take(application(CHILD_HOUSEHOLD, 31))
    register.when(application(HOUSEHOLD, 31)).then_refuses("E-SPLIT-SUSPECT")


def test_an_evasive_split_stands_in_the_way_for_good() -> None:
    register = ordinary_households_split()
    register.take(review("EVASIVE"))
    register.when(application(CHILD_HOUSEHOLD, 900)).then_refuses("E-SPLIT-SUSPECT")


def test_the_same_verdict_again_is_silent() -> None:
    register = ordinary_households_split()
    register.take(review("GENUINE"))
    register.when(review("GENUINE", number=40)).then_nothing_happens()


def test_where_nothing_is_suspect_there_is_nothing_to_review() -> None:
    a_register(opening()).when(review("GENUINE", HOUSEHOLD)).then_refuses("E-NO-SPLIT")


def test_the_one_who_split_off_is_free_to_leave_again() -> None:
    register = a_register(opening(), split())
    assert register.person(SON).household_id == CHILD_HOUSEHOLD
    assert DAUGHTER not in register.household(CHILD_HOUSEHOLD).members
