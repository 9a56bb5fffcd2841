"""Corrections and voidings: what was recorded wrongly is said again, or never was."""

from dataclasses import MISSING, fields
from datetime import timedelta
from typing import Any

import pytest

from registry.correction import WholeStreamNeeded, body_fields
from registry.household.appraisal import AppraisalHeld
from registry.household.closing import CloseHousehold
from registry.household.corrections import CorrectFact, FactVoided
from registry.household.exit import HouseholdExited
from registry.household.exit_steps import ExitVerified
from registry.household.home_check import HomeChecked
from registry.household.household import Household
from registry.household.identification import HouseholdIdentified
from registry.household.ledger import VillageLedgerEntryUpserted
from registry.household.legality import verdicts
from registry.household.measures import AssistanceMeasureStarted, AssistanceMeasureStopped, StopMeasure
from registry.household.monitoring import MonitoringEnded
from registry.household.opening import HouseholdImported
from registry.household.publicity import PublicityPosted
from registry.household.relapse import RelapseConfirmed
from registry.household.relocation import HouseholdRelocated, RelocateHousehold
from registry.household.split import HouseholdSplit, Mover, SplitHousehold
from registry.household.statements import STATEMENTS
from tests.support import histories
from tests.support.corrected import LATE, broken, correct, found_wrong, void
from tests.support.families import (
    BIRTH,
    CHILD_HOUSEHOLD,
    DEATH,
    OTHER_HOUSEHOLD,
    SON,
    neighbours,
    opening,
)
from tests.support.register import a_register, on
from tests.support.scenario import FAR_VILLAGE, HOUSEHOLD, actor, amended, by, day, seen


def test_a_fact_is_said_again_whole_and_read_in_its_place() -> None:
    register = found_wrong(histories.registered())
    check = register.event(HOUSEHOLD, HomeChecked)
    correct(register, HomeChecked, medical_self_paid="1200.00").then(
        on(
            HOUSEHOLD,
            seen(
                HomeChecked,
                corrects_event_id=check.event_id,
                effective_on=day(2),
                checkers=["checker-1", "checker-2"],
                size=3,
            ),
        )
    )
    household = register.household(HOUSEHOLD)
    assert household.need is not None
    assert household.need.medical_self_paid == 1200
    assert (household.status, household.version) == ("REGISTERED", len(register.streams[HOUSEHOLD]))


def test_a_corrected_household_is_the_one_in_which_it_was_right_from_the_beginning() -> None:
    wrong = found_wrong([*histories.applied(), histories.home_check(day(2), "IDENTIFICATION", 8_000)])
    right = found_wrong(histories.checked())
    wage = right.event(HOUSEHOLD, HomeChecked).income  # type: ignore[attr-defined]
    correct(wrong, HomeChecked, income=wage)
    ours, theirs = vars(wrong.household(HOUSEHOLD)), vars(right.household(HOUSEHOLD))
    assert {k: v for k, v in ours.items() if k != "version"} == {k: v for k, v in theirs.items() if k != "version"}


def test_what_does_not_differ_is_silent() -> None:
    register = found_wrong(histories.registered())
    correct(register, HomeChecked, medical_self_paid="0.00").then_nothing_happens()
    correct(register, HomeChecked).then_nothing_happens()


def test_a_correction_is_corrected_by_its_own_id_or_that_of_the_fact() -> None:
    register = found_wrong(histories.checked())
    correct(register, HomeChecked, medical_self_paid="100.00")
    correct(register, HomeChecked, 2, medical_self_paid="200.00")
    first = register.event(HOUSEHOLD, HomeChecked)
    assert [e.corrects_event_id for e in register.streams[HOUSEHOLD][-2:]] == [first.event_id, first.event_id]
    need = register.household(HOUSEHOLD).need
    assert need is not None
    assert need.medical_self_paid == 200


def test_the_facts_own_rules_hold_for_its_correction() -> None:
    register = found_wrong(histories.registered())
    correct(register, HomeChecked, income_to="2018-12-01").then_refuses("E-DATE-ORDER")
    correct(register, HomeChecked, checkers=[]).then_refuses("E-CHECKERS")
    correct(register, AppraisalHeld, attended=4, votes_for=4, votes_against=0).then_refuses("E-QUORUM")


def test_the_declaration_of_the_facts_command_holds_for_its_correction() -> None:
    register = found_wrong(histories.registered())
    outcome = correct(register, HouseholdIdentified, main_cause="LAZINESS")
    assert outcome.then_refuses("E-CODE-UNKNOWN").fields("E-CODE-UNKNOWN") == ["main_cause"]
    correct(register, HouseholdIdentified, colour="red").then_refuses("E-FIELD-UNKNOWN")
    correct(register, HomeChecked, medical_self_paid="much").then_refuses("E-FIELD-TYPE")


