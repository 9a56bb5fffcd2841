"""Exit: proposed (T5), accepted and announced (T6), rejected or withdrawn (T7)."""

from datetime import date
from decimal import Decimal

import pytest

from registry.household.exit import (
    AcceptExit,
    AnnounceExit,
    ExitAccepted,
    ExitProposed,
    HouseholdExited,
    PolicyRetentionSet,
    ProposeExit,
)
from registry.household.exit_rejection import ExitRejected, ExitWithdrawn, RejectExit, WithdrawExit
from registry.household.exit_steps import RecordConsent
from registry.household.measures import StartMeasure, StopMeasure
from registry.household.obstacles import OpenObstacle
from registry.household.publicity import ClosePublicity, PostPublicity, RaiseObjection, ResolveObjection
from registry.household.responsible_helper import AssignHelper, ReplaceHelper
from tests.support.histories import (
    HELPER,
    OFFICE,
    RETENTION_UNTIL,
    RICH,
    History,
    accepted,
    clear_out_requested,
    do,
    exited,
    helped,
    home_check,
    in_ledger,
    pre_exit,
    publicity,
    ready_to_accept,
    registered,
    relapsed,
    reviewed,
    verification,
    verified,
    vote,
)
from tests.support.scenario import Step, actor, amended, by, day, given, person, ref, seen

EXIT = "EXIT"


def propose(on: int = 210) -> Step:
    return do(ProposeExit, day(on))


def accept(on: int = 225) -> Step:
    return do(AcceptExit, day(on))


def announce(on: int = 240) -> Step:
    return do(AnnounceExit, day(on))


def reject(reason: str | None, on: int = 230) -> Step:
    return do(RejectExit, day(on), reason_code=reason)


def helper() -> Step:
    return do(AssignHelper, day(21), helper_id=HELPER, organisation=OFFICE)


def measure(on: int = 22) -> Step:
    return do(StartMeasure, day(on), measure_id=ref(501), category="HEALTH", subtype="FAMILY_DOCTOR", unit=OFFICE)


def ready_after(check: Step) -> list[Step]:
    """Everything before the acceptance, with this verification."""
    signed = do(RecordConsent, day(213), signed_by=person(1))
    return [*pre_exit(), vote(day(211), EXIT), check, signed, *publicity(day(214), EXIT), reviewed(day(222), EXIT)]


def test_a_household_that_was_helped_is_proposed_for_exit() -> None:
    outcome = given(helped()).when(propose())
    outcome.then(seen(ExitProposed, from_status="REGISTERED", to_status="PRE_EXIT"))
    assert outcome.household.cases[EXIT].steps == {"PROPOSED": day(210)}


def test_six_months_count_from_the_start_of_the_spell() -> None:
    given(helped()).when(propose(201)).then(ExitProposed)
    outcome = given(helped()).when(propose(200))
    outcome.then_refuses("E-TOO-SOON")
    assert outcome.violation("E-TOO-SOON") == {"at": "effective_on", "months": 6, "earliest": day(201)}


def test_the_months_are_policy() -> None:
    given(helped()).under(amended(2018, exit__min_months=0)).when(propose(30)).then(ExitProposed)


def test_nobody_exits_without_having_been_helped() -> None:
    given(registered(), helper()).when(propose()).then_refuses("E-NO-MEASURE")


def test_a_measure_that_was_stopped_is_no_help() -> None:
    stopped = do(StopMeasure, day(30), measure_id=ref(501), reason_code="PROJECT_FAILED")
    given(helped(), stopped).when(propose()).then_refuses("E-NO-MEASURE")


def test_nobody_exits_without_a_helper() -> None:
    given(registered(), measure()).when(propose()).then_refuses("E-NO-HELPER")


def test_a_running_clear_out_is_ended_first() -> None:
    given(clear_out_requested(helped(), day(200))).when(propose()).then_refuses("E-CASE-OPEN")


