"""Publicity: the notice goes up, people object, objections are resolved, the notice comes down after its full time.

Source: two publicities and one announcement (两公示一公告) of the 2014 national plan; policy may leave out the second. What an
objection says is in the vault; an upheld one ends the way to the announcement.
"""

from dataclasses import dataclass
from datetime import date

from registry.command import code, decides, number
from registry.decision import Decision
from registry.household import case as steps
from registry.household.case import CLEAR_OUT, UPHELD, VILLAGE, Notice
from registry.household.command import begin, require_case, require_live
from registry.household.household import Household
from registry.household.step import StepCommand, StepEvent, begin_step, skipped
from registry.policy.policy import Policy
from registry.refusal import Refusals, refuse

OBJECTIONS_MAX = 1000
STEP_OF = {steps.VILLAGE: steps.PUBLICISED_VILLAGE, steps.TOWNSHIP: steps.PUBLICISED_TOWNSHIP}


class PublicityPosted(StepEvent):
    """A public notice went up."""

    TOPIC = "household.publicity_posted"
    round: str
    posted_from: date
    posted_until: date

    def apply(self, aggregate: Household) -> None:
        self.case(aggregate).notices[self.round] = Notice(self.posted_from, self.posted_until)


class PublicityClosed(StepEvent):
    """A public notice came down after its full time with no open objection."""

    TOPIC = "household.publicity_closed"
    round: str
    objections: int

    def apply(self, aggregate: Household) -> None:
        case = self.case(aggregate)
        case.notices[self.round].closed = True
        case.done(STEP_OF[self.round], self.effective_on)


class ObjectionRaised(StepEvent):
    """Somebody objected during publicity; the text is in the vault."""

    TOPIC = "household.objection_raised"
    objection_no: int

    def apply(self, aggregate: Household) -> None:
        self.case(aggregate).objections[self.objection_no] = None