def test_an_income_above_the_line_breaks_the_identification() -> None:
    register = found_wrong(histories.registered())
    rich = histories.findings(day(2), histories.RICH)["income"]
    assert broken(correct(register, HomeChecked, income=rich)) == {
        "household.household_identified": "E-NEED-TEST-NOT-MET",
    }


def test_an_income_above_the_line_breaks_the_relapse() -> None:
    register = found_wrong(histories.relapsed())
    rich = histories.findings(histories.RELAPSE_CHECKED_ON, histories.RICH)["income"]
    verdicts = broken(correct(register, HomeChecked, 2, income=rich))
    assert verdicts["household.relapse_confirmed"] == "E-NEED-TEST-NOT-MET"


def test_a_check_that_was_too_old_breaks_the_relapse() -> None:
    register = found_wrong(histories.relapsed())
    earlier = histories.findings(day(260), histories.POOR)
    verdicts = broken(correct(register, HomeChecked, 2, effective_on=day(260), **earlier))
    assert verdicts["household.relapse_confirmed"] == "E-CHECK-STALE"


def test_an_income_above_the_line_breaks_the_re_entry() -> None:
    register = found_wrong(histories.re_entered())
    rich = histories.findings(day(301), histories.RICH)["income"]
    assert broken(correct(register, HomeChecked, 3, income=rich)) == {
        "household.household_re_entered": "E-NEED-TEST-NOT-MET",
    }


def test_an_income_below_the_line_breaks_the_exit() -> None:
    register = found_wrong(histories.exited())
    poor = histories.findings(day(212), histories.POOR)["income"]
    verdicts = broken(correct(register, ExitVerified, income=poor))
    assert "E-INCOME-BELOW-LINE" in verdicts["household.exit_accepted"]


def test_a_guarantee_that_was_not_met_breaks_the_exit() -> None:
    register = found_wrong(histories.exited())
    unmet = histories.findings(day(212), histories.RICH, "housing")["guarantees"]
    verdicts = broken(correct(register, ExitVerified, guarantees=unmet))
    assert "E-GUARANTEE-NOT-MET" in verdicts["household.exit_accepted"]


def test_a_lost_vote_breaks_what_followed_it() -> None:
    verdicts = broken(correct(found_wrong(histories.registered()), AppraisalHeld, votes_for=5, votes_against=19))
    assert verdicts["household.publicity_posted"] == "E-PASS-RATIO"
    assert "E-PASS-RATIO" in verdicts["household.household_identified"]


def test_a_fact_is_not_of_later_than_it_was_recorded() -> None:
    correct(found_wrong(histories.registered()), AppraisalHeld, effective_on=day(14)).then_refuses("E-DATE-FUTURE")


def test_a_notice_that_was_too_short_breaks_its_end() -> None:
    register = found_wrong(histories.registered())
    verdicts = broken(correct(register, PublicityPosted, posted_until=day(13)))
    assert "E-PUBLICITY-TOO-SHORT" in verdicts["household.publicity_closed"]


def test_a_voided_step_breaks_what_needed_it() -> None:
    verdicts = broken(void(found_wrong(histories.registered()), HomeChecked))
    assert "E-STEP-MISSING" in verdicts["household.household_identified"]


def test_a_measure_that_never_was_cannot_have_been_the_one_that_an_exit_needs() -> None:
    verdicts = broken(void(found_wrong(histories.pre_exit()), AssistanceMeasureStarted))
    assert verdicts == {"household.exit_proposed": "E-NO-MEASURE"}


def test_what_later_facts_are_about_is_not_voided() -> None:
    stopped = histories.do(StopMeasure, day(30), measure_id=histories.ref(501), reason_code="REPLACED")
    verdicts = broken(void(found_wrong([*histories.helped(), stopped]), AssistanceMeasureStarted))
    assert verdicts == {"household.assistance_measure_stopped": "E-EVENT-UNKNOWN, E-MEASURE-UNKNOWN"}


def test_a_voided_fact_never_was() -> None:
    register = found_wrong(histories.helped())
    started = register.event(HOUSEHOLD, AssistanceMeasureStarted)
    void(register, AssistanceMeasureStarted).then(
        on(
            HOUSEHOLD,
            seen(
                FactVoided,
                corrects_event_id=started.event_id,
                voided_type="household.assistance_measure_started",
                effective_on=LATE,
            ),
        )
    )
    assert register.household(HOUSEHOLD).measures == {}


