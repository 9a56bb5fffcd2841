"""Facts that were recorded wrongly: the county says them again, or that they never were."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from deploy.demo.turn import Step, Turn
from registry.command import Command
from registry.event import RegistryEvent
from registry.household.corrections import CorrectFact, VoidFact


def correct_visit(turn: Turn, visit_id: UUID, on: date) -> Iterator[Step]:
    """The visit was longer than it was entered."""
    minutes = turn.chance.randint(20, 90)
    yield _about(turn, _of_visit(visit_id), lambda fact: _said_again(turn, on, fact, minutes=minutes))


def void_visit(turn: Turn, visit_id: UUID) -> Iterator[Step]:
    """The visit was entered twice."""
    yield _about(turn, _of_visit(visit_id), lambda fact: _never_was(turn, fact))


def correct_amount(turn: Turn, subsidy_id: UUID, on: date, amount: Any) -> Iterator[Step]:
    """The amount that was paid was another one."""
    yield _about(
        turn,
        lambda event: getattr(event, "subsidy_id", None) == subsidy_id,
        lambda fact: _said_again(turn, on, fact, amount=amount),
    )


def correct_birthday(turn: Turn, person_id: UUID, on: date) -> Iterator[Step]:
    """The new member had come on another day than was entered."""
    if person_id in turn.life.members:
        yield _about(
            turn,
            lambda event: getattr(event, "person_id", None) == person_id,
            lambda fact: _said_again(turn, on, fact),
        )


def _of_visit(visit_id: UUID) -> Callable[[RegistryEvent], bool]:
    return lambda event: getattr(event, "visit_id", None) == visit_id


def _about(turn: Turn, is_meant: Callable[[RegistryEvent], bool], command: Callable[[RegistryEvent], Command]) -> Step:
    """A step whose command names an event by the id that the register gave it."""

    def told(stream: list[RegistryEvent]) -> Command:
        meant = next((event for event in stream if is_meant(event)), None)
        if meant is None:
            raise LookupError("the register does not have the fact that is to be corrected")
        return command(meant)

    return Step(turn.office.county, told, turn.life.household_id, turn.thread)


def _said_again(turn: Turn, on: date, fact: RegistryEvent, **facts: Any) -> Command:
    event_id: UUID = fact.event_id
    return CorrectFact(household_id=turn.life.household_id, effective_on=on, corrects_event_id=event_id, facts=facts)


def _never_was(turn: Turn, fact: RegistryEvent) -> Command:
    event_id: UUID = fact.event_id
    return VoidFact(household_id=turn.life.household_id, effective_on=turn.today, corrects_event_id=event_id)
