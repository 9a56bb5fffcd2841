"""The responsible helper: assigned once, replaced ever after."""

from typing import Any

import pytest

from registry.household.responsible_helper import AssignHelper, HelperAssigned, HelperReplaced, ReplaceHelper
from tests.support.helped_households import HOSPITAL_GROUP, OFFICE, ledger, registered
from tests.support.scenario import HOUSEHOLD, day, given, seen


def assign(helper_id: str = "staff-17", on: int = 20, **changes: Any) -> AssignHelper:
    facts = {"household_id": HOUSEHOLD, "effective_on": day(on), "helper_id": helper_id, "organisation": OFFICE}
    return AssignHelper(**(facts | changes))


def replace(helper_id: str = "staff-18", on: int = 30, **changes: Any) -> ReplaceHelper:
    facts = {"household_id": HOUSEHOLD, "effective_on": day(on), "helper_id": helper_id, "organisation": HOSPITAL_GROUP}
    return ReplaceHelper(**(facts | changes))


def test_a_registered_household_gets_its_helper() -> None:
    given(registered()).when(assign()).then(seen(HelperAssigned, helper_id="staff-17", organisation=OFFICE))


def test_the_helper_is_not_assigned_twice() -> None:
    given(registered(), assign()).when(assign("staff-18")).then_refuses("E-HELPER-ASSIGNED")


def test_assigning_the_same_helper_again_does_nothing() -> None:
    given(registered(), assign()).when(assign(on=21)).then_nothing_happens()


def test_a_household_of_the_ledger_is_not_entitled_to_a_helper() -> None:
    given(ledger()).when(assign()).then_refuses("E-NOT-ENTITLED")


def test_an_unknown_household_gets_no_helper() -> None:
    given().when(assign()).then_refuses("E-HOUSEHOLD-UNKNOWN")


@pytest.mark.parametrize("named", ["王小明", "469999198504120016", "13800000000", "staff 17", ""])
def test_a_helper_goes_by_an_opaque_id_and_by_nothing_else(named: str) -> None:
    given(registered()).when(assign(named)).then_refuses("E-STAFF-ID")


def test_a_paper_behind_the_assignment_is_of_a_known_kind() -> None:
    told = ({"kind": "his word", "sha256": bytes(32)},)
    given(registered()).when(assign(evidence=told)).then_refuses("E-CODE-UNKNOWN")


def test_the_helpers_organisation_has_a_valid_code() -> None:
    wrong_check_digit = OFFICE[:-1] + "N"
    given(registered()).when(assign(organisation=wrong_check_digit)).then_refuses("E-USCC")


def test_a_code_with_spaces_or_small_letters_is_refused() -> None:
    given(registered()).when(assign(organisation=f" {OFFICE.lower()}")).then_refuses("E-USCC")


def test_another_helper_takes_over() -> None:
    taken_over = seen(HelperReplaced, helper_id="staff-18", previous_helper_id="staff-17", organisation=HOSPITAL_GROUP)
    given(registered(), assign()).when(replace()).then(taken_over)


def test_there_must_be_a_helper_to_replace() -> None:
    given(registered()).when(replace()).then_refuses("E-NO-HELPER")


def test_an_unknown_household_has_no_helper_to_replace() -> None:
    given().when(replace()).then_refuses("E-STATE")


def test_replacing_the_helper_by_himself_does_nothing() -> None:
    given(registered(), assign()).when(replace("staff-17")).then_nothing_happens()


def test_the_next_helpers_organisation_has_a_valid_code() -> None:
    given(registered(), assign()).when(replace(organisation="4690")).then_refuses("E-USCC")


def test_every_violation_is_named_at_once() -> None:
    given(ledger()).when(assign(organisation="4690")).then_refuses("E-NOT-ENTITLED", "E-USCC")
