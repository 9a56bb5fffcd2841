"""How far a measure has come, and its end when all of it was done.

Source: three-year plan, item 24 (measures are watched: one that stands still for too long is shown).
"""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from registry.command import decides, number
from registry.decision import Decision
from registry.household import measures
from registry.household.assistance import check_amount, require_known
from registry.household.command import HouseholdCommand, begin
from registry.household.event import HouseholdEvent
from registry.household.household import Household

EMPLOYMENT = "EMPLOYMENT"


class AssistanceMeasureProgressed(HouseholdEvent):
    """Progress of a live measure, per cent."""

    TOPIC = "household.assistance_measure_progressed"
    measure_id: UUID
    progress_pct: int

    def apply(self, aggregate: Household) -> None:
        aggregate.measures[self.measure_id].progress_pct = self.progress_pct


class AssistanceMeasureCompleted(HouseholdEvent):
    """A measure reached its end."""

    TOPIC = "household.assistance_measure_completed"
    measure_id: UUID
    income_gained: Decimal | None

    def apply(self, aggregate: Household) -> None:
        aggregate.measures[self.measure_id].state = measures.COMPLETED


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMeasureProgress(HouseholdCommand):
    """Record how far a measure has come, per cent."""

    measure_id: UUID
    progress_pct: int = number(0, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteMeasure(HouseholdCommand):
    """Record that a measure reached its end, and what the household earned by it, yuan."""

    measure_id: UUID
    income_gained: Decimal | None = None


@decides(RecordMeasureProgress)
def record_measure_progress(household: Household, command: RecordMeasureProgress, decision: Decision) -> None:
    """E-MEASURE-UNKNOWN, E-MEASURE-NOT-LIVE, E-DATE-ORDER; nothing where it has come just that far."""
    require_known(household)
    refusals = begin(household, command, decision)
    measure = measures.require_measure(household, command.measure_id)
    measures.check_live(measure, command, refusals)
    refusals.raise_any()
    if measure.progress_pct == command.progress_pct:
        return
    household.trigger(
        AssistanceMeasureProgressed,
        decision,
        command.effective_on,
        evidence=command.evidence,
        measure_id=command.measure_id,
        progress_pct=command.progress_pct,
    )


@decides(CompleteMeasure)
def complete_measure(household: Household, command: CompleteMeasure, decision: Decision) -> None:
    """E-MEASURE-UNKNOWN, E-MEASURE-NOT-LIVE (stopped), E-DATE-ORDER, E-AMOUNT; W-NOBODY-EMPLOYED after help with employment."""
    require_known(household)
    refusals = begin(household, command, decision)
    measure = measures.require_measure(household, command.measure_id)
    if measure.state == measures.COMPLETED:
        return
    measures.check_live(measure, command, refusals)
    check_amount(command.income_gained, refusals, at="income_gained")
    refusals.raise_any()
    if measure.category == EMPLOYMENT and all(member.work_area is None for member in household.members.values()):
        household.warn("W-NOBODY-EMPLOYED", at="measure_id")
    household.trigger(
        AssistanceMeasureCompleted,
        decision,
        command.effective_on,
        evidence=command.evidence,
        measure_id=command.measure_id,
        income_gained=command.income_gained,
    )
