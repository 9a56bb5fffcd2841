"""From the application to the announcement, or to the rejection (T1, T3, T4)."""

from decimal import Decimal
from typing import Any

from registry.household.appeal import FileAppeal
from registry.household.comparison import VerifyMismatch
from registry.household.identification import (
    AnnounceIdentification,
    ApplyForIdentification,
    HouseholdIdentified,
    IdentificationApplied,
    IdentificationRejected,
    RejectIdentification,
)
from registry.household.ledger import RecordLedgerHousehold
from registry.household.monitoring import MonitoringEnded, StartMonitoring
from registry.household.publicity import ClosePublicity, PostPublicity, RaiseObjection, ResolveObjection
from registry.household.review import ApproveByCounty
from registry.household.split import HouseholdFormedBySplit
from tests.support.histories import (
    POOR,
    RICH,
    applied,
    appraised,
    approved,
    checked,
    cleared_out,
    compared,
    compared_without_hits,
    do,
    grown_up,
    home_check,
    in_ledger,
    publicity,
    registered,
    rejected,
    reviewed,
    vote,
)
from tests.support.scenario import VILLAGE, Step, day, fact, given, paper, person, ref, seen

ID = "IDENTIFICATION"


def apply_on(on: int, **fields: Any) -> Step:
    return do(ApplyForIdentification, day(on), application_source="APPLICATION", **fields)


def announce(on: int = 20, main_cause: str | None = "ILLNESS", *other_causes: str) -> Step:
    return do(AnnounceIdentification, day(on), attribute="ORDINARY", main_cause=main_cause, other_causes=other_causes)


def reject(reason: str | None, on: int = 15, told: int = 15) -> Step:
    return do(RejectIdentification, day(on), reason_code=reason, told_on=day(told))


def approved_after(check: Step) -> list[Step]:
    """All steps of an application with this home check."""
    steps = [*applied(), check, compared(day(3)), vote(day(4)), *publicity(day(5)), reviewed(day(13))]
    return [*steps, do(ApproveByCounty, day(15), procedure=ID)]


def test_an_application_opens_a_case() -> None:
    outcome = given(in_ledger()).when(
        apply_on(1, applicant_person_id=person(1), lead_id=ref(1), evidence=(paper("APPLICATION_FORM"),))
    )
    outcome.then(
        seen(
            IdentificationApplied,
            from_status="NOT_REGISTERED",
            to_status="IN_IDENTIFICATION",
            application_source="APPLICATION",
            applicant_person_id=person(1),
            lead_id=ref(1),
            size=3,
            effective_on=day(1),
            division=VILLAGE,
            policy_version="46/2018.1",
            evidence=[paper("APPLICATION_FORM")],
        )
    )
    assert list(outcome.household.cases) == [ID]


def test_a_cleared_out_household_may_apply_again() -> None:
    given(cleared_out(registered(), day(30))).when(apply_on(100)).then(seen(IdentificationApplied, from_status="CLEARED_OUT"))


def test_a_second_application_is_refused_while_a_case_is_open() -> None:
    given(applied()).when(apply_on(2)).then_refuses("E-CASE-OPEN")


def test_a_registered_household_does_not_apply() -> None:
    given(registered()).when(apply_on(40)).then_refuses("E-STATE")


def test_a_household_that_the_register_does_not_know_does_not_apply() -> None:
    given().when(apply_on(1)).then_refuses("E-STATE")


def test_a_household_without_people_does_not_apply() -> None:
    empty = fact(
        HouseholdFormedBySplit,
        day(0),
        division=VILLAGE,
        from_status="NONE",
        to_status="NOT_REGISTERED",
        parent_household_id=ref(1),
        entry_kind="NEW",
        spell_no=1,
        spell_start=None,
        exited_on=None,
        retention_until=None,
        attribute="",
        main_cause="",
        other_causes=[],
        members=[],
        suspect=False,
    )
    given(empty).when(apply_on(1)).then_refuses("E-NO-LIVING-MEMBER")


def test_the_applicant_is_a_member() -> None:
    given(in_ledger()).when(apply_on(1, applicant_person_id=person(9))).then_refuses("E-NOT-A-MEMBER")


def test_a_suspect_split_is_reviewed_before_the_application() -> None:
    formed = fact(
        HouseholdFormedBySplit,
        day(0),
        division=VILLAGE,
        from_status="NONE",
        to_status="NOT_REGISTERED",
        parent_household_id=ref(1),
        entry_kind="NEW",
        spell_no=1,
        spell_start=None,
        exited_on=None,
        retention_until=None,
        attribute="",
        main_cause="",
        other_causes=[],
        members=[grown_up(1, "HEAD").record()],
        suspect=True,
    )
    given(formed).when(apply_on(1)).then_refuses("E-SPLIT-SUSPECT")


