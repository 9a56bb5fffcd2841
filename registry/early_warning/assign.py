"""The county gives a case that nobody has claimed, or that is another's, to a township. The clock begins with it; once, where it
was another's."""

from dataclasses import dataclass

from registry.command import decides
from registry.decision import Decision
from registry.early_warning import warnings as states
from registry.early_warning.assess import MOVED, assign
from registry.early_warning.command import CaseCommand, begin
from registry.early_warning.warnings import EarlyWarnings
from registry.early_warning.working_days import after_working_days
from schemas.divisions import Level

CLAIMED = "CLAIMED"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignEarlyWarning(CaseCommand):
    """Give a case to a township. `township`: its 12-digit code."""

    township: str


@decides(AssignEarlyWarning)
def assign_early_warning(warnings: EarlyWarnings, command: AssignEarlyWarning, decision: Decision) -> None:
    """E-WARNING-UNKNOWN, E-WARNING-STATE, E-DATE-FUTURE, E-DIVISION-UNKNOWN, E-DIVISION-LEVEL, E-CALENDAR-YEAR.

    Silent where that township has it: said twice, it neither begins the clock anew nor forgets a finding.
    """
    case, refusals = begin(warnings, command, decision, {states.RAISED, states.ASSIGNED, states.VERIFYING, states.VERIFIED})
    division = decision.divisions.get(command.township)
    if refusals.unless(division is not None, "E-DIVISION-UNKNOWN", at="township", division=command.township):
        assert division is not None
        township = division.level is Level.TOWNSHIP
        refusals.unless(township, "E-DIVISION-LEVEL", at="township", division=command.township, level="TOWNSHIP")
    refusals.raise_any()
    if case.state != states.RAISED and command.township == case.division:
        return
    due_on = case.due_on
    if not case.moved:
        days = decision.policy_for(command.township, command.effective_on).warning_due_working_days[case.level]
        due_on = after_working_days(decision.today, days)
    assign(
        warnings,
        decision,
        command.effective_on,
        command.township,
        assignment=CLAIMED if case.state == states.RAISED else MOVED,
        due_on=due_on,
    )
