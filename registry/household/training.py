"""Trainings that members completed. They are counted by persons, not by seats.

Source: three-year plan, item 6 (all who are willing are trained free of charge; school leavers).
"""

from dataclasses import dataclass
from uuid import UUID

from registry.command import code, decides, number
from registry.decision import Decision
from registry.household.assistance import check_entitled, check_member, require_known
from registry.household.command import HouseholdCommand, begin
from registry.household.event import HouseholdEvent
from registry.household.household import Household

HOURS_MAX = 2000


class TrainingCompleted(HouseholdEvent):
    """A member completed a training."""

    TOPIC = "household.training_completed"
    person_id: UUID
    training: str
    hours: int

    def apply(self, aggregate: Household) -> None:
        aggregate.trainings.add((self.person_id, self.training, self.effective_on))


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteTraining(HouseholdCommand):
    """Record that a member completed a training on the effective day."""

    person_id: UUID
    training: str = code("training_kind")
    hours: int = number(1, HOURS_MAX)


@decides(CompleteTraining)
def complete_training(household: Household, command: CompleteTraining, decision: Decision) -> None:
    """E-NOT-ENTITLED, E-NOT-A-MEMBER; nothing where that day's training is recorded."""
    require_known(household)
    if (command.person_id, command.training, command.effective_on) in household.trainings:
        return
    refusals = begin(household, command, decision)
    check_entitled(household, command, decision, refusals)
    check_member(household, command.person_id, refusals)
    refusals.raise_any()
    household.trigger(
        TrainingCompleted,
        decision,
        command.effective_on,
        evidence=command.evidence,
        person_id=command.person_id,
        training=command.training,
        hours=command.hours,
    )
