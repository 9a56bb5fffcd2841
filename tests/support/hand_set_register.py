"""A register on disk whose clock is set by hand: the real store, vault and tokens, with the villages of the tests.

with an_installation(folder) as side:
    give(side, in_ledger())
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from deploy.clocks import HandSetClock
from deploy.composition.reference_documents import REGISTRY
from deploy.composition.write_side import WriteSide, prepare, write_side
from deploy.settings import Settings
from registry.application.request import Outcome, Request
from registry.command import Command
from registry.event import ActorFacts
from registry.reference.division_set import ChangedDivision, ChangeDivisions
from schemas.access import Actor
from tests.support.scenario import CLOSED_VILLAGE, DAY_ONE, FAR_VILLAGE, OTHER_VILLAGE, VILLAGE, By, Step, legitimate, noon_of

TEST_VILLAGES = {VILLAGE: None, OTHER_VILLAGE: None, FAR_VILLAGE: None, CLOSED_VILLAGE: date(2017, 12, 31)}
"""Village -> its last day."""


def settings_for(folder: Path, **options: Any) -> Settings:
    """Settings of an installation in this folder, which takes made-up ID numbers."""
    return Settings.read({}, data=str(folder), synthetic_ids=True, **options)


@contextmanager
def an_installation(folder: Path, start: date = DAY_ONE, **options: Any) -> Iterator[WriteSide]:
    """An installation that begins at noon of that day. `options`: those of write_side."""
    make_installation(folder, start)
    with opened_installation(folder, start, **options) as side:
        yield side


def make_installation(folder: Path, start: date = DAY_ONE) -> None:
    """Prepare an installation with the villages of the tests; its folder may be copied."""
    prepare(settings_for(folder), clock=HandSetClock(noon_of(start)))
    with opened_installation(folder, start) as side:
        add_villages(side)


@contextmanager
def opened_installation(folder: Path, start: date = DAY_ONE, **options: Any) -> Iterator[WriteSide]:
    """The write side of an installation that was made, at noon of that day."""
    with write_side(settings_for(folder), clock=HandSetClock(noon_of(start)), **options) as side:
        yield side


def add_villages(side: WriteSide) -> None:
    """Let the register know the villages of the tests."""
    villages = tuple(
        ChangedDivision(code=code, level="VILLAGE", name_zh="示例村", valid_to=valid_to)
        for code, valid_to in TEST_VILLAGES.items()
    )
    command = ChangeDivisions(effective_on=DAY_ONE, edition="tests", divisions=villages)
    side.service.execute(command, request_of(side, REGISTRY))
    side.shelf.refresh()


def actor_of(facts: ActorFacts) -> Actor:
    """The actor of the tests as access rules know one."""
    return Actor(facts["id"], facts["role"], facts["org"], facts["division"])


def request_of(side: WriteSide, actor: Actor, **circumstances: Any) -> Request:
    """A request of this actor, in a conversation of its own."""
    conversation = side.next_id()
    return Request(actor, "API", conversation, conversation, **circumstances)


def give(side: WriteSide, steps: Iterable[Step]) -> list[Outcome]:
    """Execute a history, each command by somebody who may give it, on its own day."""
    return [give_one(side, step) for step in steps]


def give_one(side: WriteSide, step: Step, **circumstances: Any) -> Outcome:
    """Execute one command; the clock is at least at its day."""
    assert isinstance(step, By | Command)
    command, who = (step.command, step.actor) if isinstance(step, By) else (step, legitimate(step))
    move_clock(side, command.effective_on)
    return side.service.execute(command, request_of(side, actor_of(who), **circumstances))


def move_clock(side: WriteSide, day: date) -> None:
    """Set the clock to noon of that day, unless it is later already."""
    assert isinstance(side.clock, HandSetClock)
    side.clock.set(max(side.clock.now(), noon_of(day)))
