"""Appeals: in time, decided by another person; an upheld one reopens the case or puts the household back (T4, T13)."""

from registry.household.appeal import AppealDecided, AppealFiled, DecideAppeal, FileAppeal, obstacle_ref
from registry.household.appraisal import AppraisalHeld
from registry.household.clear_out import ClearOutReversed
from registry.household.closing import CloseHousehold
from registry.household.exit import ExitProposed, ProposeExit
from registry.household.identification import (
    AnnounceIdentification,
    ApplyForIdentification,
    HouseholdIdentified,
    IdentificationRejected,
    RejectIdentification,
)
from registry.household.measures import AssistanceMeasureResumed
from registry.household.obstacles import ObstacleCleared, ObstacleOpened
from registry.household.publicity import ClosePublicity, PostPublicity, RaiseObjection, ResolveObjection
from registry.household.review import ApproveByCounty
from tests.support.histories import (
    appraised,
    cleared_out,
    compared_without_hits,
    do,
    helped,
    in_ledger,
    publicity,
    registered,
    rejected,
    reviewed,
    vote,
)
from tests.support.scenario import HOUSEHOLD, Step, actor, by, day, given, seen

ID, OUT = "IDENTIFICATION", "CLEAR_OUT"
COUNTY_APPEALS = actor("COUNTY_OFFICER", 2)


def file(on: int = 20, procedure: str = ID) -> Step:
    return do(FileAppeal, day(on), procedure=procedure)


def decide(outcome: str, on: int = 25, number: int = 1) -> Step:
    return by(COUNTY_APPEALS, do(DecideAppeal, day(on), appeal_no=number, outcome=outcome))


def out() -> list[Step]:
    """Cleared out on day 48."""
    return cleared_out(helped(), day(30))


def test_a_rejected_household_appeals_within_seven_days_of_being_told() -> None:
    outcome = given(rejected()).when(file(22))
    outcome.then(
        seen(AppealFiled, procedure=ID, appeal_no=1),
        seen(ObstacleOpened, kind="APPEAL", ref=obstacle_ref(HOUSEHOLD, 1)),
    )
    assert outcome.household.open_appeal is not None


def test_the_eighth_day_is_too_late() -> None:
    outcome = given(rejected()).when(file(23))
    outcome.then_refuses("E-APPEAL-LATE")
    assert outcome.violation("E-APPEAL-LATE") == {"at": "effective_on", "until": day(22)}


def test_a_cleared_out_household_appeals_within_thirty_days() -> None:
    given(out()).when(file(78, OUT)).then(seen(AppealFiled, procedure=OUT), ObstacleOpened)


def test_the_thirty_first_day_is_too_late() -> None:
    given(out()).when(file(79, OUT)).then_refuses("E-APPEAL-LATE")


def test_nobody_appeals_before_the_decision() -> None:
    given(rejected()).when(file(14)).then_refuses("E-DATE-ORDER")


def test_there_is_nothing_to_appeal_where_nothing_was_decided() -> None:
    given(in_ledger()).when(file(5)).then_refuses("E-NO-CASE")


def test_an_exit_is_not_appealed() -> None:
    given(rejected()).when(file(20, "EXIT")).then_refuses("E-NO-CASE")


def test_a_registered_household_has_nothing_to_appeal() -> None:
    given(registered()).when(file(30)).then_refuses("E-STATE")


def test_one_appeal_at_a_time() -> None:
    given(rejected(), file()).when(file(21)).then_refuses("E-OPEN-APPEAL")


def test_a_dismissed_appeal_is_not_filed_again() -> None:
    given(rejected(), file(16), decide("DISMISSED", 18)).when(file(20)).then_refuses("E-STEP-DONE")


def test_a_new_application_settles_the_old_rejection() -> None:
    anew = [
        do(ApplyForIdentification, day(16), application_source="APPLICATION"),
        do(RejectIdentification, day(40), reason_code="WITHDRAWN", told_on=day(40)),
    ]
    outcome = given(rejected(), anew).when(file(45))
    outcome.then(AppealFiled, ObstacleOpened)


def test_everything_wrong_with_an_appeal_is_told_at_once() -> None:
    given(rejected(), file()).when(file(60)).then_refuses("E-OPEN-APPEAL", "E-APPEAL-LATE")


def test_a_dismissed_appeal_changes_nothing_but_the_obstacle() -> None:
    outcome = given(rejected(), file()).when(decide("DISMISSED"))
    outcome.then(
        seen(
            AppealDecided,
            procedure=ID,
            outcome="DISMISSED",
            from_status="NOT_REGISTERED",
            to_status="NOT_REGISTERED",
            actor=COUNTY_APPEALS,
        ),
        seen(ObstacleCleared, kind="APPEAL", ref=obstacle_ref(HOUSEHOLD, 1)),
    )
    assert outcome.household.status_since == day(15)
    assert outcome.household.open_appeal is None


