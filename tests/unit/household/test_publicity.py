"""Publicity: the full time, open objections, upheld ones."""

from registry.household.publicity import (
    ClosePublicity,
    ObjectionRaised,
    ObjectionResolved,
    PostPublicity,
    PublicityClosed,
    PublicityPosted,
    RaiseObjection,
    ResolveObjection,
)
from registry.household.review import ReviewByTownship
from tests.support.histories import (
    applied,
    appraised,
    clear_out_requested,
    compared_without_hits,
    do,
    publicity,
    registered,
    relapse_proposed,
    reviewed,
    verified,
    vote,
)
from tests.support.scenario import Scenario, Step, amended, day, given, seen

ID = "IDENTIFICATION"


def post(on: int = 5, until: int = 12, procedure: str = ID, **round_: str) -> Step:
    return do(PostPublicity, day(on), procedure=procedure, posted_until=day(until), **round_)


def close(on: int = 12, procedure: str = ID, **round_: str) -> Step:
    return do(ClosePublicity, day(on), procedure=procedure, **round_)


def object_on(on: int = 6, procedure: str = ID) -> Step:
    return do(RaiseObjection, day(on), procedure=procedure)


def resolve(number: int = 1, outcome: str = "DISMISSED", on: int = 8, procedure: str = ID) -> Step:
    return do(ResolveObjection, day(on), procedure=procedure, objection_no=number, outcome=outcome)


def posted() -> list[Step]:
    return [*appraised(), post()]


def with_second_publicity() -> Scenario:
    """A province that posts a second notice, for five days."""
    return given(appraised(), publicity(day(5)), reviewed(day(13))).under(amended(2018, publicity__township_days=5))


def test_a_notice_goes_up_for_its_days() -> None:
    given(appraised()).when(post()).then(
        seen(PublicityPosted, procedure=ID, round="VILLAGE", posted_from=day(5), posted_until=day(12))
    )


def test_a_notice_may_hang_longer() -> None:
    given(appraised()).when(post(until=30)).then(PublicityPosted)


def test_a_notice_is_not_meant_for_fewer_days() -> None:
    outcome = given(appraised()).when(post(until=11))
    outcome.then_refuses("E-PUBLICITY-TOO-SHORT")
    assert outcome.violation("E-PUBLICITY-TOO-SHORT")["days"] == 7


def test_the_days_are_policy() -> None:
    given(appraised()).under(amended(2018, publicity__village_days=10)).when(post()).then_refuses("E-PUBLICITY-TOO-SHORT")


def test_a_notice_goes_up_once() -> None:
    given(posted()).when(post(6, 13)).then_refuses("E-STEP-DONE")


def test_the_appraisal_comes_first() -> None:
    given(compared_without_hits()).when(post()).then_refuses("E-STEP-MISSING")


def test_an_exit_is_not_publicised_without_consent() -> None:
    given(verified()).when(post(214, 221, "EXIT")).then_refuses("E-NO-CONSENT")


def test_a_relapse_is_not_publicised() -> None:
    given(relapse_proposed()).when(post(297, 304, "RELAPSE")).then_refuses("E-STEP-UNKNOWN")


def test_a_clear_out_is_not_publicised_without_an_appraisal() -> None:
    given(clear_out_requested(registered(), day(30))).when(post(32, 39, "CLEAR_OUT")).then_refuses("E-NO-APPRAISAL")


def test_a_notice_comes_down_after_its_time() -> None:
    outcome = given(posted()).when(close())
    outcome.then(seen(PublicityClosed, round="VILLAGE", objections=0))
    assert outcome.household.cases[ID].steps["PUBLICISED_VILLAGE"] == day(12)


def test_a_notice_does_not_come_down_early() -> None:
    given(posted()).when(close(11)).then_refuses("E-PUBLICITY-TOO-SHORT")


def test_a_notice_hangs_as_long_as_it_says() -> None:
    outcome = given(appraised(), post(until=30)).when(close(29))
    outcome.then_refuses("E-PUBLICITY-TOO-SHORT")
    assert outcome.violation("E-PUBLICITY-TOO-SHORT")["days"] == 25


def test_a_notice_that_never_went_up_does_not_come_down() -> None:
    given(appraised()).when(close()).then_refuses("E-NO-PUBLICITY")


def test_a_notice_comes_down_once() -> None:
    given(posted(), close()).when(close(13)).then_nothing_happens()


def test_somebody_objects_while_the_notice_is_up() -> None:
    outcome = given(posted(), object_on(6)).when(object_on(7))
    outcome.then(seen(ObjectionRaised, procedure=ID, objection_no=2))
    assert outcome.household.cases[ID].open_objections == [1, 2]


