"""The democratic appraisal: a lost vote is a fact; too few representatives are no appraisal."""

from datetime import timedelta

import pytest

from registry.household.appraisal import AppraisalHeld, AppraisalRequested, HoldAppraisal, RequestAppraisal
from registry.household.publicity import PostPublicity
from tests.support.histories import (
    RELAPSED_ON,
    History,
    appraised,
    checked,
    clear_out_requested,
    compared_without_hits,
    do,
    exited,
    in_ledger,
    pre_exit,
    registered,
    relapsed,
    stable,
    vote,
)
from tests.support.scenario import Step, amended, day, given, ref, seen

ID = "IDENTIFICATION"


def hold(reps_total: int, attended: int, votes_for: int, votes_against: int = 0, on: int = 4) -> Step:
    return do(
        HoldAppraisal,
        day(on),
        procedure=ID,
        reps_total=reps_total,
        attended=attended,
        votes_for=votes_for,
        votes_against=votes_against,
    )


def request(on: int = 30) -> Step:
    return do(RequestAppraisal, day(on), lead_kind="MISMATCH", lead_id=ref(601))


def post(on: int) -> Step:
    return do(PostPublicity, day(on), procedure=ID, posted_until=day(on + 7))


def test_a_won_vote_passes() -> None:
    given(compared_without_hits()).when(hold(30, 24, 20, 4)).then(
        seen(AppraisalHeld, procedure=ID, reps_total=30, attended=24, votes_for=20, votes_against=4, result="PASSED")
    )


def test_a_lost_vote_is_recorded() -> None:
    given(compared_without_hits()).when(hold(30, 24, 4, 20)).then(seen(AppraisalHeld, result="NOT_PASSED"))


def test_half_of_those_who_came_is_not_enough() -> None:
    given(compared_without_hits()).when(hold(30, 24, 12, 3)).then(seen(AppraisalHeld, result="NOT_PASSED"))


def test_one_more_than_half_is_enough() -> None:
    given(compared_without_hits()).when(hold(30, 24, 13, 11)).then(seen(AppraisalHeld, result="PASSED"))


def test_two_thirds_of_the_representatives_are_a_quorum() -> None:
    given(compared_without_hits()).when(hold(30, 20, 20)).then(seen(AppraisalHeld, result="PASSED"))


def test_one_fewer_is_none() -> None:
    outcome = given(compared_without_hits()).when(hold(30, 19, 19))
    outcome.then_refuses("E-QUORUM")
    assert outcome.violation("E-QUORUM") == {"at": "attended", "quorum": "2/3"}


def test_the_quorum_is_policy() -> None:
    given(compared_without_hits()).under(amended(2018, appraisal__quorum="1/2")).when(hold(30, 15, 15)).then(AppraisalHeld)


def test_the_pass_ratio_is_policy() -> None:
    stricter = amended(2018, appraisal__pass_ratio="2/3")
    given(compared_without_hits()).under(stricter).when(hold(30, 24, 16, 8)).then(seen(AppraisalHeld, result="NOT_PASSED"))


def test_nobody_comes_who_is_no_representative() -> None:
    outcome = given(compared_without_hits()).when(hold(30, 31, 20))
    outcome.then_refuses("E-VOTES-EXCEED")
    assert outcome.violation("E-VOTES-EXCEED") == {"at": "attended", "maximum": 30}


def test_nobody_votes_who_did_not_come() -> None:
    outcome = given(compared_without_hits()).when(hold(30, 24, 20, 5))
    outcome.then_refuses("E-VOTES-EXCEED")
    assert outcome.violation("E-VOTES-EXCEED") == {"at": "votes_for", "maximum": 24}


def test_the_comparison_comes_first() -> None:
    given(checked()).when(hold(30, 24, 20)).then_refuses("E-STEP-MISSING")


def test_an_appraisal_without_a_case_is_refused() -> None:
    given(in_ledger()).when(hold(30, 24, 20)).then_refuses("E-NO-CASE")


def test_a_won_vote_is_not_held_again() -> None:
    given(appraised()).when(hold(30, 24, 20, on=5)).then_refuses("E-STEP-DONE")


def test_a_lost_vote_may_be_held_again() -> None:
    lost = hold(30, 24, 4, 20)
    given(compared_without_hits(), lost).when(hold(30, 24, 20, on=5)).then(seen(AppraisalHeld, result="PASSED"))


def test_the_next_step_is_refused_after_a_lost_vote() -> None:
    given(compared_without_hits(), hold(30, 24, 4, 20)).when(post(5)).then_refuses("E-PASS-RATIO")


def test_a_monitoring_case_is_not_appraised() -> None:
    given(registered()).when(vote(day(30), "MONITORING")).then_refuses("E-STEP-UNKNOWN")


@pytest.mark.parametrize("listed", [registered, pre_exit, exited, relapsed, stable], ids=lambda listed: listed.__name__)
def test_a_verified_lead_opens_a_clear_out_case(listed: History) -> None:
    scenario = given(listed())
    on = scenario.now.date()
    command = do(RequestAppraisal, on, lead_kind="FINDING", lead_id=ref(601))
    outcome = scenario.when(command)
    outcome.then(
        seen(
            AppraisalRequested,
            procedure="CLEAR_OUT",
            lead_kind="FINDING",
            lead_id=ref(601),
            due=on + timedelta(days=14),
            case_id=outcome.household.cases["CLEAR_OUT"].case_id,
        )
    )


def test_an_unlisted_household_is_not_cleared_out() -> None:
    given(in_ledger()).when(request(5)).then_refuses("E-STATE")


def test_one_lead_is_enough() -> None:
    given(clear_out_requested(registered(), day(30))).when(request(31)).then_refuses("E-CASE-OPEN")


def test_the_second_clear_out_case_is_another_one() -> None:
    kept = [*clear_out_requested(registered(), day(30)), vote(day(31), "CLEAR_OUT", votes_for=3)]
    first = given(clear_out_requested(registered(), day(30))).household.cases["CLEAR_OUT"].case_id
    second = given(kept).when(request(40)).then(AppraisalRequested).household.cases["CLEAR_OUT"].case_id
    assert first != second


def test_a_vote_against_the_clear_out_ends_the_case() -> None:
    outcome = given(clear_out_requested(registered(), day(30))).when(vote(day(31), "CLEAR_OUT", votes_for=3))
    outcome.then(seen(AppraisalHeld, result="NOT_PASSED"))
    assert not outcome.household.cases
    assert outcome.household.status == "REGISTERED"


def test_a_relapsed_household_keeps_its_re_entry_case_beside_the_clear_out() -> None:
    scenario = given(clear_out_requested(relapsed(), RELAPSED_ON))
    assert set(scenario.household.cases) == {"RE_ENTRY", "CLEAR_OUT"}