def test_an_upheld_appeal_reopens_the_application() -> None:
    outcome = given(rejected(), file()).when(decide("UPHELD"))
    outcome.then(
        seen(AppealDecided, from_status="NOT_REGISTERED", to_status="IN_IDENTIFICATION", outcome="UPHELD"), ObstacleCleared
    )
    case = outcome.household.cases[ID]
    assert set(case.steps) == {"APPLIED", "HOME_CHECKED", "COMPARED"}


def test_in_the_reopened_case_the_appraisal_comes_anew() -> None:
    given(rejected(), file(), decide("UPHELD")).when(vote(day(26))).then(seen(AppraisalHeld, result="PASSED"))


def test_the_reopened_case_can_end_with_the_registration() -> None:
    objected = [
        do(PostPublicity, day(5), procedure=ID, posted_until=day(12)),
        do(RaiseObjection, day(6), procedure=ID),
        do(ResolveObjection, day(7), procedure=ID, objection_no=1, outcome="UPHELD"),
        do(ClosePublicity, day(12), procedure=ID),
        do(RejectIdentification, day(15), reason_code="OBJECTION_UPHELD", told_on=day(15)),
    ]
    again = [vote(day(26)), *publicity(day(27)), reviewed(day(35)), do(ApproveByCounty, day(36), procedure=ID)]
    history = given(appraised(), objected, file(), decide("UPHELD"), again)
    history.when(do(AnnounceIdentification, day(37), attribute="ORDINARY", main_cause="ILLNESS")).then(HouseholdIdentified)


def test_a_case_rejected_again_may_be_appealed_again() -> None:
    again = [vote(day(26), votes_for=2), do(RejectIdentification, day(30), reason_code="VOTE_LOST", told_on=day(30))]
    given(rejected(), file(), decide("UPHELD"), again).when(file(31)).then(seen(AppealFiled, appeal_no=2), ObstacleOpened)


def test_another_person_decides_than_the_one_who_rejected() -> None:
    own = by("TOWNSHIP_OFFICER", do(RejectIdentification, day(15), reason_code="WITHDRAWN", told_on=day(15)))
    same = actor("COUNTY_OFFICER", same_as=actor("TOWNSHIP_OFFICER"))
    verdict = do(DecideAppeal, day(25), appeal_no=1, outcome="UPHELD")
    given(compared_without_hits(), own, file()).when(by(same, verdict)).then_refuses("E-TWO-PERSON-RULE")


def test_another_person_decides_than_the_one_who_cleared_out() -> None:
    verdict = do(DecideAppeal, day(55), appeal_no=1, outcome="DISMISSED")
    given(out(), file(50, OUT)).when(by("COUNTY_OFFICER", verdict)).then_refuses("E-TWO-PERSON-RULE")


def test_an_appeal_is_not_decided_before_it_is_filed() -> None:
    given(rejected(), file()).when(decide("UPHELD", 19)).then_refuses("E-DATE-ORDER")


def test_an_appeal_that_nobody_filed_is_not_decided() -> None:
    given(rejected()).when(decide("UPHELD")).then_refuses("E-APPEAL-UNKNOWN")


def test_an_appeal_is_decided_once() -> None:
    given(rejected(), file(), decide("DISMISSED")).when(decide("DISMISSED", 26)).then_nothing_happens()


def test_a_decision_on_an_appeal_does_not_turn() -> None:
    given(rejected(), file(), decide("DISMISSED")).when(decide("UPHELD", 26)).then_refuses("E-STEP-DONE")


def test_a_registered_household_has_no_appeal_to_decide() -> None:
    given(registered()).when(decide("UPHELD", 30)).then_refuses("E-STATE")


def test_a_closed_household_has_no_appeal_to_decide() -> None:
    closed = do(CloseHousehold, day(21), reason_code="MOVED_OUT_OF_PROVINCE")
    given(rejected(), file(), closed).when(decide("UPHELD")).then_refuses("E-STATE")


def test_an_upheld_appeal_against_a_clear_out_puts_the_household_back_in_the_same_save() -> None:
    outcome = given(out(), file(50, OUT)).when(decide("UPHELD", 55))
    outcome.then(
        seen(AppealDecided, procedure=OUT, from_status="CLEARED_OUT", to_status="CLEARED_OUT"),
        ObstacleCleared,
        seen(ClearOutReversed, from_status="CLEARED_OUT", to_status="REGISTERED", appeal_no=1, spell_no=1, size=3),
        AssistanceMeasureResumed,
    )


def test_a_dismissed_appeal_leaves_the_household_cleared_out() -> None:
    outcome = given(out(), file(50, OUT)).when(decide("DISMISSED", 55)).then(AppealDecided, ObstacleCleared)
    assert outcome.household.status == "CLEARED_OUT"


def test_after_an_upheld_appeal_the_household_exits_like_any_other() -> None:
    given(out(), file(50, OUT), decide("UPHELD", 55)).when(do(ProposeExit, day(210))).then(ExitProposed)


def test_the_rejection_that_an_upheld_appeal_undid_is_not_appealable() -> None:
    outcome = given(rejected(), file(), decide("UPHELD"))
    assert outcome.household.rejected_case is None
    assert any(isinstance(event, IdentificationRejected) for event in outcome.history)
