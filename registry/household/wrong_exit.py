"""A wrong exit put right (错退, T14): the standard was not met on the exit date, so the exit never should have been.

Source: three-year plan, item 23 (strict acceptance of exits). Not a relapse: the old spell goes on as if it had not ended.
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from registry.command import code, decides
from registry.decision import Decision
from registry.household import monitoring, status
from registry.household.case import RELAPSE
from registry.household.command import StatusCommand, begin
from registry.household.event import HouseholdEvent
from registry.household.household import Household


class ExitReversed(HouseholdEvent):
    """The standard was not met on the exit date: a wrong exit put right (T14); the spell goes on."""

    TOPIC = "household.exit_reversed"
    from_status: str
    to_status: str
    spell_no: int
    lead_kind: str
    lead_id: UUID
    size: int

    def apply(self, aggregate: Household) -> None:
        aggregate.cases.pop(RELAPSE, None)
        aggregate.become(self)
        spell = aggregate.spell
        assert spell is not None
        spell.ended_on = spell.end_reason = None
        aggregate.exited_on = aggregate.retention_until = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseExit(StatusCommand):
    """Put a wrong exit right; the evidence shows that the standard was not met on the exit date."""

    FROM: ClassVar[frozenset[str]] = status.EXITED
    REASONS: ClassVar[str | None] = "exit_reverse_reason"

    lead_kind: str = code("lead_kind")
    lead_id: UUID


@decides(ReverseExit)
def reverse_exit(household: Household, command: ReverseExit, decision: Decision) -> None:
    """T14, and the end of monitoring as an exited household. E-FIELD-MISSING (a reason), E-EVIDENCE-MISSING (the proof)."""
    refusals = begin(household, command, decision)
    refusals.unless(command.reason_code is not None, "E-FIELD-MISSING", at="reason_code")
    refusals.unless(len(command.evidence) > 0, "E-EVIDENCE-MISSING", at="evidence", kind="SUPERVISION_RECORD")
    refusals.raise_any()
    spell = household.spell
    assert spell is not None
    household.trigger(
        ExitReversed,
        decision,
        command.effective_on,
        reason_code=command.reason_code,
        evidence=command.evidence,
        from_status=household.status,
        to_status=status.REGISTERED,
        spell_no=spell.number,
        lead_kind=command.lead_kind,
        lead_id=command.lead_id,
        size=household.size,
    )
    monitoring.end(household, decision, command.effective_on, status.REGISTERED)