class ObjectionResolved(StepEvent):
    """An objection was upheld or dismissed. Upheld in a clear-out, the household stays and the case is over."""

    TOPIC = "household.objection_resolved"
    objection_no: int
    outcome: str

    def apply(self, aggregate: Household) -> None:
        self.case(aggregate).objections[self.objection_no] = self.outcome
        if self.procedure == CLEAR_OUT and self.outcome == UPHELD:
            aggregate.close_case(CLEAR_OUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPublicity(StepCommand):
    """Put a notice up, from the effective day until `posted_until`, the day on which it may come down."""

    round: str = code("publicity_round", VILLAGE)
    posted_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosePublicity(StepCommand):
    """Take a notice down."""

    round: str = code("publicity_round", VILLAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseObjection(StepCommand):
    """Record an objection to what a notice says. Its words go to the vault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveObjection(StepCommand):
    """Uphold or dismiss an objection."""

    objection_no: int = number(1, OBJECTIONS_MAX)
    outcome: str = code("objection_outcome")


@decides(PostPublicity)
def post_publicity(household: Household, command: PostPublicity, decision: Decision) -> None:
    """E-STEP-DONE where the notice is or was up; E-PUBLICITY-TOO-SHORT; E-STEP-UNKNOWN for a round that policy leaves out.

    As its checks say: E-DATE-ORDER, E-NO-APPRAISAL, E-NO-CASE, E-NO-CONSENT, E-OBJECTION-UPHELD, E-PASS-RATIO,
    E-REVIEW-RETURNED, E-STATE, E-STEP-MISSING.
    """
    case, refusals = begin_step(household, command, decision, command.procedure, STEP_OF[command.round])
    if STEP_OF[command.round] in skipped(household, decision, command.effective_on):
        refuse("E-STEP-UNKNOWN", at="round", step=STEP_OF[command.round], procedure=command.procedure)
    refusals.unless(command.round not in case.notices, "E-STEP-DONE", at="round", step=STEP_OF[command.round])
    policy = decision.policy_for(household.division, command.effective_on)
    check_days(command.effective_on, command.posted_until, command.round, policy, refusals)
    refusals.raise_any()
    household.trigger(
        PublicityPosted,
        decision,
        command.effective_on,
        evidence=command.evidence,
        procedure=command.procedure,
        case_id=case.case_id,
        round=command.round,
        posted_from=command.effective_on,
        posted_until=command.posted_until,
    )


@decides(ClosePublicity)
def close_publicity(household: Household, command: ClosePublicity, decision: Decision) -> None:
    """E-NO-PUBLICITY, E-PUBLICITY-TOO-SHORT, E-OBJECTION-OPEN; silent where the notice came down already.

    As its checks say: E-DATE-ORDER, E-NO-APPRAISAL, E-NO-CASE, E-NO-CONSENT, E-OBJECTION-UPHELD, E-PASS-RATIO,
    E-REVIEW-RETURNED, E-STATE, E-STEP-MISSING, E-STEP-UNKNOWN.
    """
    case, refusals = begin_step(household, command, decision, command.procedure, STEP_OF[command.round])
    notice = case.notices.get(command.round)
    if notice is None:
        refuse("E-NO-PUBLICITY", at="round", round=command.round)
    if notice.closed:
        return
    policy = decision.policy_for(household.division, notice.posted_from)
    check_days(notice.posted_from, command.effective_on, command.round, policy, refusals)
    if command.effective_on < notice.posted_until:
        refusals.add("E-PUBLICITY-TOO-SHORT", at="effective_on", days=(notice.posted_until - notice.posted_from).days)
    refusals.unless(not case.open_objections, "E-OBJECTION-OPEN", objections=case.open_objections)
    refusals.raise_any()
    household.trigger(
        PublicityClosed,
        decision,
        command.effective_on,
        evidence=command.evidence,
        procedure=command.procedure,
        case_id=case.case_id,
        round=command.round,
        objections=len(case.objections),
    )


@decides(RaiseObjection)
def raise_objection(household: Household, command: RaiseObjection, decision: Decision) -> None:
    """E-NO-PUBLICITY unless a notice is up on that day.

    As its checks say: E-FIELD-RANGE, E-NO-CASE, E-STATE.
    """
    require_live(household)
    case = require_case(household, command.procedure)
    refusals = begin(household, command, decision)
    up = any(not notice.closed and notice.posted_from <= command.effective_on for notice in case.notices.values())
    refusals.unless(up, "E-NO-PUBLICITY", at="effective_on")
    refusals.unless(len(case.objections) < OBJECTIONS_MAX, "E-FIELD-RANGE", at="procedure", minimum=0, maximum=OBJECTIONS_MAX)
    refusals.raise_any()
    household.trigger(
        ObjectionRaised,
        decision,
        command.effective_on,
        evidence=command.evidence,
        procedure=command.procedure,
        case_id=case.case_id,
        objection_no=len(case.objections) + 1,
    )


@decides(ResolveObjection)
def resolve_objection(household: Household, command: ResolveObjection, decision: Decision) -> None:
    """E-OBJECTION-UNKNOWN, E-DATE-ORDER; E-STEP-DONE where it was resolved the other way, silent where it was this way.

    As its checks say: E-NO-CASE, E-STATE.
    """
    require_live(household)
    case = require_case(household, command.procedure)
    refusals = begin(household, command, decision)
    if command.objection_no not in case.objections:
        refuse("E-OBJECTION-UNKNOWN", at="objection_no", objection=command.objection_no)
    outcome = case.objections[command.objection_no]
    refusals.unless(outcome in (None, command.outcome), "E-STEP-DONE", at="outcome", step=steps.PUBLICISED_VILLAGE)
    posted = min((notice.posted_from for notice in case.notices.values()), default=case.opened_on)
    in_order = command.effective_on >= posted
    refusals.unless(in_order, "E-DATE-ORDER", at="effective_on", first="posted_from", then="effective_on")
    refusals.raise_any()
    if outcome is None:
        household.trigger(
            ObjectionResolved,
            decision,
            command.effective_on,
            evidence=command.evidence,
            procedure=command.procedure,
            case_id=case.case_id,
            objection_no=command.objection_no,
            outcome=command.outcome,
        )


def check_days(posted_from: date, until: date, round: str, policy: Policy, refusals: Refusals) -> None:
    """E-PUBLICITY-TOO-SHORT unless the notice hangs for the days of its round."""
    days = policy.publicity_days_township if round == steps.TOWNSHIP else policy.publicity_days_village
    refusals.unless((until - posted_from).days >= days, "E-PUBLICITY-TOO-SHORT", days=days)
