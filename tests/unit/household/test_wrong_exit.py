"""A wrong exit put right (T14): neither a relapse nor a new spell."""

import pytest

from registry.event import Evidence
from registry.household.exit import ExitProposed, ProposeExit
from registry.household.monitoring import MonitoringEnded, StartMonitoring
from registry.household.wrong_exit import ExitReversed, ReverseExit
from tests.support.histories import (
    REGISTERED_ON,
    History,
    do,
    exited,
    home_check,
    pre_exit,
    registered,
    relapse_proposed,
    relapsed,
    stable,
)
from tests.support.scenario import Step, day, given, paper, ref, seen

PROOF = (paper("SUPERVISION_RECORD"),)


def reverse(on: int = 310, reason: str | None = "INCOME_BELOW_LINE", evidence: tuple[Evidence, ...] = PROOF) -> Step:
    return do(ReverseExit, day(on), reason_code=reason, evidence=evidence, lead_kind="FINDING", lead_id=ref(7))


def test_the_household_is_registered_as_if_it_had_not_exited() -> None:
    outcome = given(exited()).when(reverse())
    outcome.then(
        seen(
            ExitReversed,
            from_status="EXITED_WITH_POLICY",
            to_status="REGISTERED",
            spell_no=1,
            lead_kind="FINDING",
            lead_id=ref(7),
            reason_code="INCOME_BELOW_LINE",
            evidence=list(PROOF),
            size=3,
        )
    )
    household = outcome.household
    assert [(spell.number, spell.started_on, spell.ended_on) for spell in household.spells] == [(1, REGISTERED_ON, None)]
    assert (household.exited_on, household.retention_until) == (None, None)


def test_a_stable_household_may_have_exited_wrongly_too() -> None:
    given(stable()).when(reverse(900)).then(seen(ExitReversed, from_status="EXITED_STABLE"))


def test_it_may_exit_again_at_once_when_it_meets_the_guards() -> None:
    given(exited(), reverse()).when(do(ProposeExit, day(311))).then(ExitProposed)


def test_a_relapse_that_was_proposed_is_settled_by_it() -> None:
    assert not given(relapse_proposed()).when(reverse()).then(ExitReversed).household.cases


def test_the_monitoring_of_an_exited_household_ends() -> None:
    monitored = [
        home_check(day(250), "MONITORING"),
        do(StartMonitoring, day(251), category="UNSTABLE_EXITED", risks=("ILLNESS",)),
    ]
    given(exited(), monitored).when(reverse()).then(ExitReversed, seen(MonitoringEnded, ended_by="REGISTERED"))


def test_it_is_proved_and_has_a_reason() -> None:
    given(exited()).when(reverse(310, None, ())).then_refuses("E-FIELD-MISSING", "E-EVIDENCE-MISSING")


def test_it_does_not_take_effect_before_the_exit() -> None:
    given(exited()).when(reverse(239)).then_refuses("E-DATE-BEFORE-LAST")


@pytest.mark.parametrize("other", [registered, pre_exit, relapsed], ids=lambda other: other.__name__)
def test_only_an_exit_is_reversed(other: History) -> None:
    given(other()).when(reverse()).then_refuses("E-STATE")
