"""A case that is overdue is told higher up: to the county when it is due, to the province some working days later."""

from dataclasses import dataclass
from datetime import date

from registry.command import code, decides
from registry.decision import Decision
from registry.early_warning import warnings as states
from registry.early_warning.command import CaseCommand, begin
from registry.early_warning.event import WarningEvent
from registry.early_warning.warnings import Case, EarlyWarnings
from registry.early_warning.working_days import after_working_days
from registry.policy.policy import Policy
from registry.refusal import refuse

COUNTY = "COUNTY"
PROVINCE = "PROVINCE"


class EarlyWarningEscalated(WarningEvent):
    """It is overdue, and whom that concerns now."""

    TOPIC = "warning.early_warning_escalated"
    escalated_to: str
    due_on: date

    def apply(self, aggregate: EarlyWarnings) -> None:
        assert aggregate.case is not None
        aggregate.case.escalated.add((self.escalated_to, self.due_on))


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalateEarlyWarning(CaseCommand):
    """Tell the county or the province that a case is overdue; each is told once of each day that the case waited for."""

    escalated_to: str = code("warning_escalation")


@decides(EscalateEarlyWarning)
def escalate(warnings: EarlyWarnings, command: EscalateEarlyWarning, decision: Decision) -> None:
    """E-NOT-OVERDUE; E-WARNING-UNKNOWN, E-WARNING-STATE, E-DATE-FUTURE, E-CALENDAR-YEAR. Silent where it was told already."""
    case, refusals = begin(warnings, command, decision, states.OVERDUE_CAN_BE)
    refusals.raise_any()
    policy = decision.policy_for(case.division, command.effective_on)
    late_on = escalates_after(case, command.escalated_to, policy)
    if decision.today <= late_on:
        refuse("E-NOT-OVERDUE", at="escalated_to", due=late_on)
    due_on = due_of(case)
    # Nobody hears of it from above.
    for told in (COUNTY, PROVINCE) if command.escalated_to == PROVINCE else (COUNTY,):
        if (told, due_on) not in case.escalated:
            warnings.trigger(
                EarlyWarningEscalated,
                decision,
                command.effective_on,
                case_id=case.case_id,
                escalated_to=told,
                due_on=due_on,
            )


def due_of(case: Case) -> date:
    """The day that the case waits for: of the claim or the visit, and after that of the outcome."""
    if case.outcome_due_on is not None:
        return case.outcome_due_on
    return case.due_on


def escalates_after(case: Case, escalated_to: str, policy: Policy) -> date:
    """The last day on which it need not be told there."""
    due = due_of(case)
    return due if escalated_to == COUNTY else after_working_days(due, policy.warning_escalation_working_days)