def test_an_open_appeal_is_decided_before_a_new_application() -> None:
    given(rejected(), do(FileAppeal, day(16), procedure=ID)).when(apply_on(17)).then_refuses("E-OPEN-APPEAL")


def test_an_approved_household_is_registered_and_a_spell_begins() -> None:
    outcome = given(approved()).when(announce(20, "ILLNESS", "LACK_OF_LABOUR"))
    outcome.then(
        seen(
            HouseholdIdentified,
            from_status="IN_IDENTIFICATION",
            to_status="REGISTERED",
            entry_kind="NEW",
            spell_no=1,
            other_causes=["LACK_OF_LABOUR"],
            income_pc=Decimal("3000.00"),
            line=Decimal(3535),
            unmet_guarantees=[],
            size=3,
        )
    )
    spell = outcome.household.spell
    assert spell is not None
    assert (spell.number, spell.entry_kind, spell.started_on, spell.ended_on) == (1, "NEW", day(20), None)
    assert not outcome.household.cases


def test_a_household_that_was_cleared_out_is_reidentified() -> None:
    again = [
        apply_on(100),
        home_check(day(101), ID),
        compared(day(102)),
        vote(day(103)),
        *publicity(day(104)),
        reviewed(day(112)),
        do(ApproveByCounty, day(113), procedure=ID),
    ]
    outcome = given(cleared_out(registered(), day(30)), again).when(announce(120))
    outcome.then(seen(HouseholdIdentified, entry_kind="REIDENTIFIED", spell_no=2))


def test_registration_ends_monitoring() -> None:
    monitored = [
        home_check(day(0), "MONITORING"),
        do(StartMonitoring, day(0), category="MARGINAL", risks=("ILLNESS",)),
    ]
    given(in_ledger(), monitored, approved()[2:]).when(announce()).then(
        HouseholdIdentified, seen(MonitoringEnded, from_overlay="ACTIVE", to_overlay="NONE", ended_by="REGISTERED")
    )


def test_an_unmet_guarantee_makes_up_for_an_income_above_the_line() -> None:
    needy = home_check(day(2), ID, RICH, "housing")
    given(approved_after(needy)).when(announce()).then(seen(HouseholdIdentified, unmet_guarantees=["HOUSING"]))


def test_unsafe_water_alone_is_no_reason_to_register() -> None:
    given(approved_after(home_check(day(2), ID, RICH, "water"))).when(announce()).then_refuses("E-NEED-TEST-NOT-MET")


def test_a_household_above_the_line_with_every_guarantee_met_is_not_registered() -> None:
    outcome = given(approved_after(home_check(day(2), ID, RICH))).when(announce())
    outcome.then_refuses("E-NEED-TEST-NOT-MET")
    assert outcome.violation("E-NEED-TEST-NOT-MET") == {"at": "", "income": Decimal("10000.00"), "line": Decimal(3535)}


def test_the_line_itself_is_not_below_the_line() -> None:
    given(approved_after(home_check(day(2), ID, 3 * 3535))).when(announce()).then_refuses("E-NEED-TEST-NOT-MET")


def test_every_missing_step_is_named() -> None:
    outcome = given(applied()).when(announce())
    outcome.then_refuses("E-STEP-MISSING")
    assert outcome.refused is not None
    assert [v.params["step"] for v in outcome.refused.violations] == [
        "HOME_CHECKED",
        "COMPARED",
        "APPRAISED",
        "PUBLICISED_VILLAGE",
        "TOWNSHIP_REVIEWED",
        "COUNTY_APPROVED",
    ]


def test_every_violation_is_told_at_once() -> None:
    rich = [*applied(), home_check(day(2), ID, RICH)]
    given(rich).when(announce(20, "MARRIAGE", "ILLNESS", "ILLNESS", "DISABILITY")).then_refuses(
        "E-STEP-MISSING", "E-NEED-TEST-NOT-MET", "E-CAUSE-NOT-MAIN", "E-CAUSE-TOO-MANY", "E-CAUSE-REPEATED"
    )


def test_a_main_cause_is_named() -> None:
    given(approved()).when(announce(20, None)).then_refuses("E-CAUSE-MISSING")


def test_marriage_is_never_the_main_cause() -> None:
    given(approved()).when(announce(20, "MARRIAGE")).then_refuses("E-CAUSE-NOT-MAIN")


def test_there_are_at_most_two_further_causes() -> None:
    given(approved()).when(announce(20, "ILLNESS", "DISABILITY", "SCHOOLING", "DISASTER")).then_refuses("E-CAUSE-TOO-MANY")


