"""The township's review and the county's approval: two offices, two persons."""

from registry.household.review import ApproveByCounty, CountyApproved, ReviewByTownship, TownshipReviewed
from tests.support.histories import (
    appraised,
    approved,
    do,
    in_ledger,
    pre_exit,
    publicity,
    ready_to_accept,
    reviewed,
)
from tests.support.scenario import Step, actor, amended, by, day, given, seen

ID = "IDENTIFICATION"


def publicised() -> list[Step]:
    return [*appraised(), *publicity(day(5))]


def approve(on: int = 15) -> Step:
    return do(ApproveByCounty, day(on), procedure=ID)


def test_the_township_agrees() -> None:
    outcome = given(publicised()).when(reviewed(day(13)))
    outcome.then(seen(TownshipReviewed, procedure=ID, result="APPROVED", actor=actor("TOWNSHIP_OFFICER")))
    assert outcome.household.cases[ID].reviewed_by == "township_officer-1"


def test_the_township_returns_a_case() -> None:
    given(publicised()).when(reviewed(day(13), result="RETURNED")).then(seen(TownshipReviewed, result="RETURNED"))


def test_a_returned_case_is_not_approved() -> None:
    given(publicised(), reviewed(day(13), result="RETURNED")).when(approve()).then_refuses("E-REVIEW-RETURNED")


def test_a_returned_case_may_be_reviewed_again() -> None:
    returned = reviewed(day(13), result="RETURNED")
    given(publicised(), returned).when(reviewed(day(14))).then(seen(TownshipReviewed, result="APPROVED"))


def test_the_township_agrees_once() -> None:
    given(publicised(), reviewed(day(13))).when(reviewed(day(14))).then_nothing_happens()


def test_what_the_township_agreed_to_it_does_not_return() -> None:
    given(publicised(), reviewed(day(13))).when(reviewed(day(14), result="RETURNED")).then_refuses("E-STEP-DONE")


def test_publicity_comes_before_the_review() -> None:
    outcome = given(appraised()).when(reviewed(day(13)))
    outcome.then_refuses("E-STEP-MISSING")
    assert outcome.violation("E-STEP-MISSING")["step"] == "PUBLICISED_VILLAGE"


def test_the_review_comes_after_the_publicity_in_life_too() -> None:
    given(publicised()).when(reviewed(day(11))).then_refuses("E-DATE-ORDER")


def test_an_exit_is_reported_by_the_township() -> None:
    assert given(ready_to_accept()).household.cases["EXIT"].steps["TOWNSHIP_REVIEWED"] == day(222)


def test_without_a_case_there_is_nothing_to_review() -> None:
    given(in_ledger()).when(reviewed(day(13))).then_refuses("E-NO-CASE")


def test_the_county_approves() -> None:
    given(publicised(), reviewed(day(13))).when(approve()).then(seen(CountyApproved, procedure=ID))


def test_the_county_approves_once() -> None:
    given(approved()).when(approve(16)).then_nothing_happens()


def test_who_reviewed_for_the_township_does_not_approve_for_the_county() -> None:
    promoted = actor("COUNTY_OFFICER", same_as=actor("TOWNSHIP_OFFICER"))
    given(publicised(), reviewed(day(13))).when(by(promoted, approve())).then_refuses("E-TWO-PERSON-RULE")


def test_the_review_comes_before_the_approval() -> None:
    given(publicised()).when(approve()).then_refuses("E-STEP-MISSING")


def test_the_second_publicity_comes_before_the_approval_where_there_is_one() -> None:
    scenario = given(publicised(), reviewed(day(13))).under(amended(2018, publicity__township_days=5))
    outcome = scenario.when(approve())
    outcome.then_refuses("E-STEP-MISSING")
    assert outcome.violation("E-STEP-MISSING")["step"] == "PUBLICISED_TOWNSHIP"


def test_an_exit_is_not_approved_but_accepted() -> None:
    given(pre_exit()).when(do(ApproveByCounty, day(215), procedure="EXIT")).then_refuses("E-STEP-UNKNOWN")


def test_a_review_of_a_clear_out_is_unknown() -> None:
    given(approved()).when(do(ReviewByTownship, day(16), procedure="CLEAR_OUT", result="APPROVED")).then_refuses("E-STEP-UNKNOWN")
