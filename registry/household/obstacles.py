"""Obstacles: what is open elsewhere and holds back an exit (T5, T6) or the end of policies (T8).

They stand in the household's own stream, saved together with the case that causes them, so that the guard has nothing to ask
anywhere else. Appeals are the household's own: filing and deciding one opens and clears its obstacle.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from registry.command import code, decides
from registry.decision import Decision
from registry.household.case import CLEAR_OUT
from registry.household.command import HouseholdCommand, begin, require_live
from registry.household.event import HouseholdEvent
from registry.household.household import Household
from registry.refusal import Refusals

APPEAL = "APPEAL"


class ObstacleOpened(HouseholdEvent):
    """Something open elsewhere holds this household's exit."""

    TOPIC = "household.obstacle_opened"
    kind: str
    ref: UUID

    def apply(self, aggregate: Household) -> None:
        aggregate.obstacles.add((self.kind, self.ref))


class ObstacleCleared(HouseholdEvent):
    """It no longer does."""

    TOPIC = "household.obstacle_cleared"
    kind: str
    ref: UUID

    def apply(self, aggregate: Household) -> None:
        aggregate.obstacles.discard((self.kind, self.ref))


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenObstacle(HouseholdCommand):
    """Hold back the household's exit; `ref` is the id of what is open."""

    kind: str = code("obstacle_kind")
    ref: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearObstacle(HouseholdCommand):
    """Let go what was held back for this."""

    kind: str = code("obstacle_kind")
    ref: UUID


@decides(OpenObstacle)
def decide_open_obstacle(household: Household, command: OpenObstacle, decision: Decision) -> None:
    """E-OBSTACLE-KIND for an appeal, and for a warning that the register keeps itself; silent where it is open.

    As its checks say: E-STATE.
    """
    weigh(household, command, decision)
    open_obstacle(household, decision, command.effective_on, command.kind, command.ref)


@decides(ClearObstacle)
def decide_clear_obstacle(household: Household, command: ClearObstacle, decision: Decision) -> None:
    """E-OBSTACLE-KIND for an appeal, and for a warning that the register keeps itself; silent where it is not open.

    As its checks say: E-STATE.
    """
    weigh(household, command, decision)
    clear_obstacle(household, decision, command.effective_on, command.kind, command.ref)


def weigh(household: Household, command: OpenObstacle | ClearObstacle, decision: Decision) -> None:
    """What both commands ask for. Raises Refused."""
    require_live(household)
    refusals = begin(household, command, decision)
    refusals.unless(command.kind != APPEAL, "E-OBSTACLE-KIND", at="kind", kind=command.kind)
    refusals.raise_any()


def open_obstacle(household: Household, decision: Decision, effective_on: date, kind: str, ref: UUID) -> None:
    """Record that this is open, unless it is known; for the save of the case that causes it."""
    if (kind, ref) not in household.obstacles:
        household.trigger(ObstacleOpened, decision, effective_on, kind=kind, ref=ref)


def clear_obstacle(household: Household, decision: Decision, effective_on: date, kind: str, ref: UUID) -> None:
    """Record that this is no longer open, if it was; for the save that closes the case."""
    if (kind, ref) in household.obstacles:
        household.trigger(ObstacleCleared, decision, effective_on, kind=kind, ref=ref)


def check_no_obstacle(household: Household, refusals: Refusals) -> None:
    """E-OPEN-WARNING, E-OPEN-MISMATCH, E-OPEN-COMPLAINT, E-OPEN-FINDING, E-OPEN-APPEAL; E-CASE-OPEN while a clear-out runs."""
    for kind in sorted({kind for kind, _ in household.obstacles}):
        refs = sorted(str(ref) for other, ref in household.obstacles if other == kind)
        refusals.add(f"E-OPEN-{kind}", refs=refs)
    refusals.unless(CLEAR_OUT not in household.cases, "E-CASE-OPEN", procedure=CLEAR_OUT)
