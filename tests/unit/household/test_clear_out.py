"""Clear-out: never automatic, the household told first (T12); an upheld appeal puts it back (T13)."""

import pytest

from registry.household.appeal import DecideAppeal, FileAppeal
from registry.household.clear_out import ClearOut, ClearOutReversed, HouseholdClearedOut, HouseholdNotified, NotifyHousehold
from registry.household.identification import AnnounceIdentification, ApplyForIdentification
from registry.household.measures import AssistanceMeasureStopped, StartMeasure
from registry.household.monitoring import MonitoringEnded, StartMonitoring
from registry.household.re_entry import HouseholdReEntered, ReEnter
from registry.household.review import ApproveByCounty
from registry.household.split import HouseholdFormedBySplit, SplitReviewed
from tests.support.histories import (
    OFFICE,
    History,
    clear_out_ready,
    clear_out_requested,
    cleared_out,
    compared,
    do,
    exited,
    grown_up,
    helped,
    home_check,
    in_ledger,
    pre_exit,
    publicity,
    re_entry_approved,
    registered,
    relapsed,
    reviewed,
    stable,
    vote,
)
from tests.support.scenario import VILLAGE, Scenario, Step, actor, amended, by, day, fact, given, ref, seen

OUT = "CLEAR_OUT"


def clear(on: int = 48, reason: str | None = "VEHICLE") -> Step:
    return do(ClearOut, day(on), reason_code=reason)


def notify(on: int = 40, told: int = 40) -> Step:
    return do(NotifyHousehold, day(on), procedure=OUT, told_on=day(told))


def publicised(before: list[Step]) -> list[Step]:
    return [*clear_out_requested(before, day(30)), vote(day(31), OUT), *publicity(day(32), OUT)]


def upheld(before: list[Step], on: int = 30) -> Scenario:
    """Cleared out eighteen days later, appealed on the next, upheld a week on."""
    appeal = do(FileAppeal, day(on + 19), procedure=OUT)
    verdict = by(actor("COUNTY_OFFICER", 2), do(DecideAppeal, day(on + 26), appeal_no=1, outcome="UPHELD"))
    return given(cleared_out(before, day(on)), appeal, verdict)


def test_the_household_is_told_what_is_intended() -> None:
    given(publicised(registered())).when(notify(41, 40)).then(
        seen(HouseholdNotified, procedure=OUT, told_on=day(40), effective_on=day(41))
    )


def test_the_household_is_told_once() -> None:
    given(publicised(registered()), notify()).when(notify(42)).then_nothing_happens()


def test_the_day_on_which_it_was_told_does_not_move() -> None:
    given(publicised(registered()), notify()).when(notify(42, 41)).then_refuses("E-STEP-DONE")


def test_the_household_was_not_told_tomorrow() -> None:
    given(publicised(registered())).on(day(40)).when(notify(40, 41)).then_refuses("E-DATE-FUTURE", "E-DATE-ORDER")


def test_the_household_was_not_told_before_the_lead() -> None:
    given(publicised(registered())).when(notify(40, 29)).then_refuses("E-DATE-ORDER")


def test_the_household_is_told_after_the_publicity() -> None:
    given(clear_out_requested(registered(), day(30)), vote(day(31), OUT)).when(notify()).then_refuses("E-STEP-MISSING")


def test_other_procedures_do_not_notify() -> None:
    given(pre_exit()).when(do(NotifyHousehold, day(215), procedure="EXIT", told_on=day(215))).then_refuses("E-STEP-UNKNOWN")


def test_a_household_is_cleared_out_with_its_reason_and_its_spell_ends() -> None:
    outcome = given(clear_out_ready(registered(), day(30))).when(clear())
    outcome.then(
        seen(
            HouseholdClearedOut,
            from_status="REGISTERED",
            to_status="CLEARED_OUT",
            reason_code="VEHICLE",
            spell_no=1,
            size=3,
        )
    )
    spell = outcome.household.spell
    assert spell is not None
    assert (spell.ended_on, spell.end_reason) == (day(48), "CLEARED_OUT")
    assert not outcome.household.cases


def test_its_live_measures_stop_in_the_same_save() -> None:
    given(clear_out_ready(helped(), day(30))).when(clear()).then(
        HouseholdClearedOut, seen(AssistanceMeasureStopped, measure_id=ref(501), reason_code="CLEARED_OUT")
    )


def test_its_monitoring_ends_in_the_same_save() -> None:
    monitored = [
        home_check(day(250), "MONITORING"),
        do(StartMonitoring, day(251), category="UNSTABLE_EXITED", risks=("ILLNESS",)),
    ]
    given(clear_out_ready([*exited(), *monitored], day(260))).when(clear(278)).then(
        HouseholdClearedOut, AssistanceMeasureStopped, seen(MonitoringEnded, ended_by="CLEARED_OUT")
    )


@pytest.mark.parametrize("listed", [registered, pre_exit, exited, stable, relapsed], ids=lambda listed: listed.__name__)
def test_every_listed_household_can_be_cleared_out(listed: History) -> None:
    history = listed()
    start = (given(history).now.date() - day(0)).days
    outcome = given(clear_out_ready(history, day(start))).when(clear(start + 18))
    assert outcome.refused is None
    assert outcome.household.status == "CLEARED_OUT"
    assert not outcome.household.cases


