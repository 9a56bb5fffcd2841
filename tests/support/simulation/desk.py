"""A process that takes commands: one at a time, or many in a batch; and closes the periods that ended."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from registry.application.batch import Batch, Given
from registry.application.service import Conflict, VersionStale
from registry.command import Command
from registry.household.command import HouseholdCommand
from registry.household.household import Household
from registry.household.relocation import RelocateHousehold
from registry.refusal import Refused
from registry.store.command_result import CommandResult
from registry.store.errors import CommandReplayed
from schemas.access import Actor
from schemas.clock import shanghai_date
from tests.support.histories import do as command_on
from tests.support.histories import grown_up
from tests.support.next_step import imported, next_commands
from tests.support.random_commands import somebody
from tests.support.random_lives import VILLAGES, any_change
from tests.support.scenario import PROVINCE
from tests.support.simulation.ledger import Events, Sent
from tests.support.simulation.worker import OUTSIDE, Worker
from tests.support.simulation.world import Side

HOUSEHOLDS = tuple(UUID(int=(0xB0 << 120) + number) for number in range(12))
WRONG_BY = (timedelta(), timedelta(), timedelta(minutes=7), timedelta(minutes=-7), timedelta(days=-2))
"""How wrong the clock of a machine may be."""


class Desk(Worker):
    """Executes commands, each with a key, on a write side of its own."""

    side: Side
    sent: Sent | None = None

    def open(self) -> None:
        self.side = Side(self.world, self.opened, lambda: self.chance)
        self.side.clock.wrong_by = self.chance.choice(WRONG_BY)

    def bury(self) -> None:
        super().bury()
        if self.process.life.dead and self.sent is not None:  # killed on the way
            self._landed(self.sent)

    def work(self) -> str:
        kind = self.chance.random()
        if kind < 0.08:
            return f"closes {len(self.side.store.close_periods())} periods"
        again = self.world.ledger.one_without_answer(self.chance) if kind < 0.4 else None
        return self.send(again or self._something_new())

    def send(self, sent: Sent) -> str:
        """Execute it, and tell its sender."""
        self.sent = sent
        sent.in_flight += 1
        try:
            what = self._execute_batch(sent) if sent.in_batch else self._execute(sent)
        except (Refused, VersionStale):
            self.world.ledger.refused(sent)
            what = "refuses"
        except (Conflict, *OUTSIDE) as error:
            what = f"does not know ({type(error).__name__}) about"
            if isinstance(error, OUTSIDE) and self.chance.random() < 0.3:
                self._close()
            sent.abandoned = sent.abandoned or self.chance.random() < 0.05
        self._landed(sent)
        self.world.done[what.split("(")[0].strip()] += 1
        return f"{what} {sent.key}: {', '.join(type(command).__name__ for command in sent.commands)}"

    def _landed(self, sent: Sent) -> None:
        sent.in_flight -= 1
        self.sent = None

    def _execute(self, sent: Sent) -> str:
        outcome = self.side.service.execute(sent.commands[0], sent.request())
        self.world.ledger.accepted(sent, _told(outcome.events))
        return "repeats" if outcome.replayed else "accepts"

    def _execute_batch(self, sent: Sent) -> str:
        batch = Batch(self.side.service, _none_is_overtaken)
        for command in sent.commands:
            with suppress(Refused):
                batch.add(command, replace(sent.request(), idempotency_key=None))
        pending = [event for aggregate in batch._touched.values() for event in aggregate.pending]
        events = [{"event_id": str(event.event_id), "version": event.originator_version} for event in pending]
        body = json.dumps({"events": events}).encode()
        try:
            batch.save(CommandResult(sent.actor.user_id, sent.key, sent.key.encode(), 200, body), attempts=1)
        except CommandReplayed as replay:
            self.world.ledger.accepted(sent, events_in(replay.result))
            return "repeats the batch"
        self.world.ledger.accepted(sent, _told(events))
        return "accepts the batch"

    def _something_new(self) -> Sent:
        """Somebody does what could be done next with some household, or something else."""
        chance = self.chance
        in_batch = chance.random() < 0.12
        households = chance.sample(HOUSEHOLDS, 3) if in_batch else [self._some_household()]
        commands = [command for household_id in households for command in self._commands(household_id)]
        commands = commands if in_batch else [chance.choice(commands)]
        who = somebody(commands[0], chance)
        expected = None
        if not in_batch and chance.random() < 0.2:
            version = self.side.service.new_loader().household(households[0]).version
            expected = version - (chance.random() < 0.2)
        ledger = self.world.ledger
        return ledger.add(
            Sent(
                key=f"key-{len(ledger.sent) + 1}",
                conversation=UUID(int=chance.getrandbits(128)),
                actor=Actor(who["id"], who["role"], who["org"], PROVINCE),
                commands=commands,
                expected_version=expected,
                in_batch=in_batch,
            )
        )

    def _some_household(self) -> UUID:
        """Often one that another desk is at."""
        elsewhere = [sent.commands[0] for sent in self.world.ledger.sent[-40:] if sent.in_flight]
        if elsewhere and self.chance.random() < 0.6:
            busy = self.chance.choice(elsewhere)
            assert isinstance(busy, HouseholdCommand)
            return busy.household_id
        return self.chance.choice(HOUSEHOLDS)

    def _commands(self, household_id: UUID) -> Iterator[Command]:
        chance = self.chance
        household = self.side.service.new_loader().aggregate(Household, household_id)
        today = shanghai_date(self.side.clock.now())
        options = [command for command in next_commands(household, today, chance) if command.effective_on <= today]
        late = today - timedelta(days=chance.choice((0, 0, 2, 20)))
        kind = chance.random()
        if household.status == "NONE" and kind < 0.8:
            chosen = self._imported(household_id, today)
        elif household.status != "NONE" and kind < 0.3:  # what everybody may see of it changes
            chosen = command_on(RelocateHousehold, today, to_division=chance.choice(VILLAGES))
        elif options and kind < 0.8:
            chosen = chance.choice(options)
        else:
            chosen = any_change(household, late, chance)
        assert isinstance(chosen, HouseholdCommand)
        yield replace(chosen, household_id=household_id)

    def _imported(self, household_id: UUID, today: date) -> Command:
        """Of people of its own, mostly; else of some that many claim."""
        command = imported(today, self.chance)
        number = 100 + 10 * HOUSEHOLDS.index(household_id)
        people = (grown_up(number, "HEAD"), grown_up(number + 1, "OTHER"))
        return replace(command, members=people) if self.chance.random() < 0.9 else command  # type: ignore[call-arg]


def events_in(result: CommandResult) -> Events:
    """The events that a stored answer tells of."""
    return _told(json.loads(result.body)["events"])


def _told(events: Iterable[dict[str, Any]]) -> Events:
    return tuple((event["event_id"], event["version"]) for event in events)


def _none_is_overtaken(_given: Given, refused: Refused) -> None:
    raise refused
