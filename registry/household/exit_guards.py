"""What must hold before an exit is proposed (T5) and before it is accepted (T6).

Source: 厅字〔2016〕16号: income stably above the line, no worry about food and clothing, education, medical care and housing
guaranteed; three-year plan, item 3 (the standard is neither lowered nor raised) and item 23 (nobody exits without help).
"""

from datetime import date

from registry.decision import Decision
from registry.household.case import Case
from registry.household.entry import need_line
from registry.household.household import Household
from registry.household.measures import COMPLETED, LIVE
from registry.household.months import months_later
from registry.household.need import NeedFacts
from registry.refusal import Refusals

NO_HOUSING_EVIDENCE = "NONE"


def check_helped_long_enough(household: Household, on: date, decision: Decision, refusals: Refusals) -> None:
    """E-TOO-SOON from the spell's start; E-NO-MEASURE in the spell; E-NO-HELPER."""
    spell = household.spell
    assert spell is not None
    months = decision.policy_for(household.division, on).min_months
    earliest = months_later(spell.started_on, months)
    refusals.unless(on >= earliest, "E-TOO-SOON", at="effective_on", months=months, earliest=earliest)
    helped = any(
        measure.state == LIVE or (measure.state == COMPLETED and measure.starts_on >= spell.started_on)
        for measure in household.measures.values()
    )
    refusals.unless(helped, "E-NO-MEASURE")
    refusals.unless(bool(household.helper_id), "E-NO-HELPER")


def check_standard_met(household: Household, case: Case, on: date, decision: Decision, refusals: Refusals) -> None:
    """A fresh verification by others than the helper, by which the household is out of need; later findings agree.

    E-VERIFICATION-STALE, E-VERIFIER-IS-HELPER, E-EVIDENCE-MISSING (housing), E-INCOME-BELOW-LINE, E-GUARANTEE-NOT-MET.
    """
    if case.need is None:
        return  # the missing step is told already
    days = decision.policy_for(household.division, on).verification_days
    fresh = (on - case.need.checked_on).days <= days
    refusals.unless(fresh, "E-VERIFICATION-STALE", at="effective_on", days=days)
    refusals.unless(household.helper_id not in case.checkers, "E-VERIFIER-IS-HELPER")
    refusals.unless(case.housing_evidence != NO_HOUSING_EVIDENCE, "E-EVIDENCE-MISSING", kind="HOUSING_APPRAISAL")
    check_out_of_need(household, case.need, decision, refusals)
    latest = household.need
    if latest is not None and latest is not case.need and latest.checked_on >= case.need.checked_on:
        check_out_of_need(household, latest, decision, refusals)


def check_out_of_need(household: Household, need: NeedFacts, decision: Decision, refusals: Refusals) -> None:
    """E-INCOME-BELOW-LINE; E-GUARANTEE-NOT-MET for each of the six, safe water too."""
    line = need_line(household, need, decision)
    refusals.unless(need.income_per_head >= line, "E-INCOME-BELOW-LINE", income=need.income_per_head, line=line)
    for dimension in need.unmet:
        refusals.add("E-GUARANTEE-NOT-MET", dimension=dimension)
