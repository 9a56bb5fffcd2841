"""The township's review and the county's approval: two offices, two persons.

Source: 2014 national plan of file and card (乡镇审核, 县复审); 厅字〔2016〕16号 (the township reports exits to the county).
"""

from dataclasses import dataclass

from registry.command import code, decides
from registry.decision import Decision
from registry.household import case as steps
from registry.household.case import APPROVED
from registry.household.household import Household
from registry.household.step import StepCommand, StepEvent, begin_step


class TownshipReviewed(StepEvent):
    """The township reviewed the case: it agrees, or returns it."""

    TOPIC = "household.township_reviewed"
    result: str

    def apply(self, aggregate: Household) -> None:
        case = self.case(aggregate)
        case.done(steps.TOWNSHIP_REVIEWED, self.effective_on)
        case.review = self.result
        case.reviewed_by = self.actor["id"]


class CountyApproved(StepEvent):
    """The county approved the case."""

    TOPIC = "household.county_approved"

    def apply(self, aggregate: Household) -> None:
        self.case(aggregate).done(steps.COUNTY_APPROVED, self.effective_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewByTownship(StepCommand):
    """Record the township's review. A case that was returned may be reviewed again."""

    result: str = code("review_result")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveByCounty(StepCommand):
    """Record the county's approval."""


@decides(ReviewByTownship)
def review_by_township(household: Household, command: ReviewByTownship, decision: Decision) -> None:
    """E-STEP-DONE where it was approved already and this is another result; silent where it is the same.

    As its checks say: E-DATE-ORDER, E-NO-CASE, E-NO-CONSENT, E-OBJECTION-UPHELD, E-PASS-RATIO, E-STATE, E-STEP-MISSING,
    E-STEP-UNKNOWN.
    """
    case, refusals = begin_step(household, command, decision, command.procedure, steps.TOWNSHIP_REVIEWED)
    approved = case.review == APPROVED
    refusals.unless(not approved or command.result == APPROVED, "E-STEP-DONE", at="result", step=steps.TOWNSHIP_REVIEWED)
    refusals.raise_any()
    if not approved:
        household.trigger(
            TownshipReviewed,
            decision,
            command.effective_on,
            evidence=command.evidence,
            procedure=command.procedure,
            case_id=case.case_id,
            result=command.result,
        )


@decides(ApproveByCounty)
def approve_by_county(household: Household, command: ApproveByCounty, decision: Decision) -> None:
    """E-TWO-PERSON-RULE: not who reviewed it for the township. Silent where it is approved.

    As its checks say: E-DATE-ORDER, E-NO-CASE, E-OBJECTION-UPHELD, E-PASS-RATIO, E-REVIEW-RETURNED, E-STATE, E-STEP-MISSING,
    E-STEP-UNKNOWN.
    """
    case, refusals = begin_step(household, command, decision, command.procedure, steps.COUNTY_APPROVED)
    refusals.unless(decision.actor["id"] != case.reviewed_by, "E-TWO-PERSON-RULE", other=steps.TOWNSHIP_REVIEWED)
    refusals.raise_any()
    if steps.COUNTY_APPROVED not in case.steps:
        household.trigger(
            CountyApproved,
            decision,
            command.effective_on,
            evidence=command.evidence,
            procedure=command.procedure,
            case_id=case.case_id,
        )