def test_everything_that_holds_an_exit_back_is_told_at_once() -> None:
    warned = do(OpenObstacle, day(30), kind="WARNING", ref=ref(1))
    given(registered(), warned).when(propose(40)).then_refuses("E-TOO-SOON", "E-NO-MEASURE", "E-NO-HELPER", "E-OPEN-WARNING")


@pytest.mark.parametrize("other", [in_ledger, pre_exit, exited, relapsed], ids=lambda other: other.__name__)
def test_only_a_registered_household_is_proposed(other: History) -> None:
    given(other()).when(propose(310)).then_refuses("E-STATE")


def test_the_county_accepts_and_the_status_waits_for_the_announcement() -> None:
    outcome = given(ready_to_accept()).when(accept())
    outcome.then(
        seen(
            ExitAccepted,
            procedure=EXIT,
            income_pc=Decimal("10000.00"),
            line=Decimal(3747),
            actor=actor("COUNTY_ACCEPTANCE"),
        )
    )
    assert outcome.household.status == "PRE_EXIT"


def test_an_exit_is_accepted_once() -> None:
    given(accepted()).when(accept(226)).then_nothing_happens()


def test_every_missing_step_is_named() -> None:
    outcome = given(pre_exit()).when(accept())
    outcome.then_refuses("E-STEP-MISSING", "E-NO-CONSENT")
    assert outcome.refused is not None
    assert [v.params["step"] for v in outcome.refused.violations] == [
        "APPRAISED",
        "VERIFIED",
        "HOUSEHOLD_CONSENTED",
        "PUBLICISED_VILLAGE",
        "TOWNSHIP_REVIEWED",
    ]


def test_a_lost_vote_ends_the_exit() -> None:
    given(pre_exit(), vote(day(211), EXIT, votes_for=5)).when(verification(day(212))).then_refuses("E-PASS-RATIO")


def test_an_income_below_the_line_is_not_accepted() -> None:
    outcome = given(ready_after(verification(day(212), 3 * 3746))).when(accept())
    outcome.then_refuses("E-INCOME-BELOW-LINE")
    assert outcome.violation("E-INCOME-BELOW-LINE") == {"at": "", "income": Decimal("3746.00"), "line": Decimal(3747)}


def test_an_income_at_the_line_is() -> None:
    given(ready_after(verification(day(212), 3 * 3747))).when(accept()).then(ExitAccepted)


def test_own_medical_payments_count_against_the_line() -> None:
    ill = verification(day(212), RICH, medical_self_paid=Decimal("20000.00"))
    given(ready_after(ill)).when(accept()).then_refuses("E-INCOME-BELOW-LINE")


@pytest.mark.parametrize("guarantee", ["food", "clothing", "education", "medical", "housing", "water"])
def test_every_guarantee_is_met_safe_water_too(guarantee: str) -> None:
    outcome = given(ready_after(verification(day(212), RICH, guarantee))).when(accept())
    outcome.then_refuses("E-GUARANTEE-NOT-MET")
    assert outcome.violation("E-GUARANTEE-NOT-MET") == {"at": "", "dimension": guarantee.upper()}


def test_safe_housing_is_evidenced() -> None:
    outcome = given(ready_after(verification(day(212), housing_evidence="NONE"))).when(accept())
    outcome.then_refuses("E-EVIDENCE-MISSING")
    assert outcome.violation("E-EVIDENCE-MISSING") == {"at": "", "kind": "HOUSING_APPRAISAL"}


def test_housing_that_is_seen_to_be_safe_needs_no_appraiser() -> None:
    given(ready_after(verification(day(212), housing_evidence="SAFE_ON_SIGHT"))).when(accept()).then(ExitAccepted)


def test_a_verification_of_ninety_days_ago_is_fresh() -> None:
    given(ready_to_accept()).when(accept(302)).then(ExitAccepted)


