"""A case that should not be is cancelled, as long as nobody was visited for it."""

from dataclasses import dataclass
from typing import ClassVar, Final

from registry.command import decides
from registry.decision import Decision
from registry.early_warning import warnings as states
from registry.early_warning.command import CaseCommand, begin
from registry.early_warning.event import WarningEvent
from registry.early_warning.warnings import EarlyWarnings

WRONG_PERSON: Final = "WRONG_PERSON"


class EarlyWarningCancelled(WarningEvent):
    """It was cancelled before the first visit."""

    TOPIC = "warning.early_warning_cancelled"

    def apply(self, aggregate: EarlyWarnings) -> None:
        assert aggregate.case is not None
        aggregate.case.state = states.CANCELLED
        aggregate.case.wrong_person = self.reason_code == WRONG_PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelEarlyWarning(CaseCommand):
    """Cancel a case that is about the wrong person, before anybody was visited."""

    REASONS: ClassVar[str | None] = "warning_cancel_reason"


@decides(CancelEarlyWarning)
def cancel(warnings: EarlyWarnings, command: CancelEarlyWarning, decision: Decision) -> None:
    """E-WARNING-UNKNOWN, E-WARNING-STATE, E-DATE-FUTURE, E-WARNING-VISITED, E-FIELD-MISSING (a reason)."""
    case, refusals = begin(warnings, command, decision, states.UNVISITED)
    refusals.unless(case.can_be_cancelled, "E-WARNING-VISITED", at="case_id")
    refusals.unless(command.reason_code is not None, "E-FIELD-MISSING", at="reason_code")
    refusals.raise_any()
    warnings.trigger(
        EarlyWarningCancelled,
        decision,
        command.effective_on,
        reason_code=command.reason_code,
        evidence=command.evidence,
        case_id=case.case_id,
    )
