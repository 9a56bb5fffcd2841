"""The end of a household: nobody lives in it any more, it was merged, or it moved out of the province (T15).

Closing ends what hangs on the household: live measures stop, monitoring ends, procedures under way are given up.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from registry.command import decides
from registry.decision import Decision
from registry.household import measures, monitoring, status
from registry.household.command import HouseholdCommand, StatusCommand, begin
from registry.household.event import HouseholdEvent
from registry.household.household import Household

MERGED = "MERGED"
MOVED_OUT_OF_PROVINCE = "MOVED_OUT_OF_PROVINCE"
STOP_REASON = "HOUSEHOLD_CLOSED"


class HouseholdClosed(HouseholdEvent):
    """No living members, merged, or moved out of the province (T15)."""

    TOPIC = "household.household_closed"
    from_status: str
    to_status: str
    size: int

    def apply(self, aggregate: Household) -> None:
        aggregate.become(self)
        aggregate.end_spell(self.effective_on, MERGED if self.reason_code == MERGED else status.CLOSED)
        aggregate.cases.clear()
        aggregate.obstacles.clear()
        aggregate.members.clear()
        aggregate.head = None
        aggregate.size = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseHousehold(StatusCommand):
    """Close a household (T15). Members who died are removed first; those who moved out of the province leave with it."""

    FROM: ClassVar[frozenset[str]] = status.LIVE
    REASONS: ClassVar[str | None] = "close_reason"


@decides(CloseHousehold)
def close_household(household: Household, command: CloseHousehold, decision: Decision) -> None:
    """T15. E-FIELD-MISSING (a reason), E-REASON-NOT-ALLOWED (a merger is another command), E-MEMBERS-REMAIN.

    As its checks say: E-DATE-ORDER.
    """
    refusals = begin(household, command, decision)
    reason = command.reason_code
    if reason is None:
        refusals.add("E-FIELD-MISSING", at="reason_code")
    elif reason == MERGED:
        refusals.add("E-REASON-NOT-ALLOWED", at="reason_code", reason=reason)
    elif reason != MOVED_OUT_OF_PROVINCE:
        refusals.unless(not household.members, "E-MEMBERS-REMAIN", at="reason_code", members=len(household.members))
    refusals.raise_any()
    assert reason is not None
    wind_up(household, decision, command.effective_on)
    close(household, decision, command, reason)


def wind_up(household: Household, decision: Decision, effective_on: date) -> None:
    """End what hangs on a household that is to be closed."""
    measures.stop_all(household, decision, effective_on, STOP_REASON)
    monitoring.end(household, decision, effective_on, status.CLOSED)


def close(household: Household, decision: Decision, command: HouseholdCommand, reason: str) -> None:
    """Record the end. `size` is how many lived in it to the last."""
    household.trigger(
        HouseholdClosed,
        decision,
        command.effective_on,
        reason_code=reason,
        evidence=command.evidence,
        from_status=household.status,
        to_status=status.CLOSED,
        size=household.size,
    )