def test_an_older_one_is_stale() -> None:
    given(ready_to_accept()).when(accept(303)).then_refuses("E-VERIFICATION-STALE")


def test_a_stale_verification_is_made_good_by_a_new_one() -> None:
    given(ready_to_accept(), verification(day(304))).when(accept(305)).then(ExitAccepted)


def test_a_verifier_who_became_the_helper_verifies_no_more() -> None:
    replaced = do(ReplaceHelper, day(223), helper_id="verifier-1", organisation=OFFICE)
    given(ready_to_accept(), replaced).when(accept()).then_refuses("E-VERIFIER-IS-HELPER")


def test_a_later_home_check_that_finds_need_holds_the_exit_back() -> None:
    given(ready_to_accept(), home_check(day(223), "MONITORING")).when(accept()).then_refuses("E-INCOME-BELOW-LINE")


def test_who_reviewed_for_the_township_does_not_accept_for_the_county() -> None:
    promoted = actor("COUNTY_ACCEPTANCE", same_as=actor("TOWNSHIP_OFFICER"))
    given(ready_to_accept()).when(by(promoted, accept())).then_refuses("E-TWO-PERSON-RULE")


def test_without_a_case_nothing_is_accepted() -> None:
    given(helped()).when(accept()).then_refuses("E-NO-CASE")


def test_everything_wrong_with_an_exit_is_told_at_once() -> None:
    poor = verification(day(212), 3 * 2000, "housing", "education", housing_evidence="NONE")
    outcome = given(ready_after(poor)).when(accept(310))
    outcome.then_refuses("E-INCOME-BELOW-LINE", "E-GUARANTEE-NOT-MET", "E-EVIDENCE-MISSING", "E-VERIFICATION-STALE")
    assert outcome.refused is not None
    assert len(outcome.refused.violations) == 5


def test_the_announcement_ends_the_spell_and_says_how_long_policies_are_kept() -> None:
    outcome = given(accepted()).when(announce())
    outcome.then(
        seen(
            HouseholdExited,
            from_status="PRE_EXIT",
            to_status="EXITED_WITH_POLICY",
            spell_no=1,
            income_pc=Decimal("10000.00"),
            line=Decimal(3747),
            size=3,
        ),
        seen(PolicyRetentionSet, until=RETENTION_UNTIL),
    )
    household = outcome.household
    assert not household.cases
    assert household.exited_on == day(240)
    assert household.entitled
    spell = household.spell
    assert spell is not None
    assert (spell.ended_on, spell.end_reason) == (day(240), "EXITED")


def test_a_late_exit_keeps_its_policies_for_twelve_months() -> None:
    on = date(2020, 7, 31)
    again = [verification(date(2020, 7, 1)), do(AcceptExit, date(2020, 7, 2))]
    given(ready_to_accept(), again).when(do(AnnounceExit, on)).then(
        HouseholdExited, seen(PolicyRetentionSet, until=date(2021, 7, 31))
    )


def test_nothing_is_announced_that_was_not_accepted() -> None:
    outcome = given(ready_to_accept()).when(announce())
    outcome.then_refuses("E-STEP-MISSING")
    assert outcome.violation("E-STEP-MISSING")["step"] == "COUNTY_ACCEPTED"


def test_a_verification_after_the_acceptance_asks_for_a_new_one() -> None:
    anew = [*accepted(), verification(day(230), 3 * 2000)]
    given(anew).when(announce()).then_refuses("E-STEP-MISSING")
    given(anew).when(accept(231)).then_refuses("E-INCOME-BELOW-LINE")


def test_the_announcement_comes_after_the_acceptance() -> None:
    given(accepted()).when(announce(224)).then_refuses("E-DATE-ORDER")


def test_a_clear_out_that_began_since_holds_the_announcement_back() -> None:
    given(clear_out_requested(accepted(), day(230))).when(announce()).then_refuses("E-CASE-OPEN")


