"""Gives the steps of the demonstration to the register, chunk by chunk, and goes on where it stopped.

A chunk is saved with its key in one transaction. A demonstration that is started again lives through the chunks that are stored
without saying them, and goes on with the first that is not: nothing is lost, nothing is doubled, and the bytes are the same.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from deploy.clocks import HandSetClock
from deploy.composition.write_side import WriteSide
from deploy.demo.chunks import Chunk
from deploy.demo.registration import Registration
from deploy.demo.seeds import SeededBytes
from deploy.demo.turn import Step
from registry.application.batch import Batch, Given
from registry.application.request import Request
from registry.command import Command
from registry.refusal import Refused
from registry.store.command_result import CommandResult

_ACTOR = "demo"
_OK = 200
_SOURCE = "DEMO"


@dataclass(slots=True)
class Tally:
    """What became of the steps so far. not_meant: steps that should have been accepted, and were not, or the other way round."""

    commands: int = 0
    meant: int = 0
    not_meant: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Add what became of a chunk."""
        self.commands += other.commands
        self.meant += other.meant
        self.not_meant += other.not_meant


@dataclass(frozen=True, slots=True)
class Recorded:
    """A chunk that is in the store; `replayed` if it was there before."""

    chunk: Chunk
    tally: Tally
    replayed: bool


class Recorder:
    """Records chunks. Not for use by several threads, nor while others write."""

    def __init__(self, side: WriteSide, clock: HandSetClock, ids: SeededBytes, registration: Registration) -> None:
        self._side = side
        self._clock = clock
        self._ids = ids
        self._registration = registration
        self._batch = Batch(side.service, self._overtaken)

    def record(self, chunks: Iterable[Chunk]) -> Iterator[Recorded]:
        """Record all that are not stored yet, one after another."""
        going_on = True
        for chunk in chunks:
            stored = self._side.application.find_command_result(_ACTOR, chunk.key) if going_on else None
            if stored is not None:
                yield Recorded(chunk, _tally_of(stored), replayed=True)
                continue
            if going_on:
                going_on = False
                self._side.shelf.refresh()
            yield Recorded(chunk, self._record(chunk), replayed=False)

    def _record(self, chunk: Chunk) -> Tally:
        self._clock.set(max(self._clock.now(), chunk.at))
        self._registration.register([newcomer for step in chunk.steps for newcomer in step.newcomers])
        self._ids.begin(chunk.key)
        tally = Tally()
        for step in chunk.steps:
            self._give(step, tally)
        self._batch.save(_result(chunk, tally))
        if any(step.household_id is None for step in chunk.steps):
            self._side.shelf.refresh()
        return tally

    def _give(self, step: Step, tally: Tally) -> None:
        """Give one command, and note whether it went as it was meant to."""
        tally.commands += 1
        try:
            command = self._command_of(step)
        except LookupError as error:
            tally.not_meant.append(f"{step.household_id}: {error}")
            return
        try:
            self._batch.add(command, Request(step.actor, _SOURCE, step.thread, step.thread))
        except Refused as refused:
            if step.refused_for and step.refused_for in {violation.code for violation in refused.violations}:
                tally.meant += 1
            else:
                tally.not_meant.append(f"{type(command).__name__} {step.household_id}: {refused}")
        else:
            if step.refused_for:
                tally.not_meant.append(f"{type(command).__name__} {step.household_id}: accepted, not {step.refused_for}")

    def _command_of(self, step: Step) -> Command:
        if isinstance(step.command, Command):
            return step.command
        assert step.household_id is not None
        return step.command(list(self._side.application.events.get(step.household_id)))

    @staticmethod
    def _overtaken(given: Given, refused: Refused) -> None:
        raise refused


def _result(chunk: Chunk, tally: Tally) -> CommandResult:
    body = json.dumps({"commands": tally.commands, "meant": tally.meant, "not_meant": tally.not_meant}).encode()
    return CommandResult(_ACTOR, chunk.key, b"", _OK, body)


def _tally_of(stored: CommandResult) -> Tally:
    return Tally(**json.loads(stored.body))
