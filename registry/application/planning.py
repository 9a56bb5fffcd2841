"""What a plan is, what it may read, and what plans have in common.

A plan decides a command and saves nothing: it returns the aggregates that hold what is to be recorded, the command's own subject
first. Commands that concern more than one household declare theirs with `@handles`.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar
from uuid import UUID

from registry.aggregate import Aggregate
from registry.command import Command, decider_of
from registry.decision import Decision
from registry.event import RegistryEvent
from registry.household.household import Household
from registry.person.person import Person
from registry.refusal import Refused, refuse

A = TypeVar("A", bound=Aggregate)


class Loader(Protocol):
    """What a plan may read. The same aggregate is given every time within a unit of work, so that decisions add up."""

    def aggregate(self, aggregate_class: type[A], aggregate_id: UUID, /) -> A:
        """The aggregate as it stands; at version 0 if there is none yet."""
        ...

    def household(self, household_id: UUID, /) -> Household:
        """The household; at version 0 if the register does not know it."""
        ...

    def person(self, person_id: UUID, /) -> Person:
        """The person; at version 0 if never a member of a household."""
        ...

    def events(self, aggregate_id: UUID, /) -> Sequence[RegistryEvent]:
        """All stored events of a stream, oldest first; pending ones are with the aggregate."""
        ...


Plan = Callable[[Any, Loader, Decision], Sequence[Aggregate]]
P = TypeVar("P", bound=Plan)
_plans: dict[type[Command], Plan] = {}


def handles(*command_classes: type[Command]) -> Callable[[P], P]:
    """Declare the plan of commands that need more than their household's decider."""

    def register(plan: P) -> P:
        for command_class in command_classes:
            if command_class in _plans:
                raise ValueError(f"{command_class.__name__} has two plans")
            _plans[command_class] = plan
        return plan

    return register


def plan_of(command_class: type[Command]) -> Plan:
    """The declared plan of a command, or the one of most commands."""
    return _plans.get(command_class, decide_known_household)


def known_household(household_id: UUID, loader: Loader, at: str = "household_id") -> Household:
    """A household that the register knows. Raises Refused (E-HOUSEHOLD-UNKNOWN)."""
    household = loader.household(household_id)
    if household.version == 0:
        refuse("E-HOUSEHOLD-UNKNOWN", at=at)
    return household


def decide_known_household(command: Any, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The plan of most commands: one household's decider."""
    household = known_household(command.household_id, loader)
    decider_of(type(command))(household, command, decision)
    return [household]


def decide_any_household(command: Any, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The plan of commands with which the register may first hear of a household."""
    household = loader.household(command.household_id)
    decider_of(type(command))(household, command, decision)
    return [household]


@contextmanager
def all_or_nothing(*aggregates: Aggregate) -> Iterator[None]:
    """Where the last of several decisions refuses, these aggregates are put back as they were before the first."""
    before = [(aggregate, _state_before(aggregate), aggregate.pending) for aggregate in aggregates]
    try:
        yield
    except Refused:
        for aggregate, state, pending in before:
            vars(aggregate).update(state, _pending=list(pending))
        raise


def _state_before(aggregate: Aggregate) -> dict[str, Any]:
    """A copy of what the aggregate knows; one that knows nothing yet is made anew, which is quicker."""
    if aggregate.version == 0:
        return vars(type(aggregate)(aggregate.id))
    return copy.deepcopy({name: value for name, value in vars(aggregate).items() if name != "_pending"})
