"""The end of policies after an exit (T8)."""

from datetime import timedelta

import pytest

from registry.household.measures import AssistanceMeasureStopped
from registry.household.monitoring import StartMonitoring
from registry.household.retention import EndRetention, PolicyRetentionEnded
from tests.support.histories import (
    RETENTION_UNTIL,
    History,
    clear_out_requested,
    do,
    exited,
    home_check,
    re_entered,
    registered,
    relapsed,
    stable,
)
from tests.support.scenario import Step, day, given, ref, seen

END = RETENTION_UNTIL + timedelta(days=1)


def end() -> Step:
    return do(EndRetention, END)


def test_after_the_last_day_the_household_is_stable_and_its_measures_stop() -> None:
    outcome = given(exited()).when(end())
    outcome.then(
        seen(PolicyRetentionEnded, from_status="EXITED_WITH_POLICY", to_status="EXITED_STABLE", size=3),
        seen(AssistanceMeasureStopped, measure_id=ref(501), reason_code="RETENTION_ENDED"),
    )
    assert not outcome.household.entitled


def test_on_the_last_day_policies_are_kept() -> None:
    outcome = given(exited()).when(do(EndRetention, RETENTION_UNTIL))
    outcome.then_refuses("E-RETENTION-RUNS")
    assert outcome.violation("E-RETENTION-RUNS") == {"at": "effective_on", "until": RETENTION_UNTIL}


def test_a_monitored_household_keeps_its_policies() -> None:
    monitored = [
        home_check(day(250), "MONITORING"),
        do(StartMonitoring, day(251), category="UNSTABLE_EXITED", risks=("ILLNESS",)),
    ]
    given(exited(), monitored).when(end()).then_refuses("E-MONITORED")


def test_a_running_clear_out_is_ended_first() -> None:
    given(clear_out_requested(exited(), day(300))).when(end()).then_refuses("E-CASE-OPEN")


def test_everything_that_keeps_policies_is_told_at_once() -> None:
    given(clear_out_requested(exited(), day(300))).when(do(EndRetention, RETENTION_UNTIL)).then_refuses(
        "E-RETENTION-RUNS", "E-CASE-OPEN"
    )


@pytest.mark.parametrize("other", [registered, relapsed, re_entered, stable], ids=lambda other: other.__name__)
def test_only_an_exited_household_with_policies_loses_them(other: History) -> None:
    given(other()).when(end()).then_refuses("E-STATE")