def test_what_was_voided_is_neither_corrected_nor_voided_again() -> None:
    register = found_wrong(histories.helped())
    void(register, AssistanceMeasureStarted)
    correct(register, AssistanceMeasureStarted, category="HOUSING").then_refuses("E-FACT-VOIDED")
    void(register, AssistanceMeasureStarted).then_refuses("E-FACT-VOIDED")
    void(register, FactVoided).then_refuses("E-FACT-VOIDED")


def test_a_fact_that_nobody_recorded_is_not_corrected() -> None:
    register = found_wrong([opening(), neighbours()])
    strange = register.event(OTHER_HOUSEHOLD, HouseholdImported)
    register.when(CorrectFact(household_id=HOUSEHOLD, effective_on=day(0), corrects_event_id=strange.event_id)).then_refuses(
        "E-EVENT-UNKNOWN"
    )


def test_a_status_event_moves_between_its_neighbours() -> None:
    register = found_wrong(histories.relapsed())
    outcome = correct(register, HouseholdExited, effective_on=day(238))
    outcome.then(on(HOUSEHOLD, seen(HouseholdExited, effective_on=day(238))))
    assert register.household(HOUSEHOLD).exited_on == day(238)
    for outside in (histories.PROPOSED_ON - timedelta(days=1), histories.RELAPSED_ON + timedelta(days=1)):
        outcome = correct(register, HouseholdExited, effective_on=outside)
        assert outcome.then_refuses("E-CORRECTION-NOT-ALLOWED").fields("E-CORRECTION-NOT-ALLOWED") == ["effective_on"]


def test_a_status_event_before_the_steps_of_its_case_is_refused_by_its_own_rules() -> None:
    correct(found_wrong(histories.registered()), HouseholdIdentified, effective_on=day(14)).then_refuses("E-DATE-ORDER")


def test_the_causes_of_a_registered_household_are_put_right() -> None:
    register = found_wrong(histories.registered())
    correct(register, HouseholdIdentified, main_cause="DISABILITY", other_causes=["ILLNESS"])
    household = register.household(HOUSEHOLD)
    assert (household.main_cause, household.other_causes, household.status) == ("DISABILITY", ("ILLNESS",), "REGISTERED")


def test_a_transition_is_never_voided() -> None:
    register = found_wrong(histories.relapsed())
    for event_class in (HouseholdIdentified, HouseholdExited, RelapseConfirmed, VillageLedgerEntryUpserted):
        void(register, event_class).then_refuses("E-CORRECTION-NOT-ALLOWED")


def test_a_fact_stays_about_what_it_was_about() -> None:
    register = found_wrong(histories.helped())
    outcome = correct(register, AssistanceMeasureStarted, measure_id=str(histories.ref(777)))
    assert outcome.then_refuses("E-CORRECTION-NOT-ALLOWED").fields("E-CORRECTION-NOT-ALLOWED") == ["measure_id"]
    outcome = correct(found_wrong([opening()]), HouseholdImported, division=FAR_VILLAGE)
    assert outcome.then_refuses("E-CORRECTION-NOT-ALLOWED").fields("E-CORRECTION-NOT-ALLOWED") == ["division"]


def test_the_opening_is_put_right_but_for_its_status_and_its_people() -> None:
    register = found_wrong([opening()])
    correct(register, HouseholdImported, spell_start="2015-01-01", attribute="DIBAO")
    household = register.household(HOUSEHOLD)
    assert household.spell is not None
    assert (household.spell.started_on.year, household.attribute, household.size) == (2015, "DIBAO", 3)
    exited = {"to_status": "EXITED_STABLE", "exited_on": "2017-01-01"}
    assert correct(register, HouseholdImported, **exited).fields("E-CORRECTION-NOT-ALLOWED") == ["to_status"]
    assert correct(register, HouseholdImported, effective_on=day(1)).fields("E-CORRECTION-NOT-ALLOWED") == ["effective_on"]


def test_moves_splits_and_consequences_have_their_own_way_back() -> None:
    move = RelocateHousehold(household_id=HOUSEHOLD, effective_on=day(3), to_division=FAR_VILLAGE)
    split = SplitHousehold(
        household_id=HOUSEHOLD,
        effective_on=day(4),
        child_household_id=CHILD_HOUSEHOLD,
        movers=(Mover(person_id=SON, relation="HEAD"),),
        same_dwelling=False,
    )
    register = found_wrong([opening(), move, split])
    void(register, HouseholdRelocated).then_refuses("E-CORRECTION-NOT-ALLOWED")
    void(register, HouseholdSplit).then_refuses("E-CORRECTION-NOT-ALLOWED")
    assert MonitoringEnded not in STATEMENTS