def test_a_household_that_was_not_proposed_does_not_exit() -> None:
    given(helped()).when(announce()).then_refuses("E-STATE")


def test_the_township_rejects_with_the_guard_that_failed() -> None:
    outcome = given(ready_after(verification(day(212), 3 * 2000))).when(reject("INCOME_BELOW_LINE"))
    outcome.then(seen(ExitRejected, from_status="PRE_EXIT", to_status="REGISTERED", reason_code="INCOME_BELOW_LINE"))
    household = outcome.household
    assert not household.cases
    assert household.spell is not None
    assert household.spell.ended_on is None


def test_the_village_withdraws_its_proposal() -> None:
    withdrawn = do(WithdrawExit, day(211), reason_code="PROPOSED_BY_MISTAKE")
    given(pre_exit()).when(withdrawn).then(seen(ExitWithdrawn, to_status="REGISTERED"))


def test_a_rejected_household_may_be_proposed_again() -> None:
    given(pre_exit(), reject("CONSENT_REFUSED", 211)).when(propose(212)).then(ExitProposed)


def test_a_rejection_has_a_reason() -> None:
    given(pre_exit()).when(reject(None)).then_refuses("E-FIELD-MISSING")


@pytest.mark.parametrize(
    "reason",
    [
        "INCOME_BELOW_LINE",
        "GUARANTEE_NOT_MET",
        "VOTE_LOST",
        "CONSENT_REFUSED",
        "OBJECTION_UPHELD",
        "OBSTACLE_OPENED",
        "VERIFICATION_STALE",
    ],
)
def test_no_guard_failed_that_the_case_shows_to_hold(reason: str) -> None:
    given(ready_to_accept()).when(reject(reason)).then_refuses("E-REASON-NOT-ALLOWED")


def test_nothing_was_verified_that_could_be_stale() -> None:
    given(pre_exit()).when(reject("VERIFICATION_STALE")).then_refuses("E-REASON-NOT-ALLOWED")


@pytest.mark.parametrize(
    ("reason", "steps"),
    [
        ("VOTE_LOST", [vote(day(211), EXIT, votes_for=5)]),
        ("GUARANTEE_NOT_MET", [vote(day(211), EXIT), verification(day(212), RICH, "housing")]),
        ("CONSENT_REFUSED", [vote(day(211), EXIT), verification(day(212))]),
        ("OBSTACLE_OPENED", [do(OpenObstacle, day(212), kind="FINDING", ref=ref(1))]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_guard_that_failed_is_a_reason(reason: str, steps: list[Step]) -> None:
    given(pre_exit(), steps).when(reject(reason)).then(seen(ExitRejected, reason_code=reason))


def test_a_stale_verification_is_a_reason() -> None:
    given(verified()).when(reject("VERIFICATION_STALE", 303)).then(ExitRejected)


def test_an_upheld_objection_is_a_reason() -> None:
    objected = [
        do(RecordConsent, day(213), signed_by=person(1)),
        do(PostPublicity, day(214), procedure=EXIT, posted_until=day(221)),
        do(RaiseObjection, day(215), procedure=EXIT),
        do(ResolveObjection, day(216), procedure=EXIT, objection_no=1, outcome="UPHELD"),
        do(ClosePublicity, day(221), procedure=EXIT),
    ]
    given(verified(), objected).when(accept()).then_refuses("E-STEP-MISSING", "E-OBJECTION-UPHELD")
    given(verified(), objected).when(reject("OBJECTION_UPHELD")).then(ExitRejected)


@pytest.mark.parametrize("command_class", [RejectExit, WithdrawExit], ids=lambda command: command.__name__)
def test_only_an_exit_under_way_is_rejected_or_withdrawn(command_class: type) -> None:
    given(helped()).when(do(command_class, day(211), reason_code="PROPOSED_BY_MISTAKE")).then_refuses("E-STATE")
