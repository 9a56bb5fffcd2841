"""Relapse: two signatures on a fresh home check (T9), and the error put right (T11)."""

from decimal import Decimal

import pytest

from registry.event import Evidence
from registry.household.measures import AssistanceMeasureStopped, StartMeasure
from registry.household.monitoring import MonitoringEnded, StartMonitoring
from registry.household.relapse import (
    ConfirmRelapse,
    ProposeRelapse,
    RelapseConfirmed,
    RelapseProposed,
    RelapseRevoked,
    RevokeRelapse,
)
from tests.support.histories import (
    HELPER,
    OFFICE,
    POOR,
    RELAPSED_ON,
    RICH,
    History,
    do,
    exited,
    home_check,
    re_entered,
    registered,
    relapse_checked,
    relapse_proposed,
    relapsed,
    stable,
)
from tests.support.scenario import Step, actor, by, day, given, paper, ref, seen

PROOF = (paper("COUNTY_DECISION"),)


def propose(on: int = 296, *risks: str) -> Step:
    return do(ProposeRelapse, day(on), risks=risks or ("ILLNESS",))


def confirm(on: int = 300) -> Step:
    return do(ConfirmRelapse, day(on))


def revoke(on: int = 310, reason: str | None = "INCOME_MISCALCULATED", evidence: tuple[Evidence, ...] = PROOF) -> Step:
    return do(RevokeRelapse, day(on), reason_code=reason, evidence=evidence)


def test_the_township_proposes_on_a_fresh_check() -> None:
    given(relapse_checked()).when(propose(296, "ILLNESS", "ACCIDENT")).then(
        seen(
            RelapseProposed,
            procedure="RELAPSE",
            risks=["ILLNESS", "ACCIDENT"],
            income_pc=Decimal("3000.00"),
            line=Decimal(3747),
            actor=actor("TOWNSHIP_OFFICER"),
        )
    )


def test_the_line_is_that_of_the_year_in_which_the_income_period_ends() -> None:
    in_2020 = [*exited(), home_check(day(490), "RELAPSE", 3 * 3800)]
    given(in_2020).when(propose(491)).then(seen(RelapseProposed, income_pc=Decimal("3800.00"), line=Decimal(4000)))


def test_risks_are_named() -> None:
    given(relapse_checked()).when(do(ProposeRelapse, day(296))).then_refuses("E-RISK-MISSING")


def test_a_check_of_thirty_days_ago_is_fresh() -> None:
    given(relapse_checked()).when(propose(325)).then(RelapseProposed)


def test_an_older_one_is_stale() -> None:
    outcome = given(relapse_checked()).when(propose(326))
    outcome.then_refuses("E-CHECK-STALE")
    assert outcome.violation("E-CHECK-STALE") == {"at": "effective_on", "days": 30}


def test_a_stale_check_is_made_good_by_a_new_one() -> None:
    given(relapse_checked(), home_check(day(330), "RELAPSE")).when(propose(331)).then(RelapseProposed)


def test_a_household_above_the_line_did_not_relapse() -> None:
    given(exited(), home_check(day(295), "RELAPSE", RICH)).when(propose()).then_refuses("E-NEED-TEST-NOT-MET")


def test_a_lost_guarantee_is_a_relapse() -> None:
    given(exited(), home_check(day(295), "RELAPSE", RICH, "medical")).when(propose()).then(RelapseProposed)


def test_a_registered_household_cannot_relapse() -> None:
    given(registered()).when(propose(30)).then_refuses("E-NOT-EXITED")


def test_without_a_home_check_there_is_no_relapse_case() -> None:
    given(exited()).when(propose(250)).then_refuses("E-NO-CASE")


def test_nobody_proposes_before_the_check() -> None:
    given(relapse_checked()).when(propose(294)).then_refuses("E-DATE-ORDER")


def test_everything_wrong_with_a_proposal_is_told_at_once() -> None:
    rich = [*exited(), home_check(day(295), "RELAPSE", RICH)]
    given(rich).when(do(ProposeRelapse, day(340))).then_refuses("E-RISK-MISSING", "E-CHECK-STALE", "E-NEED-TEST-NOT-MET")


def test_the_county_confirms_and_the_case_of_the_re_entry_opens() -> None:
    outcome = given(relapse_proposed()).when(confirm())
    outcome.then(
        seen(
            RelapseConfirmed,
            from_status="EXITED_WITH_POLICY",
            to_status="RELAPSED",
            spell_no=2,
            risks=["ILLNESS"],
            income_pc=Decimal("3000.00"),
            line=Decimal(3747),
            size=3,
        )
    )
    event = outcome.events[0]
    assert isinstance(event, RelapseConfirmed)
    household = outcome.household
    assert set(household.cases) == {"RE_ENTRY"}
    assert household.cases["RE_ENTRY"].case_id == event.re_entry_case_id != event.case_id
    spell = household.spell
    assert spell is not None
    assert (spell.number, spell.entry_kind, spell.started_on) == (2, "RELAPSE", RELAPSED_ON)


