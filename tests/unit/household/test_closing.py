"""The end of a household (T15)."""

from typing import Any

from registry.household.closing import CloseHousehold, HouseholdClosed
from registry.household.identification import ApplyForIdentification
from registry.household.measures import AssistanceMeasureStopped, StartMeasure
from registry.household.members import RemoveMember
from registry.household.monitoring import MonitoringEnded, StartMonitoring
from registry.household.obstacles import OpenObstacle
from registry.person.person import PersonLeftHousehold
from tests.support import histories
from tests.support.families import FATHER, MOTHER, SON, exited, father, ledger_entry, members_known, opening
from tests.support.register import a_register, on
from tests.support.scenario import HOUSEHOLD, day, ref, seen


def closing(reason: str | None = "NO_MEMBERS", **changes: Any) -> CloseHousehold:
    return CloseHousehold(**{"household_id": HOUSEHOLD, "effective_on": day(30), "reason_code": reason} | changes)


def test_a_household_in_which_nobody_lives_is_closed() -> None:
    death = RemoveMember(household_id=HOUSEHOLD, effective_on=day(20), person_id=FATHER, reason_code="DEATH")
    register = (
        a_register(opening(HOUSEHOLD, father()), death)
        .when(closing("ALL_DECEASED"))
        .then(
            on(HOUSEHOLD, seen(HouseholdClosed, from_status="REGISTERED", to_status="CLOSED", size=0, reason_code="ALL_DECEASED"))
        )
    )
    household = register.household(HOUSEHOLD)
    assert household.spell is not None
    assert (household.status, household.spell.ended_on, household.spell.end_reason) == ("CLOSED", day(30), "CLOSED")


def test_members_leave_the_province_with_their_household() -> None:
    register = (
        a_register(opening())
        .when(closing("MOVED_OUT_OF_PROVINCE"))
        .then(
            on(HOUSEHOLD, seen(HouseholdClosed, size=3)),
            *(on(person_id, seen(PersonLeftHousehold, household_id=HOUSEHOLD)) for person_id in (FATHER, MOTHER, SON)),
        )
    )
    assert register.household(HOUSEHOLD).size == 0
    assert register.person(SON).household_id is None


def test_members_who_are_there_keep_a_household_open() -> None:
    a_register(opening()).when(closing("ALL_DECEASED")).then_refuses("E-MEMBERS-REMAIN")


def test_a_household_of_the_ledger_has_no_members_to_let_go() -> None:
    a_register(ledger_entry()).when(closing("MOVED_OUT_OF_PROVINCE")).then(on(HOUSEHOLD, seen(HouseholdClosed, size=3)))


def test_a_reason_is_due_and_a_merger_is_another_command() -> None:
    a_register(ledger_entry()).when(closing(None)).then_refuses("E-FIELD-MISSING")
    a_register(ledger_entry()).when(closing("MERGED")).then_refuses("E-REASON-NOT-ALLOWED")


def test_what_hangs_on_the_household_ends_with_it() -> None:
    register = a_register(
        opening(),
        StartMeasure(
            household_id=HOUSEHOLD,
            effective_on=day(2),
            measure_id=ref(1),
            category="EMPLOYMENT",
            subtype="JOB_PLACEMENT",
            unit="11469999008174419M",
        ),
        OpenObstacle(household_id=HOUSEHOLD, effective_on=day(3), kind="WARNING", ref=ref(9)),
    )
    register.when(closing("MOVED_OUT_OF_PROVINCE")).then(
        on(HOUSEHOLD, seen(AssistanceMeasureStopped, reason_code="HOUSEHOLD_CLOSED"), HouseholdClosed),
        *(on(person_id, PersonLeftHousehold) for person_id in (FATHER, MOTHER, SON)),
    )
    household = register.household(HOUSEHOLD)
    assert (household.live_measures, household.obstacles) == ([], set())


def test_a_case_under_way_is_given_up() -> None:
    applied = ApplyForIdentification(household_id=HOUSEHOLD, effective_on=day(2), application_source="APPLICATION")
    register = a_register(ledger_entry(), members_known(), applied, closing("MOVED_OUT_OF_PROVINCE"))
    assert register.household(HOUSEHOLD).cases == {}


def test_a_household_is_closed_once_and_never_before_its_last_status() -> None:
    a_register(ledger_entry(), closing()).when(closing()).then_refuses("E-STATE")
    a_register(ledger_entry(effective_on=day(40))).when(closing()).then_refuses("E-DATE-BEFORE-LAST")


def test_monitoring_ends_with_the_household() -> None:
    check = histories.home_check(day(5), "MONITORING")
    watched = StartMonitoring(household_id=HOUSEHOLD, effective_on=day(6), category="UNSTABLE_EXITED", risks=("ILLNESS",))
    register = a_register(exited(), check, watched)
    register.when(closing("MOVED_OUT_OF_PROVINCE")).then(
        on(HOUSEHOLD, seen(MonitoringEnded, ended_by="CLOSED", size=3), HouseholdClosed),
        *(on(person_id, PersonLeftHousehold) for person_id in (FATHER, MOTHER, SON)),
    )
    assert register.household(HOUSEHOLD).overlay == "NONE"
