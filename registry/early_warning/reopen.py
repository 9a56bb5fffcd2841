"""A closed case is opened again: by a higher level, by a much higher amount, or because the county says so."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from registry.command import decides
from registry.decision import Decision
from registry.early_warning import warnings as states
from registry.early_warning.command import CaseCommand, begin
from registry.early_warning.event import WarningEvent
from registry.early_warning.levels import is_higher
from registry.early_warning.warnings import Case, EarlyWarnings
from registry.early_warning.working_days import after_working_days
from registry.policy.policy import Policy

LEVEL: Final = "LEVEL"
AMOUNT: Final = "AMOUNT"
COUNTY: Final = "COUNTY"
NO_RISK: Final = "NO_RISK"


class EarlyWarningReopened(WarningEvent):
    """The case is open again, with the township that had it; the clock begins anew."""

    TOPIC = "warning.early_warning_reopened"
    why: str
    warning_level: str
    basis: Decimal
    fired: list[dict[str, Any]]
    expenses: list[UUID]
    due_on: date

    def apply(self, aggregate: EarlyWarnings) -> None:
        assert aggregate.case is not None
        if self.why != COUNTY:  # which knows nothing new of expenses: it rests on what it did
            aggregate.rest_on(self.warning_level, self.basis, self.fired, self.expenses)
        aggregate.case.begin_anew(self.due_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenEarlyWarning(CaseCommand):
    """Open a closed case again, for what the county has learnt."""


@decides(ReopenEarlyWarning)
def reopen_by_county(warnings: EarlyWarnings, command: ReopenEarlyWarning, decision: Decision) -> None:
    """E-WARNING-UNKNOWN, E-WARNING-STATE, E-DATE-FUTURE, E-EVIDENCE-MISSING.

    As its checks say: E-CALENDAR-YEAR.
    """
    case, refusals = begin(warnings, command, decision, {states.CLOSED})
    refusals.unless(len(command.evidence) > 0, "E-EVIDENCE-MISSING", at="evidence", kind="COUNTY_DECISION")
    refusals.raise_any()
    days = decision.policy_for(case.division, command.effective_on).warning_due_working_days[case.level]
    reopen(
        warnings,
        decision,
        command.effective_on,
        why=COUNTY,
        due_on=after_working_days(decision.today, days),
        evidence=command.evidence,
        warning_level=case.level,
        basis=case.basis,
        fired=[],
        expenses=sorted(case.expenses),
    )


def reopens_for(case: Case, level: str, basis: Decimal, policy: Policy, today: date) -> str | None:
    """Why what fires now opens the closed case again; None where it does not. After NO_RISK an amount alone waits a while."""
    if is_higher(level, case.level):
        return LEVEL
    assert case.closed_on is not None
    suppressed = case.outcome == NO_RISK and (today - case.closed_on).days < policy.warning_suppress_days
    factor = policy.warning_reopen_factor
    much_more = basis * factor.denominator > case.basis * factor.numerator
    return AMOUNT if much_more and not suppressed else None


def reopen(warnings: EarlyWarnings, decision: Decision, effective_on: date, **body: Any) -> None:
    """Open the latest case again."""
    assert warnings.case is not None
    warnings.trigger(EarlyWarningReopened, decision, effective_on, case_id=warnings.case.case_id, **body)
