"""Relocation: a household moves to another village within the province and keeps its id, status and spell (T16).

The event is decided, and stands in the log, where the household was; from the next event on it belongs to the new village.
"""

from dataclasses import dataclass

from registry.command import decides
from registry.decision import Decision
from registry.household.command import HouseholdCommand, begin, require_live
from registry.household.event import HouseholdEvent
from registry.household.household import Household
from registry.household.village import check_village


class HouseholdRelocated(HouseholdEvent):
    """The household moved to another village and keeps its id. The envelope's `division` is the old village."""

    TOPIC = "household.household_relocated"
    from_division: str
    to_division: str
    size: int

    def apply(self, aggregate: Household) -> None:
        aggregate.division = self.to_division


@dataclass(frozen=True, slots=True, kw_only=True)
class RelocateHousehold(HouseholdCommand):
    """Move the household to another village."""

    to_division: str


@decides(RelocateHousehold)
def relocate_household(household: Household, command: RelocateHousehold, decision: Decision) -> None:
    """E-DIVISION-UNKNOWN, E-DIVISION-LEVEL, E-DIVISION-INACTIVE; silent where it lives there already.

    As its checks say: E-STATE.
    """
    require_live(household)
    refusals = begin(household, command, decision)
    check_village(command.to_division, command.effective_on, decision, refusals, at="to_division")
    refusals.raise_any()
    if command.to_division == household.division:
        return
    household.trigger(
        HouseholdRelocated,
        decision,
        command.effective_on,
        evidence=command.evidence,
        from_division=household.division,
        to_division=command.to_division,
        size=household.size,
    )
