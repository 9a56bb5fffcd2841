"""Appeals: against a rejected application (T4) and against a clear-out (T12, T13).

Source: three-year plan, item 23, and the days of the policy. Another person decides than the one whose decision it is. An upheld
appeal reopens the application's case; it puts a cleared-out household back where it was. An open appeal is an obstacle.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID, uuid5

from registry.command import code, decides, number
from registry.decision import Decision
from registry.household import case as steps
from registry.household import clear_out, status
from registry.household.case import CLEAR_OUT, IDENTIFICATION, UPHELD, Appeal, Case
from registry.household.command import HouseholdCommand, StatusCommand, begin, require_status
from registry.household.household import Household
from registry.household.obstacles import APPEAL, clear_obstacle, open_obstacle
from registry.household.step import StepEvent
from registry.refusal import refuse

APPEALS_MAX = 1000
REFUSED = frozenset({status.NOT_REGISTERED, status.CLEARED_OUT})
"""Statuses that a rejection or a clear-out leads to."""


class AppealFiled(StepEvent):
    """The household appealed against a decision."""

    TOPIC = "household.appeal_filed"
    appeal_no: int

    def apply(self, aggregate: Household) -> None:
        aggregate.appeals[self.appeal_no] = Appeal(self.appeal_no, self.procedure, self.case_id, self.effective_on)


class AppealDecided(StepEvent):
    """Another person decided the appeal. An upheld one reopens the application's case; for a clear-out, T13 follows."""

    TOPIC = "household.appeal_decided"
    from_status: str
    to_status: str
    appeal_no: int
    outcome: str

    def apply(self, aggregate: Household) -> None:
        aggregate.appeals[self.appeal_no].outcome = self.outcome
        case = appealable(aggregate, self.procedure)
        assert case is not None
        case.appealed = True
        if self.procedure == IDENTIFICATION and self.outcome == UPHELD:
            case.reopen()
            aggregate.cases[IDENTIFICATION], aggregate.rejected_case = case, None
            aggregate.become(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAppeal(HouseholdCommand):
    """Record the household's appeal against the rejection or clear-out that ended the procedure's last case."""

    procedure: str = code("procedure")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideAppeal(StatusCommand):
    """Uphold or dismiss the household's appeal."""

    FROM: ClassVar[frozenset[str]] = REFUSED

    appeal_no: int = number(1, APPEALS_MAX)
    outcome: str = code("appeal_outcome")


@decides(FileAppeal)
def file_appeal(household: Household, command: FileAppeal, decision: Decision) -> None:
    """E-NO-CASE where nothing was decided against the household; E-STATE, E-OPEN-APPEAL, E-STEP-DONE, E-APPEAL-LATE.

    As its checks say: E-DATE-ORDER.
    """
    require_status(household, REFUSED)
    refusals = begin(household, command, decision)
    case = appealable(household, command.procedure)
    if case is None or case.decided_on is None:
        refuse("E-NO-CASE", at="procedure", procedure=command.procedure)
    refusals.unless(household.open_appeal is None, "E-OPEN-APPEAL")
    refusals.unless(not case.appealed, "E-STEP-DONE", step=APPEAL)
    until = appeal_until(household, case, decision)
    refusals.unless(command.effective_on <= until, "E-APPEAL-LATE", at="effective_on", until=until)
    in_order = command.effective_on >= case.decided_on
    refusals.unless(in_order, "E-DATE-ORDER", at="effective_on", first=steps.ANNOUNCED, then=APPEAL)
    refusals.raise_any()
    number_ = len(household.appeals) + 1
    household.trigger(
        AppealFiled,
        decision,
        command.effective_on,
        evidence=command.evidence,
        procedure=command.procedure,
        case_id=case.case_id,
        appeal_no=number_,
    )
    open_obstacle(household, decision, command.effective_on, APPEAL, obstacle_ref(household.id, number_))


@decides(DecideAppeal)
def decide_appeal(household: Household, command: DecideAppeal, decision: Decision) -> None:
    """E-APPEAL-UNKNOWN, E-STEP-DONE, E-TWO-PERSON-RULE, E-DATE-ORDER; silent where it was decided so."""
    refusals = begin(household, command, decision)
    appeal = household.appeals.get(command.appeal_no)
    if appeal is None:
        refuse("E-APPEAL-UNKNOWN", at="appeal_no", appeal=command.appeal_no)
    if appeal.outcome:
        refusals.unless(appeal.outcome == command.outcome, "E-STEP-DONE", at="outcome", step=APPEAL)
        refusals.raise_any()
        return
    case = appealable(household, appeal.procedure)
    assert case is not None
    refusals.unless(decision.actor["id"] != case.decided_by, "E-TWO-PERSON-RULE", other=appeal.procedure)
    in_order = command.effective_on >= appeal.filed_on
    refusals.unless(in_order, "E-DATE-ORDER", at="effective_on", first=APPEAL, then="effective_on")
    refusals.raise_any()
    reopens = appeal.procedure == IDENTIFICATION and command.outcome == UPHELD
    household.trigger(
        AppealDecided,
        decision,
        command.effective_on,
        evidence=command.evidence,
        from_status=household.status,
        to_status=status.IN_IDENTIFICATION if reopens else household.status,
        procedure=appeal.procedure,
        case_id=appeal.case_id,
        appeal_no=appeal.number,
        outcome=command.outcome,
    )
    clear_obstacle(household, decision, command.effective_on, APPEAL, obstacle_ref(household.id, appeal.number))
    if appeal.procedure == CLEAR_OUT and command.outcome == UPHELD:
        clear_out.reverse(household, decision, command.effective_on, appeal)


def appealable(household: Household, procedure: str) -> Case | None:
    """The case that was decided against the household and may be appealed."""
    decided = {IDENTIFICATION: household.rejected_case, CLEAR_OUT: household.clear_out_case}
    return decided.get(procedure)


def appeal_until(household: Household, case: Case, decision: Decision) -> date:
    """The last day of the appeal: what the applicant was told, or so many days from the clear-out."""
    if case.appeal_until is not None:
        return case.appeal_until
    assert case.decided_on is not None
    return case.decided_on + timedelta(days=decision.policy_for(household.division, case.decided_on).clear_out_appeal_days)


def obstacle_ref(household_id: UUID, appeal_no: int) -> UUID:
    """The id under which an open appeal is an obstacle: deterministic, like a case's."""
    return uuid5(household_id, f"{APPEAL}:{appeal_no}")