def test_an_unlisted_household_is_not_cleared_out() -> None:
    given(in_ledger()).when(clear()).then_refuses("E-STATE")


def test_without_a_lead_there_is_no_case() -> None:
    given(registered()).when(clear()).then_refuses("E-NO-CASE")


def test_without_an_appraisal_nobody_is_cleared_out() -> None:
    given(clear_out_requested(registered(), day(30))).when(clear()).then_refuses(
        "E-NO-APPRAISAL", "E-STEP-MISSING", "E-NO-NOTICE-TO-HOUSEHOLD"
    )


def test_without_notice_nobody_is_cleared_out() -> None:
    given(publicised(registered())).when(clear()).then_refuses("E-NO-NOTICE-TO-HOUSEHOLD")


def test_the_household_has_seven_days_to_object() -> None:
    outcome = given(clear_out_ready(registered(), day(30))).when(clear(47))
    outcome.then_refuses("E-OBJECTION-WINDOW-OPEN")
    assert outcome.violation("E-OBJECTION-WINDOW-OPEN") == {"at": "effective_on", "until": day(47)}


def test_the_days_to_object_are_policy() -> None:
    longer = amended(2018, clear_out__objection_days=10)
    given(clear_out_ready(registered(), day(30))).under(longer).when(clear(50)).then_refuses("E-OBJECTION-WINDOW-OPEN")


def test_a_clear_out_has_a_reason() -> None:
    given(clear_out_ready(registered(), day(30))).when(clear(48, None)).then_refuses("E-FIELD-MISSING")


def test_a_split_found_genuine_is_no_reason() -> None:
    formed = fact(
        HouseholdFormedBySplit,
        day(0),
        division=VILLAGE,
        from_status="NONE",
        to_status="REGISTERED",
        parent_household_id=ref(1),
        entry_kind="NEW",
        spell_no=1,
        spell_start=day(0),
        exited_on=None,
        retention_until=None,
        attribute="ORDINARY",
        main_cause="ILLNESS",
        other_causes=[],
        members=[grown_up(1, "HEAD").record()],
        suspect=True,
    )
    genuine = fact(SplitReviewed, day(20), verdict="GENUINE")
    history = clear_out_ready([formed, genuine], day(30))
    given(history).when(clear(48, "EVASIVE_SPLIT")).then_refuses("E-REASON-NOT-ALLOWED")


def test_a_spell_that_had_ended_keeps_its_day() -> None:
    spell = given(cleared_out(exited(), day(250))).household.spell
    assert spell is not None
    assert (spell.ended_on, spell.end_reason) == (day(240), "CLEARED_OUT")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (registered, "REGISTERED"),
        (pre_exit, "REGISTERED"),
        (exited, "EXITED_WITH_POLICY"),
        (stable, "EXITED_STABLE"),
        (relapsed, "RELAPSED"),
    ],
    ids=["registered", "pre_exit", "exited", "stable", "relapsed"],
)
def test_an_upheld_appeal_puts_the_household_where_it_was(before: History, after: str) -> None:
    history = before()
    scenario = given(history)
    spell = scenario.household.spell
    start = (scenario.now.date() - day(0)).days
    outcome = upheld(history, start)
    assert outcome.household.status == after
    assert outcome.household.spell == spell


def test_a_relapsed_household_goes_on_with_its_re_entry() -> None:
    entered = do(ReEnter, day(370), attribute="DIBAO", main_cause="ILLNESS")
    scenario = upheld(re_entry_approved(), 320)
    scenario.when(entered).then(HouseholdReEntered)


def test_measures_resume_that_the_clear_out_had_stopped() -> None:
    household = upheld(helped()).household
    assert [measure.state for measure in household.measures.values()] == ["LIVE"]


def test_what_an_earlier_clear_out_stopped_stays_stopped() -> None:
    identified_anew = [
        do(ApplyForIdentification, day(100), application_source="APPLICATION"),
        home_check(day(101), "IDENTIFICATION"),
        compared(day(102)),
        vote(day(103)),
        *publicity(day(104)),
        reviewed(day(112)),
        do(ApproveByCounty, day(113), procedure="IDENTIFICATION"),
        do(AnnounceIdentification, day(120), attribute="ORDINARY", main_cause="ILLNESS"),
        do(StartMeasure, day(130), measure_id=ref(502), category="HEALTH", subtype="CHRONIC_CARE", unit=OFFICE),
    ]
    household = upheld([*cleared_out(helped(), day(30)), *identified_anew], 140).household
    states = {number: measure.state for number, measure in household.measures.items()}
    assert states == {ref(501): "STOPPED", ref(502): "LIVE"}


def test_an_upheld_appeal_ends_the_monitoring_of_a_marginal_household() -> None:
    monitored = [home_check(day(52), "MONITORING"), do(StartMonitoring, day(53), category="MARGINAL", risks=("ILLNESS",))]
    appeal = do(FileAppeal, day(54), procedure=OUT)
    verdict = by(actor("COUNTY_OFFICER", 2), do(DecideAppeal, day(60), appeal_no=1, outcome="UPHELD"))
    outcome = given(cleared_out(registered(), day(30)), monitored, appeal).when(verdict)
    assert [type(event) for event in outcome.events[-2:]] == [ClearOutReversed, MonitoringEnded]
