"""Temporary relief: money in an emergency, for any household of the register.

Source: three-year plan, item 11 (relapsed people and emergencies are relieved in time). It is civil affairs' decision and may be
the whole outcome of an early warning, so it asks for no entitlement.
"""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from registry.command import decides
from registry.decision import Decision
from registry.household.assistance import check_amount, recorded_before
from registry.household.command import HouseholdCommand, begin, require_live
from registry.household.event import HouseholdEvent
from registry.household.household import Household


class TemporaryReliefGranted(HouseholdEvent):
    """Temporary relief was granted."""

    TOPIC = "household.temporary_relief_granted"
    relief_id: UUID
    amount: Decimal

    def apply(self, aggregate: Household) -> None:
        aggregate.reliefs[self.relief_id] = (self.amount, self.effective_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantTemporaryRelief(HouseholdCommand):
    """Grant relief, yuan. With `relief_id`, sending the same again does nothing."""

    relief_id: UUID | None = None
    amount: Decimal


@decides(GrantTemporaryRelief)
def grant_temporary_relief(household: Household, command: GrantTemporaryRelief, decision: Decision) -> None:
    """E-AMOUNT, E-ID-TAKEN.

    As its checks say: E-STATE.
    """
    require_live(household)
    known = household.reliefs.get(command.relief_id) if command.relief_id else None
    if recorded_before(known, (command.amount, command.effective_on), at="relief_id"):
        return
    refusals = begin(household, command, decision)
    check_amount(command.amount, refusals, at="amount")
    refusals.raise_any()
    household.trigger(
        TemporaryReliefGranted,
        decision,
        command.effective_on,
        evidence=command.evidence,
        relief_id=command.relief_id or decision.next_id(),
        amount=command.amount,
    )
