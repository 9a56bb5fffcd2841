"""The opening balance (T0b)."""

from datetime import date

import pytest

from registry.household.opening import HouseholdImported
from registry.person.person import PersonJoinedHousehold
from tests.support.families import (
    FATHER,
    MOTHER,
    OTHER_HOUSEHOLD,
    SON,
    daughter,
    exited,
    father,
    ledger_entry,
    mother,
    newcomer,
    opening,
    son,
)
from tests.support.register import a_register, on
from tests.support.scenario import HOUSEHOLD, TOWNSHIP, VILLAGE, by, day, person, seen


def test_a_registered_household_is_taken_over_with_its_members() -> None:
    register = (
        a_register()
        .when(opening())
        .then(
            on(HOUSEHOLD, seen(HouseholdImported, from_status="NONE", to_status="REGISTERED", entry_kind="OPENING", spell_no=1)),
            on(FATHER, seen(PersonJoinedHousehold, household_id=HOUSEHOLD, division=VILLAGE)),
            on(MOTHER, PersonJoinedHousehold),
            on(SON, PersonJoinedHousehold),
        )
    )
    household = register.household(HOUSEHOLD)
    assert (household.status, household.size, household.head) == ("REGISTERED", 3, FATHER)
    assert household.spell is not None
    assert (household.spell.started_on, household.spell.ended_on) == (date(2014, 5, 1), None)


def test_an_exited_household_keeps_its_policies_as_long_as_policy_says() -> None:
    register = (
        a_register()
        .when(exited())
        .then(
            on(HOUSEHOLD, seen(HouseholdImported, to_status="EXITED_WITH_POLICY", retention_until=date(2020, 12, 31))),
            *(on(person_id, PersonJoinedHousehold) for person_id in (FATHER, MOTHER, SON)),
        )
    )
    household = register.household(HOUSEHOLD)
    assert household.spell is not None
    assert (household.spell.ended_on, household.spell.end_reason) == (date(2017, 12, 1), "EXITED")
    assert household.exited_on == date(2017, 12, 1)


def test_what_the_old_register_says_of_retention_holds() -> None:
    register = a_register(exited(retention_until=date(2019, 6, 30)))
    assert register.household(HOUSEHOLD).retention_until == date(2019, 6, 30)


def test_the_next_spell_follows_the_imported_one() -> None:
    register = a_register(exited(spell_no=2))
    assert register.household(HOUSEHOLD).next_spell_no == 3


def test_only_the_month_of_birth_is_kept() -> None:
    register = a_register(opening(HOUSEHOLD, father(birth_month=date(1975, 6, 23))))
    assert register.household(HOUSEHOLD).members[FATHER].birth_month == date(1975, 6, 1)


def test_a_household_that_is_known_is_not_imported() -> None:
    a_register(ledger_entry()).when(opening()).then_refuses("E-STATE")
    a_register(opening()).when(opening(HOUSEHOLD, newcomer(person(77), "HEAD", "MALE"))).then_refuses("E-STATE")


def test_other_statuses_are_no_opening_balance() -> None:
    a_register().when(opening(to_status="RELAPSED")).then_refuses("E-STATUS-NOT-OPENING")


def test_an_exited_household_has_a_day_of_exit() -> None:
    outcome = a_register().when(exited(exited_on=None))
    assert outcome.then_refuses("E-FIELD-MISSING").fields("E-FIELD-MISSING") == ["exited_on"]


def test_a_registered_household_has_neither_exit_nor_retention() -> None:
    outcome = a_register().when(opening(exited_on=date(2017, 1, 1), retention_until=date(2020, 1, 1)))
    assert outcome.then_refuses("E-FIELD-NOT-ALLOWED").fields("E-FIELD-NOT-ALLOWED") == ["exited_on", "retention_until"]


def test_a_spell_begins_before_it_ends() -> None:
    a_register().when(exited(exited_on=date(2014, 1, 1))).then_refuses("E-DATE-ORDER")
    a_register().when(opening(spell_start=day(2))).then_refuses("E-DATE-ORDER")


def test_causes_are_few_and_different() -> None:
    a_register().when(opening(main_cause=None)).then_refuses("E-CAUSE-MISSING")
    a_register().when(opening(other_causes=("ILLNESS",))).then_refuses("E-CAUSE-REPEATED")
    a_register().when(opening(other_causes=("DISABILITY", "DISASTER", "SCHOOLING"))).then_refuses("E-CAUSE-TOO-MANY")


def test_a_household_has_members() -> None:
    a_register().when(opening(members=())).then_refuses("E-NO-LIVING-MEMBER")


@pytest.mark.parametrize("members", [(son(),), (father(), newcomer(person(9), "HEAD", "FEMALE"))], ids=["none", "two"])
def test_a_household_has_one_head(members: tuple[object, ...]) -> None:
    a_register().when(opening(members=members)).then_refuses("E-HEAD")


def test_relations_fit_the_sexes() -> None:
    outcome = a_register().when(opening(HOUSEHOLD, father(), newcomer(MOTHER, "SPOUSE", "MALE"), daughter(sex="MALE")))
    assert outcome.then_refuses("E-RELATION-SEX").fields("E-RELATION-SEX") == ["members[1].relation", "members[2].relation"]


def test_nobody_is_in_it_twice() -> None:
    outcome = a_register().when(opening(HOUSEHOLD, father(), newcomer(FATHER, "SPOUSE", "FEMALE")))
    assert outcome.then_refuses("E-PERSON-ALREADY-LIVE").fields("E-PERSON-ALREADY-LIVE") == ["members[1].person_id"]


def test_nobody_is_in_it_who_lives_elsewhere() -> None:
    outcome = a_register(opening()).when(opening(OTHER_HOUSEHOLD, father(), mother(), newcomer(person(9), "SON", "MALE")))
    assert outcome.then_refuses("E-PERSON-ALREADY-LIVE").fields("E-PERSON-ALREADY-LIVE") == [
        "members[0].person_id",
        "members[1].person_id",
    ]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    a_register(opening()).when(
        opening(OTHER_HOUSEHOLD, son(), to_status="CLOSED", main_cause=None, spell_start=day(5))
    ).then_refuses("E-STATUS-NOT-OPENING", "E-CAUSE-MISSING", "E-DATE-ORDER", "E-HEAD", "E-PERSON-ALREADY-LIVE")


def test_nobody_is_born_later() -> None:
    a_register().when(opening(HOUSEHOLD, father(), daughter(birth_month=date(2018, 10, 1)))).then_refuses("E-DATE-ORDER")


def test_a_household_is_taken_over_into_a_village() -> None:
    a_register().when(opening(division=TOWNSHIP)).then_refuses("E-DIVISION-LEVEL")


def test_the_county_may_take_over_what_is_long_past() -> None:
    register = a_register(ledger_entry(OTHER_HOUSEHOLD, effective_on=day(400)))
    register.take(by("COUNTY_OFFICER", opening()))
    assert register.household(HOUSEHOLD).status == "REGISTERED"
