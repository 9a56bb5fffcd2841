"""Temporary relief, for any household of the register."""

from decimal import Decimal
from typing import Any

from registry.household.relief import GrantTemporaryRelief, TemporaryReliefGranted
from tests.support.helped_households import ledger, registered
from tests.support.scenario import HOUSEHOLD, day, given, ref, seen


def grant(**changes: Any) -> GrantTemporaryRelief:
    facts = {"household_id": HOUSEHOLD, "effective_on": day(20), "amount": Decimal("2000.00")}
    return GrantTemporaryRelief(**(facts | changes))


def test_a_registered_household_is_relieved() -> None:
    given(registered()).when(grant()).then(seen(TemporaryReliefGranted, amount=Decimal("2000.00")))


def test_a_household_that_is_on_no_list_is_relieved_too() -> None:
    given(ledger()).when(grant()).then(TemporaryReliefGranted)


def test_relief_may_be_granted_again() -> None:
    given(ledger(), grant()).when(grant()).then(TemporaryReliefGranted)


def test_the_same_grant_sent_again_does_nothing() -> None:
    given(ledger(), grant(relief_id=ref(1))).when(grant(relief_id=ref(1))).then_nothing_happens()


def test_the_id_of_one_grant_is_not_anothers() -> None:
    other = grant(relief_id=ref(1), amount=Decimal("2500.00"))
    given(ledger(), grant(relief_id=ref(1))).when(other).then_refuses("E-ID-TAKEN")


def test_relief_of_nothing_is_refused() -> None:
    given(ledger()).when(grant(amount=Decimal("0.00"))).then_refuses("E-AMOUNT")


def test_an_unknown_household_is_not_relieved() -> None:
    given().when(grant()).then_refuses("E-STATE")
