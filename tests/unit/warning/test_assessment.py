"""Whose an expense is, and the assessment that comes of it: the same in whatever order things are told."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.warning.assessment import LATE_DAYS, Standing, assess_household, assess_person
from consumers.warning.belonging import Bill, of_household, of_nobody
from projections.expenses.belonging import Membership, household_of
from registry.early_warning.burden import Expense
from tests.support.early_warnings import expense as expense_id
from tests.support.families import OTHER_HOUSEHOLD
from tests.support.scenario import COUNTY, HOUSEHOLD, TOWNSHIP, VILLAGE, person, shipped_policies

DAY = date(2019, 3, 18)
TODAY = date(2019, 3, 20)
PROVINCE = "460000000000"
POLICY_FOR = shipped_policies().for_
HERE = Membership(HOUSEHOLD, date(2018, 1, 1))


def bill(number: int = 1, personal: int = 6000, on: date = DAY, who: int = 1, **told: Any) -> Bill:
    own = Decimal(personal)
    spent = Expense(expense_id(number), person(who), on, "INPATIENT", own, own, own)
    return Bill(
        spent, **{"carer_id": person(who), "residence_division": VILLAGE, "hukou_kind": "RURAL", "insutype": "390"} | told
    )


def standing(**changes: Any) -> Standing:
    return Standing(**{"division": VILLAGE, "group": "EXITED", "size": 3} | changes)


def test_on_the_day_of_moving_one_belongs_to_the_new_household() -> None:
    moves = date(2019, 3, 15)
    lives = [Membership(HOUSEHOLD, date(2018, 1, 1), moves), Membership(OTHER_HOUSEHOLD, moves)]
    assert household_of(lives, moves - timedelta(days=1)) == HOUSEHOLD
    assert household_of(lives, moves) == OTHER_HOUSEHOLD


def test_between_two_households_one_belongs_to_none() -> None:
    lives = [Membership(HOUSEHOLD, date(2018, 1, 1), date(2018, 6, 1)), Membership(OTHER_HOUSEHOLD, date(2019, 6, 1))]
    assert household_of(lives, DAY) is None
    assert household_of([], DAY) is None


def test_what_was_spent_before_any_household_belongs_to_the_first() -> None:
    lives = [Membership(OTHER_HOUSEHOLD, date(2019, 6, 1)), Membership(HOUSEHOLD, date(2019, 5, 1), date(2019, 6, 1))]
    assert household_of(lives, DAY) == HOUSEHOLD


def test_who_never_came_belongs_to_nobody_before() -> None:
    lives = [Membership(HOUSEHOLD, date(2019, 6, 1), date(2019, 6, 1))]
    assert household_of(lives, DAY) is None


def test_who_changes_the_household_in_hospital_counts_in_the_later_one() -> None:
    """A window's days are days of discharge: admitted from one household, discharged to the other."""
    lives = {person(1): [Membership(HOUSEHOLD, date(2018, 1, 1), DAY), Membership(OTHER_HOUSEHOLD, DAY)]}
    bills = [bill(1), bill(2, on=DAY - timedelta(days=30))]
    assert of_household(bills, lives, OTHER_HOUSEHOLD) == [bills[0].expense]
    assert of_household(bills, lives, HOUSEHOLD) == [bills[1].expense]


def test_a_newborns_bill_is_the_mothers_households() -> None:
    newborns = bill(1, who=9, carer_id=person(1))
    assert of_household([newborns], {person(1): [HERE]}, HOUSEHOLD) == [newborns.expense]
    assert of_nobody([newborns], [HERE]) == []


@pytest.mark.parametrize(
    ("hukou_kind", "insutype", "looked_for"),
    [
        ("RURAL", "310", True), ("UNKNOWN", "390", True), ("UNKNOWN", "NRCMS", True), ("UNKNOWN", "310", False),
        ("UNKNOWN", "NONE", False), ("URBAN", "390", False),
    ],
)  # fmt: skip
def test_of_those_in_no_household_only_the_rural_are_looked_for(hukou_kind: str, insutype: str, looked_for: bool) -> None:
    assert bool(of_nobody([bill(hukou_kind=hukou_kind, insutype=insutype)], [])) is looked_for


def test_a_household_is_assessed_at_its_township_by_what_fires() -> None:
    found = assess_household(HOUSEHOLD, [bill(1, 6000).expense, bill(2, 5000).expense], lambda day: standing(), POLICY_FOR, TODAY)
    assert (found.subject_kind, found.subject_id, found.division) == ("HOUSEHOLD", HOUSEHOLD, TOWNSHIP)
    assert (found.group, found.level, found.basis, found.unclaimed) == ("EXITED", "ORANGE", Decimal(11_000), False)
    assert found.effective_on == DAY
    assert found.expenses == (expense_id(1), expense_id(2))


