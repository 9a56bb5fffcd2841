"""A step of a procedure: what holds for every one of them (T2).

A step belongs to an open case whose procedure has it, and comes after the steps before it, in life as in the register. Which
steps the procedure has depends on policy: the second publicity is part of it only where policy gives it days.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from registry.command import code
from registry.decision import Decision
from registry.household import case as steps
from registry.household.case import STEPS, Case
from registry.household.command import HouseholdCommand, begin, require_case, require_live
from registry.household.event import HouseholdEvent
from registry.household.household import Household
from registry.refusal import Refusals, refuse


class StepEvent(HouseholdEvent):
    """A step of a case was taken."""

    procedure: str
    case_id: UUID

    def case(self, household: Household) -> Case:
        """The case that the step belongs to."""
        return household.cases[self.procedure]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCommand(HouseholdCommand):
    """An intent to take a step of the procedure's open case."""

    procedure: str = code("procedure")


def begin_step(
    household: Household, command: HouseholdCommand, decision: Decision, procedure: str, step: str
) -> tuple[Case, Refusals]:
    """The open case and what is wrong so far; E-STATE, E-STEP-UNKNOWN and E-NO-CASE are refused at once.

    What `Case.require` finds wrong with earlier steps is among the violations.
    """
    require_live(household)
    if step not in STEPS[procedure]:
        refuse("E-STEP-UNKNOWN", at="procedure", step=step, procedure=procedure)
    case = require_case(household, procedure)
    refusals = begin(household, command, decision)
    case.require(step, refusals, on=command.effective_on, skip=skipped(household, decision, command.effective_on))
    return case, refusals


def skipped(household: Household, decision: Decision, day: date) -> frozenset[str]:
    """Steps that policy leaves out on that day."""
    policy = decision.policy_for(household.division, day)
    return frozenset() if policy.publicity_days_township else frozenset({steps.PUBLICISED_TOWNSHIP})
