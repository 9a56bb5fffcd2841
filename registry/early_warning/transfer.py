"""A person's case ends where a household takes the person in: it goes on in the household's."""

from dataclasses import dataclass
from uuid import UUID

from registry.command import decides
from registry.decision import Decision
from registry.early_warning import warnings as states
from registry.early_warning.command import WarningCommand
from registry.early_warning.event import WarningEvent
from registry.early_warning.warnings import EarlyWarnings


class EarlyWarningTransferred(WarningEvent):
    """It goes on in the household's case."""

    TOPIC = "warning.early_warning_transferred"
    household_id: UUID

    def apply(self, aggregate: EarlyWarnings) -> None:
        assert aggregate.case is not None
        aggregate.case.state = states.TRANSFERRED


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferEarlyWarning(WarningCommand):
    """End a person's open case: this household has taken the person in, and is assessed with the same expenses."""

    household_id: UUID


@decides(TransferEarlyWarning)
def transfer(warnings: EarlyWarnings, command: TransferEarlyWarning, decision: Decision) -> None:
    """Silent where there is no open case."""
    case = warnings.open_case
    if case is not None:
        warnings.trigger(
            EarlyWarningTransferred,
            decision,
            command.effective_on,
            case_id=case.case_id,
            household_id=command.household_id,
        )
