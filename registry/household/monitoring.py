"""The monitoring overlay: who may fall (back) into poverty is watched until the risk is gone (M1, M2, M4, M6).

Source: three-year plan, item 23 (marginal households and exited households prone to relapse are tracked). The overlay is a
state machine of its own beside the register status; it ends when the register status takes over (T3, T9, T12, T15).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from registry.command import code, codes, decides
from registry.decision import Decision
from registry.household import status
from registry.household.assistance import check_order
from registry.household.case import MONITORING, Case
from registry.household.command import HouseholdCommand, begin, require_case, require_live
from registry.household.event import HouseholdEvent
from registry.household.household import Household
from registry.household.need import NeedFacts
from registry.policy.policy import Policy
from registry.refusal import Refusals, refuse
from schemas.code_tables import table

RISKS_MAX = 5
NOT_YET_REGISTERED = frozenset({status.NOT_REGISTERED, status.CLEARED_OUT})
STATUSES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        status.UNSTABLE_EXITED: status.EXITED,
        status.MARGINAL: NOT_YET_REGISTERED,
        status.SUDDEN_HARDSHIP: status.EXITED | NOT_YET_REGISTERED,
    }
)
"""Register statuses in which a household may be monitored under each category."""


class MonitoringStarted(HouseholdEvent):
    """The household is monitored (M1, M4)."""

    TOPIC = "household.monitoring_started"
    from_overlay: str
    to_overlay: str
    case_id: UUID
    category: str
    risks: list[str]
    income_pc: Decimal
    line: Decimal
    size: int
    review_due: date

    def apply(self, aggregate: Household) -> None:
        aggregate.close_case(MONITORING)
        aggregate.overlay_becomes(self)
        aggregate.monitoring_category = self.category
        aggregate.monitoring_since = self.effective_on
        aggregate.monitoring_risks = tuple(self.risks)
        aggregate.review_due = self.review_due


class MonitoringReviewed(HouseholdEvent):
    """A review in time (M2)."""

    TOPIC = "household.monitoring_reviewed"
    risks: list[str]
    review_due: date

    def apply(self, aggregate: Household) -> None:
        aggregate.monitoring_risks = tuple(self.risks)
        aggregate.review_due = self.review_due


class MonitoringEnded(HouseholdEvent):
    """Monitoring ended because the register status took over (M6)."""

    TOPIC = "household.monitoring_ended"
    from_overlay: str
    to_overlay: str
    ended_by: str
    size: int

    def apply(self, aggregate: Household) -> None:
        leave(aggregate, self)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartMonitoring(HouseholdCommand):
    """Monitor the household from the effective day on, for one to five risks that a home check found (M1, M4)."""

    category: str = code("monitoring_category")
    risks: tuple[str, ...] = codes("risk_type")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewMonitoring(HouseholdCommand):
    """Look at the household again; `risks` are those that are left (M2)."""

    risks: tuple[str, ...] = codes("risk_type")


@decides(StartMonitoring)
def start_monitoring(household: Household, command: StartMonitoring, decision: Decision) -> None:
    """M1, and M4 after a risk was eliminated: the new risk is one that a new home check found.

    E-MONITORING-STATE, E-NO-CASE, E-CATEGORY-STATUS, E-RISK-MISSING, E-RISK-TOO-MANY, E-CHECK-STALE, E-TWO-PERSON-RULE,
    E-INCOME-ABOVE-MONITOR-LINE, E-DATE-BEFORE-LAST; W-RISK-NOT-SEEN.

    As its checks say: E-DATE-ORDER, E-STATE.
    """
    require_overlay(household, status.OVERLAY_NONE, status.OVERLAY_ELIMINATED)
    case = require_case(household, MONITORING)
    refusals = begin(household, command, decision)
    policy = decision.policy_for(household.division, command.effective_on)
    allowed = STATUSES[command.category]
    refusals.unless(household.status in allowed, "E-CATEGORY-STATUS", at="category", status=household.status)
    risks = check_risks(command.risks, refusals)
    need = check_findings(household, case, command, decision, refusals)
    line = monitoring_line(household, need, decision)
    poor = command.category not in policy.monitoring_income_test or need.in_need(line)
    refusals.unless(poor, "E-INCOME-ABOVE-MONITOR-LINE", income=need.income_per_head, line=line)
    refusals.raise_any()
    doubt(household, risks, need)
    household.trigger(
        MonitoringStarted,
        decision,
        command.effective_on,
        evidence=command.evidence,
        from_overlay=household.overlay,
        to_overlay=status.OVERLAY_ACTIVE,
        case_id=case.case_id,
        category=command.category,
        risks=list(risks),
        income_pc=need.income_per_head,
        line=line,
        size=household.size,
        review_due=next_review(command.category, command.effective_on, policy),
    )


@decides(ReviewMonitoring)
def review_monitoring(household: Household, command: ReviewMonitoring, decision: Decision) -> None:
    """M2. E-MONITORING-STATE, E-RISK-MISSING, E-RISK-TOO-MANY, E-DATE-BEFORE-LAST. The category says when the next is due.

    As its checks say: E-STATE.
    """
    require_overlay(household, status.OVERLAY_ACTIVE)
    refusals = begin(household, command, decision)
    risks = check_risks(command.risks, refusals)
    check_overlay_order(household, command, refusals)
    refusals.raise_any()
    policy = decision.policy_for(household.division, command.effective_on)
    household.trigger(
        MonitoringReviewed,
        decision,
        command.effective_on,
        evidence=command.evidence,
        risks=list(risks),
        review_due=next_review(household.monitoring_category, command.effective_on, policy),
    )


def leave(household: Household, event: HouseholdEvent) -> None:
    """What the end of monitoring changes, whichever way it ended."""
    household.cases.pop(MONITORING, None)
    household.overlay_becomes(event)
    household.monitoring_since = None
    household.review_due = None


def end(household: Household, decision: Decision, effective_on: date, ended_by: str) -> None:
    """M6: end an ACTIVE overlay, in the save of T3, T9, T12 or T15; nothing where none is active.

    `ended_by` is a register status: REGISTERED, RELAPSED, CLEARED_OUT or CLOSED.
    """
    if household.overlay != status.OVERLAY_ACTIVE:
        return
    assert household.overlay_since is not None
    household.trigger(
        MonitoringEnded,
        decision,
        max(effective_on, household.overlay_since),
        from_overlay=household.overlay,
        to_overlay=status.OVERLAY_NONE,
        ended_by=ended_by,
        size=household.size,
    )


def require_overlay(household: Household, *overlays: str) -> None:
    """Raises Refused (E-STATE, E-MONITORING-STATE) unless the household is live and its overlay one of these."""
    require_live(household)
    if household.overlay not in overlays:
        refuse("E-MONITORING-STATE", overlay=household.overlay, allowed=sorted(overlays))


def check_risks(risks: tuple[str, ...], refusals: Refusals) -> tuple[str, ...]:
    """The risks, each once. E-RISK-MISSING, E-RISK-TOO-MANY."""
    named = tuple(dict.fromkeys(risks))
    refusals.unless(len(named) > 0, "E-RISK-MISSING", at="risks")
    refusals.unless(len(named) <= RISKS_MAX, "E-RISK-TOO-MANY", at="risks", maximum=RISKS_MAX)
    return named


def check_overlay_order(household: Household, command: HouseholdCommand, refusals: Refusals) -> None:
    """E-DATE-BEFORE-LAST: the overlay is a state machine, its changes come in the order of life."""
    last = household.overlay_since
    refusals.unless(last is None or command.effective_on >= last, "E-DATE-BEFORE-LAST", at="effective_on", last=last)


def check_findings(
    household: Household, case: Case, command: HouseholdCommand, decision: Decision, refusals: Refusals
) -> NeedFacts:
    """The case's home check: recent, after the overlay's last change, not by the one who approves on the strength of it."""
    assert case.need is not None
    days = decision.policy_for(household.division, command.effective_on).home_check_days
    oldest = command.effective_on - timedelta(days=days)
    since = household.overlay_since
    fresh = case.need.checked_on >= (oldest if since is None else max(oldest, since))
    refusals.unless(fresh, "E-CHECK-STALE", checked_on=case.need.checked_on, days=days)
    check_order(refusals, "checked_on", case.need.checked_on, "effective_on", command.effective_on)
    refusals.unless(decision.actor["id"] not in case.checkers, "E-TWO-PERSON-RULE")
    check_overlay_order(household, command, refusals)
    return case.need


def monitoring_line(household: Household, need: NeedFacts, decision: Decision) -> Decimal:
    """The monitoring line of the year in which the income period ends, yuan a head."""
    return decision.policy_for(household.division, need.income_to).monitoring_line


def next_review(category: str, day: date, policy: Policy) -> date:
    """The day by which the household is to be looked at again."""
    return day + timedelta(days=policy.monitoring_review_days(category))


def labour_count(household: Household) -> int:
    """Members who can work; of a household whose members are not known, what the village ledger says."""
    if not household.members:
        return household.ledger.labour_count if household.ledger else 0
    able = table("labour_ability").tagged("able")
    return sum(member.labour in able for member in household.members.values())


def doubt(household: Household, risks: tuple[str, ...], need: NeedFacts) -> None:
    """W-RISK-NOT-SEEN: a risk that the household's own facts do not show (data-quality rules 13 and 14).

    Illness where no known member is chronically or severely ill or nothing was paid; want of labour where a quarter can work.
    """
    known = household.members.values()
    ill = any({"CHRONIC", "MAJOR_ILLNESS"} & set(member.health) for member in known)
    if "ILLNESS" in risks and ((known and not ill) or need.medical_self_paid == 0):
        household.warn("W-RISK-NOT-SEEN", at="risks", risk="ILLNESS")
    if "LACK_OF_LABOUR" in risks and labour_count(household) * 4 >= household.size:
        household.warn("W-RISK-NOT-SEEN", at="risks", risk="LACK_OF_LABOUR")
