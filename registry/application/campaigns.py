"""Commands about campaigns: a mismatch and its household's obstacle are decided, and saved, together.

An open mismatch holds back the household's exit (`registry.household.obstacles`): both streams say so in one transaction.
"""

from collections.abc import Sequence
from uuid import UUID

from registry.aggregate import Aggregate
from registry.application.planning import Loader, all_or_nothing, handles, known_household
from registry.campaigns.comparison_runs import CloseComparisonRun, ComparisonRuns, OpenComparisonRun, runs_id_of
from registry.campaigns.finding import FindMismatch, Hit
from registry.campaigns.handling import (
    LINKED,
    ActOnMismatch,
    AssignMismatch,
    CloseMismatch,
    MismatchCommand,
    RecordMismatchVerdict,
)
from registry.campaigns.mismatch import Mismatch
from registry.campaigns.sweep_target import (
    CheckSweepTarget,
    Listing,
    ListSweepTarget,
    SweepTarget,
    SweepTargetCommand,
    target_id_of,
)
from registry.campaigns.sweeps import CloseSweep, OpenSweep, Sweeps, sweeps_id_of
from registry.command import decider_of
from registry.decision import Decision
from registry.household.case import case_id_of
from registry.household.obstacles import clear_obstacle, open_obstacle
from registry.refusal import refuse

OBSTACLE = "MISMATCH"


@handles(OpenComparisonRun, CloseComparisonRun)
def decide_run(command: OpenComparisonRun | CloseComparisonRun, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The stream of the runs of the actor's province."""
    runs = loader.aggregate(ComparisonRuns, runs_id_of(decision.actor["division"]))
    decider_of(type(command))(runs, command, decision)
    return [runs]


@handles(FindMismatch)
def find_mismatch(command: FindMismatch, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The mismatch, and the household whose exit it holds back. E-HOUSEHOLD-UNKNOWN."""
    household = known_household(command.household_id, loader)
    mismatch = loader.aggregate(Mismatch, command.mismatch_id)
    runs = loader.aggregate(ComparisonRuns, runs_id_of(household.division))
    decider_of(FindMismatch)(Hit(mismatch, runs, household), command, decision)
    if mismatch.is_open:
        open_obstacle(household, decision, decision.today, OBSTACLE, mismatch.id)
    return [mismatch, household]


@handles(AssignMismatch, RecordMismatchVerdict, ActOnMismatch, CloseMismatch)
def decide_mismatch(command: MismatchCommand, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The mismatch, and the household once nothing is left to do. E-MISMATCH-LINK for a case that there never was."""
    mismatch = loader.aggregate(Mismatch, command.mismatch_id)
    with all_or_nothing(mismatch):
        decider_of(type(command))(mismatch, command, decision)
        assert mismatch.household_id is not None
        household = loader.household(mismatch.household_id)
        if isinstance(command, ActOnMismatch) and command.linked_case_id is not None and command.outcome in LINKED:
            known = range(1, household.case_counts.get(command.outcome, 0) + 1)
            if command.linked_case_id not in {case_id_of(household.id, command.outcome, number) for number in known}:
                refuse("E-MISMATCH-LINK", at="linked_case_id", outcome=command.outcome)
    if mismatch.is_open:
        return [mismatch]
    clear_obstacle(household, decision, decision.today, OBSTACLE, mismatch.id)
    return [mismatch, household]


@handles(OpenSweep, CloseSweep)
def decide_sweep(command: OpenSweep | CloseSweep, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The stream of the sweeps of the actor's province."""
    sweeps = loader.aggregate(Sweeps, sweeps_id_of(decision.actor["division"]))
    decider_of(type(command))(sweeps, command, decision)
    return [sweeps]


@handles(ListSweepTarget, CheckSweepTarget)
def decide_sweep_target(command: SweepTargetCommand, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The household's stream in the sweep. E-HOUSEHOLD-UNKNOWN."""
    household = known_household(command.household_id, loader)
    target = loader.aggregate(SweepTarget, target_id_of(command.sweep_id, command.household_id))
    sweeps = loader.aggregate(Sweeps, sweeps_id_of(household.division))
    decider_of(type(command))(Listing(target, sweeps, household), command, decision)
    return [target]


def is_own_mismatch(kind: str, ref: UUID, loader: Loader) -> bool:
    """Whether an obstacle is that of a mismatch that the register keeps: it goes with the mismatch, and by nobody's hand."""
    return kind == OBSTACLE and any(event.TOPIC.startswith("campaign.") for event in loader.events(ref))