def test_where_nothing_fires_that_is_said_today() -> None:
    found = assess_household(HOUSEHOLD, [], lambda day: standing(), POLICY_FOR, TODAY)
    assert (found.level, found.fired, found.expenses, found.effective_on) == ("NONE", (), (), TODAY)


def test_a_window_that_ended_long_ago_raises_nothing() -> None:
    long_ago = TODAY - timedelta(days=LATE_DAYS)

    def level(on: date) -> str:
        return assess_household(HOUSEHOLD, [bill(on=on).expense], lambda day: standing(), POLICY_FOR, TODAY).level

    assert level(long_ago) == "YELLOW"
    assert level(long_ago - timedelta(days=1)) == "NONE"


def test_the_group_of_the_day_decides() -> None:
    def then(day: date) -> Standing:
        return standing(group="OTHER_RURAL" if day < DAY else "REGISTERED")

    def level(on: date) -> str:
        return assess_household(HOUSEHOLD, [bill(personal=5000, on=on).expense], then, POLICY_FOR, TODAY).level

    assert (level(DAY - timedelta(days=1)), level(DAY)) == ("NONE", "YELLOW")


@pytest.mark.parametrize(
    ("residence", "division", "unclaimed"),
    [(VILLAGE, TOWNSHIP, False), (TOWNSHIP, TOWNSHIP, False), (COUNTY, COUNTY, True), ("460400000000", "460400000000", True)],
)
def test_a_person_in_no_household_is_the_townships_of_residence_or_the_countys(
    residence: str, division: str, unclaimed: bool
) -> None:
    bills = [bill(1, 13_000, residence_division=residence)]
    found = assess_person(person(1), bills, POLICY_FOR, TODAY, PROVINCE)
    assert (found.subject_kind, found.subject_id, found.group) == ("PERSON", person(1), "OTHER_RURAL")
    assert (found.division, found.unclaimed, found.assignment, found.level) == (division, unclaimed, "RESIDENCE", "YELLOW")


def test_of_a_person_in_no_household_only_the_persons_own_rules_are_asked() -> None:
    """Nobody knows how many live there, nor of what: half a year's income of one would warn of 29 in a thousand a year."""
    found = assess_person(person(1), [bill(1, 12_000)], POLICY_FOR, TODAY, PROVINCE)
    assert ([rule.rule for rule in found.fired], found.level) == (["P1"], "BLUE")


def test_of_a_person_of_whom_nothing_is_left_nothing_fires() -> None:
    found = assess_person(person(1), [], POLICY_FOR, TODAY, PROVINCE)
    assert (found.level, found.expenses, found.effective_on) == ("NONE", (), TODAY)


@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 500), st.integers(1, 3)), max_size=8), st.integers(0, 2**32))
def test_an_assessment_is_the_same_in_any_order(told: list[tuple[int, int, int]], seed: int) -> None:
    bills = [bill(n, personal, DAY - timedelta(days=ago), who) for n, (personal, ago, who) in enumerate(told)]
    lives = {person(who): [Membership(HOUSEHOLD, date(2018, 8, 1))] for who in (1, 2, 3)}
    mixed = list(bills)
    Random(seed).shuffle(mixed)

    def assessed(some: list[Bill]) -> Any:
        own = of_household(some, lives, HOUSEHOLD)
        return assess_household(HOUSEHOLD, own, lambda day: standing(), POLICY_FOR, TODAY)

    alone = [one for one in bills if one.carer_id == person(1)]
    assert assessed(mixed) == assessed(bills)
    assert assess_person(person(1), alone[::-1], POLICY_FOR, TODAY, PROVINCE) == assess_person(
        person(1), alone, POLICY_FOR, TODAY, PROVINCE
    )


def test_every_expense_is_somebodys_once() -> None:
    """Whoever adds households and persons in none counts nothing twice."""
    lives = {
        person(1): [Membership(HOUSEHOLD, date(2018, 9, 1), date(2019, 1, 1)), Membership(OTHER_HOUSEHOLD, date(2019, 2, 1))]
    }
    bills = [bill(n, on=date(2018, 8, 1) + timedelta(days=14 * n)) for n in range(20)]
    shared: list[UUID] = [
        *(one.expense_id for household in (HOUSEHOLD, OTHER_HOUSEHOLD) for one in of_household(bills, lives, household)),
        *(one.expense.expense_id for one in of_nobody(bills, lives[person(1)])),
    ]
    assert sorted(shared) == sorted(one.expense.expense_id for one in bills)
