"""Why a case ends without its outcome (T4, T7): the reason given may not contradict what the case itself shows.

Source: three-year plan, item 23 (all who qualify are admitted): nobody is turned away for a lost vote that was won, or for an
income that the home check found to be below the line. What the case does not show is the official's to answer for.
"""

from datetime import date
from decimal import Decimal

from registry.decision import Decision
from registry.household import case as steps
from registry.household.case import CLEAR_OUT, NOT_PASSED, Case
from registry.household.entry import need_line
from registry.household.household import Household
from registry.refusal import Refusals

TRUE_POSITIVE = "TRUE_POSITIVE"


def check_reason(household: Household, case: Case, reason: str | None, on: date, decision: Decision, refusals: Refusals) -> None:
    """E-FIELD-MISSING without a reason; E-REASON-NOT-ALLOWED for one that the case contradicts."""
    if reason is None:
        refusals.add("E-FIELD-MISSING", at="reason_code")
    elif not (fits_procedure(household, case, reason) and fits_findings(household, case, reason, on, decision)):
        refusals.add("E-REASON-NOT-ALLOWED", at="reason_code", reason=reason)


def fits_procedure(household: Household, case: Case, reason: str) -> bool:
    """Whether the steps of the case allow the reason."""
    if reason == "VOTE_LOST":
        return case.appraisal == NOT_PASSED
    if reason == "OBJECTION_UPHELD":
        return bool(case.upheld_objections)
    if reason == "MISMATCH_CONFIRMED":
        return TRUE_POSITIVE in case.hits.values()
    if reason == "CONSENT_REFUSED":
        return steps.HOUSEHOLD_CONSENTED not in case.steps
    if reason == "OBSTACLE_OPENED":
        return bool(household.obstacles) or CLEAR_OUT in household.cases
    return True


def fits_findings(household: Household, case: Case, reason: str, on: date, decision: Decision) -> bool:
    """Whether what was found at home, if somebody was there, allows the reason."""
    need = case.need
    if need is None:
        return reason != "VERIFICATION_STALE"
    line: Decimal = need_line(household, need, decision)
    if reason == "NEED_TEST_NOT_MET":
        return not need.in_need(line)
    if reason == "INCOME_BELOW_LINE":
        return need.income_per_head < line
    if reason == "GUARANTEE_NOT_MET":
        return bool(need.unmet)
    if reason == "VERIFICATION_STALE":
        return (on - need.checked_on).days > decision.policy_for(household.division, on).verification_days
    return True
