"""The home check, legal in every live status."""

from decimal import Decimal
from typing import Any

import pytest

from registry.household.home_check import HomeChecked, RecordHomeCheck
from tests.support.histories import (
    POOR,
    RELAPSE_CHECKED_ON,
    History,
    applied,
    approved,
    do,
    exited,
    findings,
    home_check,
    in_ledger,
    registered,
    relapse_checked,
    relapsed,
    stable,
)
from tests.support.scenario import Step, day, given, paper, seen

ID = "IDENTIFICATION"


def check(on: int = 2, procedure: str = ID, **changes: Any) -> Step:
    fields = {"procedure": procedure, "checkers": ("checker-1",)} | findings(day(on)) | changes
    return do(RecordHomeCheck, day(on), **fields)


def test_a_home_check_says_what_was_found() -> None:
    command = check(checkers=("checker-1", "checker-2"), evidence=(paper("HOME_CHECK_FORM"),))
    found = findings(day(2))
    outcome = given(applied()).when(command)
    outcome.then(
        seen(
            HomeChecked,
            procedure=ID,
            checkers=["checker-1", "checker-2"],
            size=3,
            income_from=found["income_from"],
            income_to=found["income_to"],
            income=found["income"],
            guarantees=found["guarantees"],
            evidence=[paper("HOME_CHECK_FORM")],
        )
    )
    need = outcome.household.need
    assert need is not None
    assert need.income_per_head == Decimal("3000.00")


def test_own_medical_payments_are_taken_off() -> None:
    outcome = given(applied()).when(check(medical_self_paid=Decimal("3000.00")))
    need = outcome.then(HomeChecked).household.need
    assert need is not None
    assert need.income_per_head == Decimal("2000.00")


def test_business_costs_are_taken_off() -> None:
    income = findings(day(2))["income"] | {"business": Decimal("500.00"), "business_cost": Decimal("2000.00")}
    need = given(applied()).when(check(income=income)).then(HomeChecked).household.need
    assert need is not None
    assert need.net_income == Decimal("7500.00")


@pytest.mark.parametrize("history", [in_ledger, registered, exited, stable], ids=lambda history: history.__name__)
def test_a_household_is_checked_for_monitoring_in_any_live_status(history: History) -> None:
    scenario = given(history())
    on = scenario.now.date()
    scenario.when(home_check(on, "MONITORING")).then(seen(HomeChecked, procedure="MONITORING"))
    assert scenario.household.cases["MONITORING"].steps == {"HOME_CHECKED": on}


def test_a_relapse_case_begins_with_the_check_of_an_exited_household() -> None:
    outcome = given(exited()).when(home_check(RELAPSE_CHECKED_ON, "RELAPSE")).then(HomeChecked)
    assert outcome.household.cases["RELAPSE"].opened_on == RELAPSE_CHECKED_ON


def test_a_later_check_of_the_case_takes_the_earlier_ones_place() -> None:
    before = given(relapse_checked())
    case_id = before.household.cases["RELAPSE"].case_id
    outcome = before.when(home_check(day(298), "RELAPSE", POOR - 300))
    outcome.then(seen(HomeChecked, case_id=case_id))
    assert outcome.household.cases["RELAPSE"].need == outcome.household.need


def test_only_an_exited_household_is_checked_for_a_relapse() -> None:
    given(registered()).when(home_check(day(30), "RELAPSE")).then_refuses("E-NOT-EXITED")


def test_a_re_entry_is_checked_at_home_too() -> None:
    given(relapsed()).when(home_check(day(301), "RE_ENTRY")).then(HomeChecked)


def test_a_check_may_be_repeated_late_in_the_procedure() -> None:
    given(approved()).when(home_check(day(16), ID)).then(HomeChecked)


def test_an_exit_has_no_home_check_but_a_verification() -> None:
    given(registered()).when(home_check(day(30), "EXIT")).then_refuses("E-STEP-UNKNOWN")


def test_without_an_application_there_is_nothing_to_check() -> None:
    given(in_ledger()).when(check()).then_refuses("E-NO-CASE")


def test_the_check_does_not_come_before_the_application() -> None:
    given(applied()).when(check(0)).then_refuses("E-DATE-ORDER")


def test_somebody_checked() -> None:
    given(applied()).when(check(checkers=())).then_refuses("E-CHECKERS")


def test_nobody_is_two_checkers() -> None:
    given(applied()).when(check(checkers=("checker-1", "checker-1"))).then_refuses("E-CHECKERS")


def test_the_income_period_ended_before_the_check() -> None:
    given(applied()).when(check(income_to=day(3))).then_refuses("E-DATE-ORDER")


def test_the_income_period_begins_before_it_ends() -> None:
    period = findings(day(2))
    given(applied()).when(check(income_from=period["income_to"])).then_refuses("E-DATE-ORDER")


@pytest.mark.parametrize("amount", [Decimal("-1.00"), Decimal("10000000000.00"), Decimal("1.005")], ids=str)
def test_amounts_are_whole_cents_within_bounds(amount: Decimal) -> None:
    outcome = given(applied()).when(check(income=findings(day(2))["income"] | {"transfer": amount}))
    outcome.then_refuses("E-FIELD-RANGE")
    assert outcome.violation("E-FIELD-RANGE")["at"] == "income.transfer"


def test_each_guarantee_has_a_known_result() -> None:
    outcome = given(applied()).when(check(guarantees=findings(day(2))["guarantees"] | {"housing": "PERHAPS"}))
    outcome.then_refuses("E-CODE-UNKNOWN")
    assert outcome.violation("E-CODE-UNKNOWN") == {"at": "guarantees.housing", "table": "guarantee_result"}


def test_every_fault_of_the_findings_is_told_at_once() -> None:
    faulty = check(checkers=(), income_to=day(3), income=findings(day(2))["income"] | {"wage": Decimal("-5.00")})
    given(applied()).when(faulty).then_refuses("E-CHECKERS", "E-DATE-ORDER", "E-FIELD-RANGE")