def test_a_correction_with_papers_replaces_them() -> None:
    register = found_wrong(histories.checked())
    check = register.event(HOUSEHOLD, HomeChecked)
    paper = {"kind": "OTHER", "sha256": bytes(31) + b"\x07"}
    register.when(
        CorrectFact(
            household_id=HOUSEHOLD,
            effective_on=check.effective_on,
            corrects_event_id=check.event_id,
            evidence=(paper,),  # type: ignore[arg-type]
        )
    ).then(on(HOUSEHOLD, seen(HomeChecked, evidence=[paper])))


def test_rules_that_came_later_do_not_speak_against_a_correction() -> None:
    register = found_wrong(histories.registered()).under(amended(2018, appraisal__quorum="29/30"))
    correct(register, HomeChecked, medical_self_paid="1.00").then(on(HOUSEHOLD, HomeChecked))


def test_a_kept_state_is_not_continued_over_a_correction() -> None:
    register = found_wrong(histories.checked())
    kept = Household.replay(None, register.events(HOUSEHOLD))
    correct(register, HomeChecked, medical_self_paid="100.00")
    with pytest.raises(WholeStreamNeeded):
        Household.replay(kept, register.events(HOUSEHOLD)[-1:])


def test_every_statement_can_be_said_again_from_its_event() -> None:
    envelope = {"household_id", "division", "effective_on", "reason_code", "evidence", "member"}
    for event_class, statement in STATEMENTS.items():
        known = envelope | set(body_fields(event_class))
        required = {f.name for f in fields(statement.command) if f.default is MISSING and f.default_factory is MISSING}
        assert required <= known, f"{event_class.__name__} does not say {required - known}"


WHOLE_LIVES = {
    "re-entered": histories.re_entered(),
    "stable": histories.stable(),
    "cleared out": histories.cleared_out(histories.helped(), day(60)),
    "rejected": histories.rejected(),
    "imported": [opening(), neighbours(), BIRTH, DEATH],
}


@pytest.mark.parametrize("history", WHOLE_LIVES.values(), ids=WHOLE_LIVES)
def test_a_whole_life_would_be_accepted_again(history: Any) -> None:
    register = a_register(*history)
    stream = register.events(HOUSEHOLD)
    decision = register.decision(actor("COUNTY_OFFICER"))
    refused = {v.event.TOPIC: v.codes for v in verdicts(stream, stream[0].event_id, decision).values() if v.codes}
    assert refused == {
        # it came with the clear-out and would be refused on its own
        topic: {"E-REASON-NOT-ALLOWED"}
        for topic in refused
        if topic == "household.assistance_measure_stopped"
    }


def test_a_life_goes_on_after_its_first_fact_was_put_right() -> None:
    register = found_wrong(histories.re_entered())
    correct(register, VillageLedgerEntryUpserted, labour_count=2).then(on(HOUSEHOLD, VillageLedgerEntryUpserted))
    entry = register.household(HOUSEHOLD).ledger
    assert entry is not None
    assert entry.labour_count == 2


def test_the_county_corrects_what_the_village_recorded_late() -> None:
    check = by("VILLAGE_CLERK", histories.home_check(day(200), "IDENTIFICATION"))  # type: ignore[arg-type]
    register = found_wrong([*histories.applied(), check])
    correct(register, HomeChecked, effective_on=day(100), **histories.findings(day(100))).then(
        on(HOUSEHOLD, seen(HomeChecked, effective_on=day(100), actor=actor("COUNTY_OFFICER")))
    )


def test_the_day_of_the_correction_is_the_day_of_the_fact() -> None:
    register = found_wrong(histories.checked())
    correct(register, HomeChecked, household_id=str(OTHER_HOUSEHOLD)).then_nothing_happens()
    check = register.event(HOUSEHOLD, HomeChecked)
    register.when(
        CorrectFact(
            household_id=HOUSEHOLD,
            effective_on=check.effective_on,
            corrects_event_id=check.event_id,
            facts={"effective_on": "2018-09-05"},
        )
    ).then_nothing_happens()


def test_what_another_fact_brought_with_it_is_not_voided() -> None:
    closed = CloseHousehold(household_id=HOUSEHOLD, effective_on=day(40), reason_code="MOVED_OUT_OF_PROVINCE")
    void(found_wrong([*histories.helped(), closed]), AssistanceMeasureStopped).then_refuses("E-CORRECTION-NOT-ALLOWED")
