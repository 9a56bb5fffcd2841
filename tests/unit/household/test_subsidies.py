"""Subsidies: paid once for a term, to those who are entitled, and taken back in full or in part."""

from decimal import Decimal
from typing import Any

import pytest

from registry.household.subsidies import PaySubsidy, ReverseSubsidy, SubsidyPaid, SubsidyReversed
from tests.support.helped_households import HEAD, SON, WIFE, exited, ledger, registered, stable
from tests.support.scenario import HOUSEHOLD, amended, day, given, person, ref, seen


def pay(**changes: Any) -> PaySubsidy:
    facts = {
        "household_id": HOUSEHOLD,
        "effective_on": day(30),
        "subsidy_id": ref(1),
        "category": "EDUCATION_PRIMARY",
        "term": "2018-A",
        "amount": Decimal("1000.00"),
        "person_id": SON,
    }
    return PaySubsidy(**(facts | changes))


def reverse(amount: str = "1000.00", **changes: Any) -> ReverseSubsidy:
    facts = {"household_id": HOUSEHOLD, "effective_on": day(40), "subsidy_id": ref(1), "amount": Decimal(amount)}
    return ReverseSubsidy(**(facts | changes))


def test_a_subsidy_is_paid_for_a_term() -> None:
    paid = seen(SubsidyPaid, category="EDUCATION_PRIMARY", term="2018-A", amount=Decimal("1000.00"), person_id=SON)
    given(registered()).when(pay()).then(paid).then_warns()


def test_a_payment_recorded_after_the_household_lost_its_entitlement_counts_on_its_day() -> None:
    scenario = given(exited(), stable(day(50))).on(day(55))
    scenario.when(pay(effective_on=day(45))).then(SubsidyPaid)


def test_nothing_is_paid_after_the_entitlement_ended() -> None:
    given(exited(), stable(day(50))).when(pay(effective_on=day(51))).then_refuses("E-NOT-ENTITLED")


def test_a_household_of_the_ledger_gets_no_subsidy() -> None:
    given(ledger()).when(pay(person_id=None)).then_refuses("E-NOT-ENTITLED")


def test_the_same_payment_sent_again_does_nothing() -> None:
    given(registered(), pay()).when(pay()).then_nothing_happens()


def test_the_id_of_one_payment_is_not_anothers() -> None:
    given(registered(), pay()).when(pay(amount=Decimal("900.00"))).then_refuses("E-ID-TAKEN")


def test_a_term_is_paid_once() -> None:
    outcome = given(registered(), pay()).when(pay(subsidy_id=ref(2), effective_on=day(60))).then_refuses("E-DUPLICATE-PAYMENT")
    assert outcome.violation("E-DUPLICATE-PAYMENT") == {"at": "term", "term": "2018-A"}


def test_the_next_term_is_paid_too() -> None:
    given(registered(), pay()).when(pay(subsidy_id=ref(2), effective_on=day(200), term="2019-S")).then(SubsidyPaid)


def test_the_same_subsidy_of_another_member_is_no_duplicate() -> None:
    care = {"category": "DISABILITY_CARE", "term": "2018-10", "amount": Decimal("200.00")}
    scenario = given(registered(), pay(person_id=WIFE, **care))
    scenario.when(pay(subsidy_id=ref(2), person_id=HEAD, **care)).then(SubsidyPaid)


def test_what_came_back_in_full_may_be_paid_again() -> None:
    given(registered(), pay(), reverse()).when(pay(subsidy_id=ref(2), effective_on=day(60))).then(SubsidyPaid)


def test_what_came_back_in_part_is_still_paid() -> None:
    again = pay(subsidy_id=ref(2), effective_on=day(60))
    given(registered(), pay(), reverse("400.00")).when(again).then_refuses("E-DUPLICATE-PAYMENT")


def test_what_is_paid_once_for_all_is_not_paid_again_in_another_year() -> None:
    house = {"category": "HOUSING", "amount": Decimal("35000.00"), "person_id": None}
    scenario = given(registered(), pay(term="2018", **house))
    again = pay(subsidy_id=ref(2), effective_on=day(200), term="2019", **house)
    scenario.when(again).then_refuses("E-DUPLICATE-PAYMENT")


