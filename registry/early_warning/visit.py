"""The township looks: a visit begins the verification, a finding ends the level's timer."""

from dataclasses import dataclass
from datetime import date

from registry.command import code, decides, staff
from registry.decision import Decision
from registry.early_warning import warnings as states
from registry.early_warning.command import CaseCommand, begin
from registry.early_warning.event import WarningEvent
from registry.early_warning.warnings import EarlyWarnings
from registry.early_warning.working_days import after_working_days
from registry.refusal import refuse


class EarlyWarningVisited(WarningEvent):
    """Somebody went there on `effective_on`."""

    TOPIC = "warning.early_warning_visited"
    visitors: list[str]

    def apply(self, aggregate: EarlyWarnings) -> None:
        assert aggregate.case is not None
        aggregate.case.state, aggregate.case.visited = states.VERIFYING, True


class EarlyWarningVerified(WarningEvent):
    """What the visit found; the outcome follows by `outcome_due_on`."""

    TOPIC = "warning.early_warning_verified"
    finding: str
    outcome_due_on: date

    def apply(self, aggregate: EarlyWarnings) -> None:
        assert aggregate.case is not None
        aggregate.case.state = states.VERIFIED
        aggregate.case.finding = self.finding
        aggregate.case.outcome_due_on = self.outcome_due_on


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordWarningVisit(CaseCommand):
    """Record a visit for a warning; `visitors` are staff."""

    visitors: tuple[str, ...] = staff()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyEarlyWarning(CaseCommand):
    """Say what the visit found."""

    finding: str = code("warning_finding")


@decides(RecordWarningVisit)
def record_visit(warnings: EarlyWarnings, command: RecordWarningVisit, decision: Decision) -> None:
    """E-NOT-ASSIGNED-TOWNSHIP before it is assigned; E-WARNING-UNKNOWN, E-WARNING-STATE, E-DATE-FUTURE, E-FIELD-MISSING."""
    case, refusals = begin(warnings, command, decision, {states.RAISED, states.ASSIGNED, states.VERIFYING})
    if case.state == states.RAISED:
        refuse("E-NOT-ASSIGNED-TOWNSHIP", at="case_id")
    refusals.unless(len(command.visitors) > 0, "E-FIELD-MISSING", at="visitors")
    refusals.raise_any()
    warnings.trigger(
        EarlyWarningVisited,
        decision,
        command.effective_on,
        evidence=command.evidence,
        case_id=case.case_id,
        visitors=list(command.visitors),
    )


@decides(VerifyEarlyWarning)
def verify(warnings: EarlyWarnings, command: VerifyEarlyWarning, decision: Decision) -> None:
    """E-VISIT-MISSING before a visit; E-WARNING-UNKNOWN, E-WARNING-STATE, E-DATE-FUTURE, E-CALENDAR-YEAR."""
    case, refusals = begin(warnings, command, decision, {states.ASSIGNED, states.VERIFYING})
    if case.state == states.ASSIGNED:
        refuse("E-VISIT-MISSING", at="case_id")
    refusals.raise_any()
    days = decision.policy_for(case.division, command.effective_on).warning_outcome_working_days
    warnings.trigger(
        EarlyWarningVerified,
        decision,
        command.effective_on,
        evidence=command.evidence,
        case_id=case.case_id,
        finding=command.finding,
        outcome_due_on=after_working_days(decision.today, days),
    )
