"""An exit case that ends without exit: the township or county rejects it, or the village takes it back (T7).

Source: 厅字〔2016〕16号. The reason is the guard that was not met; the household stays on the register, its spell unbroken.
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from registry.command import decides
from registry.decision import Decision
from registry.household import status
from registry.household.case import EXIT
from registry.household.command import StatusCommand, begin, require_case
from registry.household.event import HouseholdEvent
from registry.household.household import Household
from registry.household.rejection import check_reason


class ExitEnded(HouseholdEvent):
    """The exit case ended without exit (T7)."""

    from_status: str
    to_status: str
    case_id: UUID

    def apply(self, aggregate: Household) -> None:
        aggregate.close_case(EXIT)
        aggregate.become(self)


class ExitRejected(ExitEnded):
    """The exit case ended without exit; the guard that failed is the reason code (T7)."""

    TOPIC = "household.exit_rejected"


class ExitWithdrawn(ExitEnded):
    """The exit case was withdrawn (T7)."""

    TOPIC = "household.exit_withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndExitCase(StatusCommand):
    """End the exit case without exit (T7); the reason is the guard that was not met."""

    FROM: ClassVar[frozenset[str]] = frozenset({status.PRE_EXIT})
    REASONS: ClassVar[str | None] = "exit_reject_reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectExit(EndExitCase):
    """The township or the county does not let the household exit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawExit(EndExitCase):
    """The village takes its proposal back."""


@decides(RejectExit)
def reject_exit(household: Household, command: RejectExit, decision: Decision) -> None:
    """T7. E-FIELD-MISSING, E-REASON-NOT-ALLOWED.

    As its checks say: E-NO-CASE.
    """
    end_exit_case(household, command, decision, ExitRejected)


@decides(WithdrawExit)
def withdraw_exit(household: Household, command: WithdrawExit, decision: Decision) -> None:
    """T7. E-FIELD-MISSING, E-REASON-NOT-ALLOWED.

    As its checks say: E-NO-CASE.
    """
    end_exit_case(household, command, decision, ExitWithdrawn)


def end_exit_case(household: Household, command: EndExitCase, decision: Decision, event_class: type[ExitEnded]) -> None:
    """Back to REGISTERED; the spell was never interrupted."""
    refusals = begin(household, command, decision)
    case = require_case(household, EXIT)
    check_reason(household, case, command.reason_code, command.effective_on, decision, refusals)
    refusals.raise_any()
    household.trigger(
        event_class,
        decision,
        command.effective_on,
        reason_code=command.reason_code,
        evidence=command.evidence,
        from_status=household.status,
        to_status=status.REGISTERED,
        case_id=case.case_id,
    )