@pytest.mark.parametrize(
    ("category", "term"),
    [("EDUCATION_PRIMARY", "2018"), ("DISABILITY_CARE", "2018-A"), ("MIGRANT_WORK", "2018-10"), ("OTHER", "last autumn")],
)
def test_a_term_is_written_as_the_subsidys_period_asks(category: str, term: str) -> None:
    payment = pay(category=category, term=term, person_id=None, amount=Decimal("100.00"))
    given(registered()).when(payment).then_refuses("E-TERM")


@pytest.mark.parametrize("term", ["2018", "2018-A", "2018-12"])
def test_where_policy_names_no_period_any_form_of_term_will_do(term: str) -> None:
    given(registered()).when(pay(category="OTHER", term=term, person_id=None)).then(SubsidyPaid)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": Decimal("0.00")}, "E-AMOUNT"),
        ({"amount": Decimal("-5.00")}, "E-AMOUNT"),
        ({"amount": Decimal("1.005")}, "E-AMOUNT"),
        ({"amount": Decimal("1000.01")}, "E-AMOUNT"),
        ({"person_id": person(9)}, "E-NOT-A-MEMBER"),
        ({"person_id": HEAD}, "E-BENEFICIARY-AGE"),
    ],
)
def test_a_payment_that_breaks_a_rule_is_refused(change: dict[str, Any], code: str) -> None:
    given(registered()).when(pay(**change)).then_refuses(code)


@pytest.mark.parametrize(
    ("category", "term", "person_id"),
    [("EDUCATION_JUNIOR", "2018-A", None), ("DISABILITY_CARE", "2018-10", WIFE), ("MIGRANT_WORK", "2018", HEAD)],
)
def test_a_subsidy_for_which_nobody_is_of_the_right_kind_is_doubted(category: str, term: str, person_id: Any) -> None:
    payment = pay(category=category, term=term, person_id=person_id, amount=Decimal("100.00"))
    given(registered()).when(payment).then(SubsidyPaid).then_warns("W-NO-RECIPIENT")


@pytest.mark.parametrize(
    ("category", "term", "person_id"),
    [("EDUCATION_SUPPLIES", "2018-A", None), ("EDUCATION_SUPPLIES", "2018-A", SON), ("PRODUCTION", "2018", None)],
)
def test_a_subsidy_for_somebody_of_that_kind_is_not(category: str, term: str, person_id: Any) -> None:
    payment = pay(category=category, term=term, person_id=person_id, amount=Decimal("100.00"))
    given(registered()).when(payment).then(SubsidyPaid).then_warns()


@pytest.mark.parametrize(("age_from", "age_below", "paid"), [(9, 17, True), (10, 17, False), (5, 10, True), (5, 9, False)])
def test_policy_says_from_what_age_and_below_what_age_a_subsidy_is_paid(age_from: int, age_below: int, paid: bool) -> None:
    policies = amended(2018, subsidy__EDUCATION_PRIMARY={"age_from": age_from, "age_below": age_below})
    outcome = given(registered()).under(policies).when(pay())
    if paid:
        outcome.then(SubsidyPaid)
    else:
        outcome.then_refuses("E-BENEFICIARY-AGE")


def test_a_payment_comes_back_bit_by_bit() -> None:
    scenario = given(registered(), pay(), reverse("400.00"))
    scenario.when(reverse("600.00")).then(seen(SubsidyReversed, subsidy_id=ref(1), amount=Decimal("600.00")))


def test_no_more_comes_back_than_is_left() -> None:
    outcome = given(registered(), pay(), reverse("400.00")).when(reverse("600.01")).then_refuses("E-AMOUNT")
    assert outcome.violation("E-AMOUNT")["maximum"] == Decimal("600.00")


def test_money_comes_back_after_the_entitlement_ended_too() -> None:
    given(exited(), pay(), stable(day(50))).when(reverse(effective_on=day(80))).then(SubsidyReversed)


def test_only_what_was_paid_comes_back() -> None:
    given(registered()).when(reverse()).then_refuses("E-SUBSIDY-UNKNOWN")


def test_nothing_comes_back_before_it_was_paid() -> None:
    given(registered(), pay()).when(reverse(effective_on=day(29))).then_refuses("E-DATE-ORDER")
