"""The end of monitoring because the risk is gone (M3): by help, or by itself.

Source: national data-quality rules 11 to 15: not before six months, nor while income, guarantees or help say otherwise. A
household in which nobody can work stays monitored after it was relieved.
"""

from dataclasses import dataclass
from decimal import Decimal

from registry.command import code, decides
from registry.decision import Decision
from registry.household import measures, monitoring, status
from registry.household.case import MONITORING
from registry.household.command import HouseholdCommand, begin, require_case
from registry.household.event import HouseholdEvent
from registry.household.household import Household
from registry.household.months import months_later
from registry.policy.policy import Policy
from registry.refusal import Refusals

ASSISTED = "ASSISTED"


class RiskEliminated(HouseholdEvent):
    """The risk is gone (M3)."""

    TOPIC = "household.risk_eliminated"
    from_overlay: str
    to_overlay: str
    mode: str
    income_pc: Decimal
    line: Decimal
    size: int

    def apply(self, aggregate: Household) -> None:
        monitoring.leave(aggregate, self)


@dataclass(frozen=True, slots=True, kw_only=True)
class EliminateRisk(HouseholdCommand):
    """End the monitoring because the risk is gone, by help or by itself (M3)."""

    mode: str = code("risk_elimination_mode")


@decides(EliminateRisk)
def eliminate_risk(household: Household, command: EliminateRisk, decision: Decision) -> None:
    """M3, on a home check made while monitored. What was given for the monitoring alone stops with it.

    E-MONITORING-STATE, E-NO-CASE, E-MIN-MONTHS, E-CHECK-STALE, E-TWO-PERSON-RULE, E-INCOME-BELOW-MONITOR-LINE,
    E-GUARANTEE-NOT-MET, E-NO-MATCHING-MEASURE and E-NO-LABOUR-HOUSEHOLD (unless the risk went by itself), E-DATE-BEFORE-LAST.

    As its checks say: E-DATE-ORDER, E-STATE.
    """
    monitoring.require_overlay(household, status.OVERLAY_ACTIVE)
    case = require_case(household, MONITORING)
    refusals = begin(household, command, decision)
    policy = decision.policy_for(household.division, command.effective_on)
    need = monitoring.check_findings(household, case, command, decision, refusals)
    line = monitoring.monitoring_line(household, need, decision)
    income = need.income_per_head
    refusals.unless(income >= line, "E-INCOME-BELOW-MONITOR-LINE", income=income, line=line)
    for dimension in need.unmet:
        refusals.add("E-GUARANTEE-NOT-MET", dimension=dimension)
    check_duration(household, command, policy, refusals)
    if command.mode == ASSISTED:
        check_help(household, policy, refusals)
    refusals.raise_any()
    household.trigger(
        RiskEliminated,
        decision,
        command.effective_on,
        evidence=command.evidence,
        from_overlay=household.overlay,
        to_overlay=status.OVERLAY_ELIMINATED,
        mode=command.mode,
        income_pc=income,
        line=line,
        size=household.size,
    )
    if not household.entitled:
        measures.stop_all(household, decision, command.effective_on, measures.MONITORING_ENDED)


def check_duration(household: Household, command: EliminateRisk, policy: Policy, refusals: Refusals) -> None:
    """E-MIN-MONTHS since the monitoring began."""
    assert household.monitoring_since is not None
    earliest = months_later(household.monitoring_since, policy.monitoring_min_months)
    long_enough = command.effective_on >= earliest
    refusals.unless(long_enough, "E-MIN-MONTHS", at="effective_on", months=policy.monitoring_min_months, earliest=earliest)


def check_help(household: Household, policy: Policy, refusals: Refusals) -> None:
    """Help took the risk away only where there was help for it, and somebody who can work (data-quality rules 12, 13 and 15).

    E-NO-MATCHING-MEASURE for each risk without a live or completed measure of a category that policy names for it;
    E-NO-LABOUR-HOUSEHOLD.
    """
    given = {m.category for m in household.measures.values() if m.state in (measures.LIVE, measures.COMPLETED)}
    for risk in household.monitoring_risks:
        asked = policy.required_measures_for_risk(risk)
        refusals.unless(not asked or bool(given & set(asked)), "E-NO-MATCHING-MEASURE", risk=risk, asked=sorted(asked))
    refusals.unless(monitoring.labour_count(household) > 0, "E-NO-LABOUR-HOUSEHOLD")