def test_a_cause_stands_once() -> None:
    given(approved()).when(announce(20, "ILLNESS", "ILLNESS")).then_refuses("E-CAUSE-REPEATED")


def test_the_announcement_comes_after_the_approval() -> None:
    given(approved()).when(announce(14)).then_refuses("E-DATE-ORDER")


def test_who_compared_has_not_checked_at_home_either() -> None:
    second_check = home_check(day(16), ID, POOR, by=("comparator-1",))
    given(approved(), second_check).when(announce()).then_refuses("E-TWO-PERSON-RULE")


def test_nobody_is_registered_whose_members_are_not_known() -> None:
    unknown = do(RecordLedgerHousehold, day(0), division=VILLAGE, size=3, labour_count=1)
    given(unknown, approved()[2:]).when(announce()).then_refuses("E-NO-LIVING-MEMBER")


def test_an_upheld_objection_stops_the_announcement() -> None:
    objected = [
        do(PostPublicity, day(5), procedure=ID, posted_until=day(12)),
        do(RaiseObjection, day(6), procedure=ID),
        do(ResolveObjection, day(7), procedure=ID, objection_no=1, outcome="UPHELD"),
        do(ClosePublicity, day(12), procedure=ID),
    ]
    given(appraised(), objected).when(announce()).then_refuses("E-OBJECTION-UPHELD", "E-STEP-MISSING")


def test_a_household_that_nobody_identifies_is_not_announced() -> None:
    given(registered()).when(announce(30)).then_refuses("E-STATE")


def test_the_township_rejects_and_the_household_may_appeal_for_seven_days() -> None:
    lost = [*compared_without_hits(), vote(day(4), votes_for=12)]
    outcome = given(lost).when(reject("VOTE_LOST"))
    outcome.then(
        seen(
            IdentificationRejected,
            from_status="IN_IDENTIFICATION",
            to_status="NOT_REGISTERED",
            reason_code="VOTE_LOST",
            told_on=day(15),
            appeal_until=day(22),
        )
    )
    assert not outcome.household.cases


def test_a_rejected_household_goes_back_to_where_it_was() -> None:
    again = [apply_on(100), home_check(day(101), ID, RICH)]
    given(cleared_out(registered(), day(30)), again).when(reject("NEED_TEST_NOT_MET", 102, 102)).then(
        seen(IdentificationRejected, to_status="CLEARED_OUT")
    )


def test_a_rejection_has_a_reason() -> None:
    given(applied()).when(reject(None)).then_refuses("E-FIELD-MISSING")


def test_a_won_vote_is_no_lost_vote() -> None:
    given(appraised()).when(reject("VOTE_LOST")).then_refuses("E-REASON-NOT-ALLOWED")


def test_nobody_is_rejected_for_objections_that_nobody_upheld() -> None:
    given(appraised(), publicity(day(5))).when(reject("OBJECTION_UPHELD")).then_refuses("E-REASON-NOT-ALLOWED")


def test_nobody_is_rejected_for_an_income_that_is_below_the_line() -> None:
    given(checked()).when(reject("NEED_TEST_NOT_MET")).then_refuses("E-REASON-NOT-ALLOWED")


def test_nobody_is_rejected_for_a_mismatch_that_is_not_confirmed() -> None:
    hit = [*checked(), compared(day(3), ID, "VEHICLE_OWNER")]
    verdict = do(VerifyMismatch, day(4), procedure=ID, hit_no=1, verdict="FALSE_POSITIVE")
    given(hit, verdict).when(reject("MISMATCH_CONFIRMED")).then_refuses("E-REASON-NOT-ALLOWED")


def test_a_confirmed_mismatch_is_a_reason() -> None:
    hit = [*checked(), compared(day(3), ID, "VEHICLE_OWNER")]
    verdict = do(VerifyMismatch, day(4), procedure=ID, hit_no=1, verdict="TRUE_POSITIVE")
    given(hit, verdict).when(reject("MISMATCH_CONFIRMED")).then(IdentificationRejected)


def test_the_applicant_was_not_told_tomorrow() -> None:
    given(applied()).on(day(15)).when(reject("WITHDRAWN", 15, 16)).then_refuses("E-DATE-FUTURE")


def test_the_applicant_was_not_told_before_the_application() -> None:
    given(applied()).when(reject("WITHDRAWN", 15, 0)).then_refuses("E-DATE-ORDER")


def test_an_application_cannot_take_effect_before_the_last_change() -> None:
    given(rejected()).when(apply_on(14)).then_refuses("E-DATE-BEFORE-LAST")