def test_help_may_start_at_once() -> None:
    assert given(relapsed()).household.entitled


def test_a_stable_household_relapses_too() -> None:
    later = [home_check(day(900), "RELAPSE"), propose(901)]
    given(stable(), later).when(confirm(902)).then(seen(RelapseConfirmed, from_status="EXITED_STABLE"))


def test_a_relapse_ends_monitoring() -> None:
    monitored = [
        home_check(day(280), "MONITORING"),
        do(StartMonitoring, day(281), category="UNSTABLE_EXITED", risks=("ILLNESS",)),
    ]
    given(exited(), monitored, relapse_proposed()[len(exited()) :]).when(confirm()).then(
        RelapseConfirmed, seen(MonitoringEnded, ended_by="RELAPSED")
    )


def test_who_proposed_does_not_confirm() -> None:
    same = actor("COUNTY_OFFICER", same_as=actor("TOWNSHIP_OFFICER"))
    given(relapse_proposed()).when(by(same, confirm())).then_refuses("E-TWO-PERSON-RULE")


def test_nobody_confirms_what_nobody_proposed() -> None:
    outcome = given(relapse_checked()).when(confirm())
    outcome.then_refuses("E-STEP-MISSING")
    assert outcome.violation("E-STEP-MISSING")["step"] == "PROPOSED"


def test_the_check_is_fresh_at_the_confirmation_too() -> None:
    given(relapse_proposed()).when(confirm(326)).then_refuses("E-CHECK-STALE")


def test_the_latest_check_counts_at_the_confirmation() -> None:
    given(relapse_proposed(), home_check(day(298), "RELAPSE", RICH)).when(confirm()).then_refuses("E-NEED-TEST-NOT-MET")


def test_the_confirmation_does_not_come_before_the_proposal() -> None:
    given(relapse_proposed()).when(confirm(295)).then_refuses("E-DATE-ORDER")


@pytest.mark.parametrize("history", [registered, relapsed, re_entered], ids=lambda history: history.__name__)
def test_only_an_exited_household_is_confirmed(history: History) -> None:
    scenario = given(history())
    scenario.when(do(ConfirmRelapse, scenario.now.date())).then_refuses("E-NOT-EXITED")


def test_an_error_proved_takes_the_household_back_and_voids_the_spell() -> None:
    outcome = given(relapsed()).when(revoke())
    outcome.then(
        seen(
            RelapseRevoked,
            from_status="RELAPSED",
            to_status="EXITED_WITH_POLICY",
            spell_no=2,
            size=3,
            reason_code="INCOME_MISCALCULATED",
            evidence=list(PROOF),
        )
    )
    household = outcome.household
    assert not household.cases
    assert [(spell.number, spell.voided) for spell in household.spells] == [(1, False), (2, True)]
    assert household.spell is household.spells[0]


def test_the_number_of_a_voided_spell_is_not_given_again() -> None:
    again = [revoke(), home_check(day(320), "RELAPSE"), propose(321)]
    given(relapsed(), again).when(confirm(322)).then(seen(RelapseConfirmed, spell_no=3))


def test_a_stable_household_goes_back_to_being_stable() -> None:
    later = [home_check(day(900), "RELAPSE"), propose(901), confirm(902)]
    given(stable(), later).when(revoke(910)).then(seen(RelapseRevoked, to_status="EXITED_STABLE"))


def test_help_that_began_with_the_error_stops_where_policies_had_ended() -> None:
    later = [home_check(day(900), "RELAPSE"), propose(901), confirm(902)]
    measure = do(StartMeasure, day(903), measure_id=ref(502), category="HEALTH", subtype="CHRONIC_CARE", unit=OFFICE)
    given(stable(), later, measure).when(revoke(910)).then(
        RelapseRevoked, seen(AssistanceMeasureStopped, measure_id=ref(502), reason_code="RETENTION_ENDED")
    )


def test_an_error_is_proved_and_named() -> None:
    given(relapsed()).when(revoke(310, None, ())).then_refuses("E-FIELD-MISSING", "E-EVIDENCE-MISSING")


def test_only_a_relapse_is_revoked() -> None:
    given(re_entered()).when(revoke(340)).then_refuses("E-STATE")


def test_the_helper_stays() -> None:
    household = given(relapsed()).household
    assert household.helper_id == HELPER
    assert household.need is not None
    assert household.need.net_income == Decimal(POOR)