def test_nobody_objects_before_the_notice_is_up() -> None:
    given(appraised()).when(object_on()).then_refuses("E-NO-PUBLICITY")


def test_nobody_objected_before_the_notice_went_up() -> None:
    given(posted()).when(object_on(4)).then_refuses("E-NO-PUBLICITY")


def test_nobody_objects_after_the_notice_came_down() -> None:
    given(posted(), close()).when(object_on(13)).then_refuses("E-NO-PUBLICITY")


def test_nobody_objects_where_there_is_no_case() -> None:
    given(registered()).when(object_on(30)).then_refuses("E-NO-CASE")


def test_a_notice_with_an_open_objection_stays_up() -> None:
    outcome = given(posted(), object_on()).when(close())
    outcome.then_refuses("E-OBJECTION-OPEN")
    assert outcome.violation("E-OBJECTION-OPEN")["objections"] == [1]


def test_everything_that_keeps_a_notice_up_is_told_at_once() -> None:
    given(posted(), object_on()).when(close(9)).then_refuses("E-OBJECTION-OPEN", "E-PUBLICITY-TOO-SHORT")


def test_with_its_objections_dismissed_a_notice_comes_down() -> None:
    given(posted(), object_on(), resolve()).when(close()).then(seen(PublicityClosed, objections=1))


def test_an_objection_is_resolved() -> None:
    given(posted(), object_on()).when(resolve()).then(seen(ObjectionResolved, objection_no=1, outcome="DISMISSED"))


def test_an_objection_is_resolved_once() -> None:
    given(posted(), object_on(), resolve()).when(resolve(on=9)).then_nothing_happens()


def test_a_resolution_does_not_turn() -> None:
    given(posted(), object_on(), resolve()).when(resolve(1, "UPHELD", 9)).then_refuses("E-STEP-DONE")


def test_an_objection_that_nobody_raised_is_not_resolved() -> None:
    given(posted()).when(resolve()).then_refuses("E-OBJECTION-UNKNOWN")


def test_an_objection_without_a_case_is_not_resolved() -> None:
    given(registered()).when(resolve(on=30)).then_refuses("E-NO-CASE")


def test_an_objection_is_not_resolved_before_the_notice_went_up() -> None:
    given(posted(), object_on()).when(resolve(on=4)).then_refuses("E-DATE-ORDER")


def test_an_upheld_objection_ends_the_way_to_the_announcement() -> None:
    upheld = [*posted(), object_on(), resolve(1, "UPHELD"), close()]
    outcome = given(upheld).when(do(ReviewByTownship, day(13), procedure=ID, result="APPROVED"))
    outcome.then_refuses("E-OBJECTION-UPHELD")
    assert outcome.violation("E-OBJECTION-UPHELD")["objections"] == [1]


def test_an_upheld_objection_keeps_a_household_from_being_cleared_out() -> None:
    case = "CLEAR_OUT"
    begun = [*clear_out_requested(registered(), day(30)), vote(day(31), case), post(32, 39, case), object_on(33, case)]
    outcome = given(begun).when(resolve(1, "UPHELD", 34, case))
    outcome.then(ObjectionResolved)
    assert not outcome.household.cases
    assert outcome.household.status == "REGISTERED"


def test_by_default_there_is_no_second_publicity() -> None:
    second = post(14, 21, round="TOWNSHIP")
    outcome = given(appraised(), publicity(day(5)), reviewed(day(13))).when(second)
    outcome.then_refuses("E-STEP-UNKNOWN")
    assert outcome.violation("E-STEP-UNKNOWN")["step"] == "PUBLICISED_TOWNSHIP"


def test_where_policy_gives_it_days_there_is_a_second_publicity() -> None:
    outcome = with_second_publicity().when(post(14, 19, round="TOWNSHIP"))
    outcome.then(seen(PublicityPosted, round="TOWNSHIP"))
    outcome.scenario.when(close(19, round="TOWNSHIP")).then(seen(PublicityClosed, round="TOWNSHIP"))


def test_the_second_publicity_comes_after_the_review() -> None:
    scenario = given(appraised(), publicity(day(5))).under(amended(2018, publicity__township_days=5))
    scenario.when(post(14, 19, round="TOWNSHIP")).then_refuses("E-STEP-MISSING")


def test_nothing_is_posted_before_the_application() -> None:
    given(applied()).when(post(0, 7)).then_refuses("E-STEP-MISSING", "E-DATE-ORDER")
