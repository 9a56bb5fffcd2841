"""The democratic appraisal: who asks for one, and how the village representatives voted.

Source: three-year plan, item 23 (问题人群 and households that people complain about are appraised in time); 2014 national plan
of file and card. A lost vote is a fact like a won one: it is recorded, and the next step is refused for it.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from registry.command import code, decides, number
from registry.decision import Decision
from registry.household import case as steps
from registry.household import status
from registry.household.case import CLEAR_OUT, NOT_PASSED, PASSED
from registry.household.command import HouseholdCommand, begin, require_status
from registry.household.household import Household
from registry.household.step import StepCommand, StepEvent, begin_step
from registry.policy.policy import Policy
from registry.refusal import Refusals

REPS_MAX = 10_000
LISTED = frozenset({status.REGISTERED, status.PRE_EXIT, status.RELAPSED}) | status.EXITED
"""Statuses from which a household can be cleared out."""


class AppraisalRequested(StepEvent):
    """A verified lead asks for an appraisal in time (item 23); it opens a case that may end with the clear-out."""

    TOPIC = "household.appraisal_requested"
    lead_kind: str
    lead_id: UUID
    due: date

    def apply(self, aggregate: Household) -> None:
        aggregate.open_case(self, CLEAR_OUT, steps.APPRAISAL_REQUESTED)


class AppraisalHeld(StepEvent):
    """The village representatives voted; a lost vote is a fact too. In a clear-out it means that the household stays."""

    TOPIC = "household.appraisal_held"
    reps_total: int
    attended: int
    votes_for: int
    votes_against: int
    result: str

    def apply(self, aggregate: Household) -> None:
        case = self.case(aggregate)
        case.done(steps.APPRAISED, self.effective_on)
        case.appraisal = self.result
        if self.procedure == CLEAR_OUT and self.result == NOT_PASSED:
            aggregate.close_case(CLEAR_OUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAppraisal(HouseholdCommand):
    """Ask for an appraisal of a listed household, for a lead that was verified. Opens the clear-out case."""

    lead_kind: str = code("lead_kind")
    lead_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAppraisal(StepCommand):
    """Record an appraisal. Votes are for the procedure's outcome: to admit, to let exit, to clear out."""

    reps_total: int = number(1, REPS_MAX)
    attended: int = number(0, REPS_MAX)
    votes_for: int = number(0, REPS_MAX)
    votes_against: int = number(0, REPS_MAX)


@decides(RequestAppraisal)
def request_appraisal(household: Household, command: RequestAppraisal, decision: Decision) -> None:
    """E-STATE, E-CASE-OPEN: one verified lead is enough."""
    require_status(household, LISTED)
    refusals = begin(household, command, decision)
    refusals.unless(CLEAR_OUT not in household.cases, "E-CASE-OPEN", procedure=CLEAR_OUT)
    refusals.raise_any()
    policy = decision.policy_for(household.division, command.effective_on)
    household.trigger(
        AppraisalRequested,
        decision,
        command.effective_on,
        evidence=command.evidence,
        procedure=CLEAR_OUT,
        case_id=household.next_case_id(CLEAR_OUT),
        lead_kind=command.lead_kind,
        lead_id=command.lead_id,
        due=policy.appraisal_due(command.effective_on),
    )


@decides(HoldAppraisal)
def hold_appraisal(household: Household, command: HoldAppraisal, decision: Decision) -> None:
    """E-HIT-OPEN, E-STEP-DONE after a won vote, E-VOTES-EXCEED, E-QUORUM. A lost vote may be followed by another one.

    As its checks say: E-DATE-ORDER, E-NO-CASE, E-STATE, E-STEP-MISSING, E-STEP-UNKNOWN.
    """
    case, refusals = begin_step(household, command, decision, command.procedure, steps.APPRAISED)
    refusals.unless(case.appraisal != PASSED, "E-STEP-DONE", step=steps.APPRAISED)
    refusals.unless(not case.open_hits, "E-HIT-OPEN", hits=case.open_hits)
    policy = decision.policy_for(household.division, command.effective_on)
    check_votes(command, policy, refusals)
    refusals.raise_any()
    household.trigger(
        AppraisalHeld,
        decision,
        command.effective_on,
        evidence=command.evidence,
        procedure=command.procedure,
        case_id=case.case_id,
        reps_total=command.reps_total,
        attended=command.attended,
        votes_for=command.votes_for,
        votes_against=command.votes_against,
        result=PASSED if passed(command, policy) else NOT_PASSED,
    )


def check_votes(command: HoldAppraisal, policy: Policy, refusals: Refusals) -> None:
    """Nobody votes who is not there, nobody is there who is no representative, and enough of them are."""
    attended = command.attended
    refusals.unless(attended <= command.reps_total, "E-VOTES-EXCEED", at="attended", maximum=command.reps_total)
    votes = command.votes_for + command.votes_against
    refusals.unless(votes <= attended, "E-VOTES-EXCEED", at="votes_for", maximum=attended)
    quorum = attended >= policy.appraisal_quorum * command.reps_total
    refusals.unless(quorum, "E-QUORUM", at="attended", quorum=str(policy.appraisal_quorum))


def passed(command: HoldAppraisal, policy: Policy) -> bool:
    """Whether the votes for are more than the pass ratio of those who attended."""
    return command.votes_for > policy.appraisal_pass_ratio * command.attended
