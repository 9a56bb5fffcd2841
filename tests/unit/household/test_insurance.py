"""Members' insurance by scheme and year."""

from typing import Any

from registry.household.insurance import EnrollInsurance, InsuranceEnrolled
from tests.support.helped_households import HEAD, WIFE, marginal, registered
from tests.support.scenario import HOUSEHOLD, day, given, person, seen


def enroll(**changes: Any) -> EnrollInsurance:
    facts = {"household_id": HOUSEHOLD, "effective_on": day(60), "person_id": HEAD, "scheme": "RESIDENT_MEDICAL", "year": 2019}
    return EnrollInsurance(**(facts | changes))


def test_a_member_is_insured_for_the_next_year() -> None:
    given(registered()).when(enroll()).then(seen(InsuranceEnrolled, person_id=HEAD, scheme="RESIDENT_MEDICAL", year=2019))


def test_a_marginal_households_member_is_insured_too() -> None:
    given(marginal()).when(enroll()).then(InsuranceEnrolled)


def test_an_insurance_is_recorded_once() -> None:
    given(registered(), enroll()).when(enroll(effective_on=day(70))).then_nothing_happens()


def test_each_member_scheme_and_year_is_an_insurance_of_its_own() -> None:
    scenario = given(registered(), enroll(), enroll(person_id=WIFE), enroll(scheme="ACCIDENT"))
    scenario.when(enroll(year=2018)).then(InsuranceEnrolled)


def test_somebody_else_is_not_insured_here() -> None:
    given(registered()).when(enroll(person_id=person(9))).then_refuses("E-NOT-A-MEMBER")


def test_the_year_is_this_one_or_the_next() -> None:
    given(registered()).when(enroll(year=2017)).then_refuses("E-FIELD-RANGE")


def test_an_unknown_household_has_no_members_to_insure() -> None:
    given().when(enroll()).then_refuses("E-STATE")
