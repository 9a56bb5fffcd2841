"""What was done about a warning. An outcome that names a case of the register is complete when that case is.

A warning never changes a status: staff do, by the household's own procedures; the outcome names what they began.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from registry.command import code, decides
from registry.decision import Decision
from registry.early_warning import warnings as states
from registry.early_warning.command import CaseCommand, WarningCommand, begin
from registry.early_warning.event import WarningEvent
from registry.early_warning.warnings import EarlyWarnings
from registry.refusal import refuse

IDENTIFIED: Final = "IDENTIFIED"
RE_ENTERED: Final = "RE_ENTERED"
MONITORED: Final = "MONITORED"
LINKED: Final = frozenset({IDENTIFIED, RE_ENTERED, MONITORED})
"""Outcomes that name a case of the register."""
MOVED: Final = "MOVED"


class EarlyWarningOutcomeRecorded(WarningEvent):
    """What was done; `household_id` and `linked_case_id` are of the case that staff began for it."""

    TOPIC = "warning.early_warning_outcome_recorded"
    outcome: str
    household_id: UUID | None
    linked_case_id: UUID | None

    def apply(self, aggregate: EarlyWarnings) -> None:
        assert aggregate.case is not None
        aggregate.case.state = states.FOLLOWED
        aggregate.case.outcome = self.outcome
        aggregate.case.linked_household_id = self.household_id
        aggregate.case.linked_case_id = self.linked_case_id


class EarlyWarningClosed(WarningEvent):
    """Nothing is left to do."""

    TOPIC = "warning.early_warning_closed"
    outcome: str
    basis: Decimal

    def apply(self, aggregate: EarlyWarnings) -> None:
        assert aggregate.case is not None
        aggregate.case.state = states.CLOSED
        aggregate.case.closed_on = self.effective_on


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordWarningOutcome(CaseCommand):
    """Say what was done about a verified warning.

    household_id, linked_case_id: for IDENTIFIED, RE_ENTERED and MONITORED, the household and the case of its procedure.
    """

    outcome: str = code("warning_outcome")
    household_id: UUID | None = None
    linked_case_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseEarlyWarning(WarningCommand):
    """End a warning whose linked case is complete."""


@decides(RecordWarningOutcome)
def record_outcome(warnings: EarlyWarnings, command: RecordWarningOutcome, decision: Decision) -> None:
    """E-OUTCOME-LINK: without a link where one is due, or with one where none is, or MOVED, which is an assignment.

    E-WARNING-UNKNOWN, E-WARNING-STATE, E-DATE-FUTURE. Whether the case exists is asked where households are read.
    """
    case, refusals = begin(warnings, command, decision, {states.VERIFIED})
    linked = command.household_id is not None and command.linked_case_id is not None
    none = command.household_id is None and command.linked_case_id is None
    right = linked if command.outcome in LINKED else none
    refusals.unless(right and command.outcome != MOVED, "E-OUTCOME-LINK", at="linked_case_id", outcome=command.outcome)
    refusals.raise_any()
    warnings.trigger(
        EarlyWarningOutcomeRecorded,
        decision,
        command.effective_on,
        evidence=command.evidence,
        case_id=case.case_id,
        outcome=command.outcome,
        household_id=command.household_id,
        linked_case_id=command.linked_case_id,
    )
    if command.outcome not in LINKED:
        close(warnings, decision)


@decides(CloseEarlyWarning)
def close_early_warning(warnings: EarlyWarnings, command: CloseEarlyWarning, decision: Decision) -> None:
    """E-WARNING-UNKNOWN where there is none; silent where it is closed already. Whether the link is complete is asked before."""
    case = warnings.case
    if case is None:
        refuse("E-WARNING-UNKNOWN", at="subject_id")
    if case.state == states.FOLLOWED:
        close(warnings, decision)


def close(warnings: EarlyWarnings, decision: Decision) -> None:
    """End the latest case, today."""
    case = warnings.case
    assert case is not None
    warnings.trigger(EarlyWarningClosed, decision, decision.today, case_id=case.case_id, outcome=case.outcome, basis=case.basis)
