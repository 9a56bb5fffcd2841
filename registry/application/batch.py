"""Many commands in one transaction: the bulk path of imports and of the demonstration.

The same service decides them, one after another, each seeing what the ones before it decided; only the save is shared. A refused
command leaves no trace and holds up nobody.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from eventsourcing.persistence import IntegrityError

from registry.aggregate import Aggregate
from registry.application.planning import Loader
from registry.application.request import Request
from registry.application.service import ATTEMPTS_MAX, CommandService, Conflict, VersionStale
from registry.application.shape import check_shape
from registry.command import Command
from registry.refusal import Refusals, Refused
from registry.store.command_result import CommandResult


class Given(NamedTuple):
    """A command of the batch and the circumstances that it was given in."""

    command: Command
    request: Request


Overtaken = Callable[[Given, Refused], None]


@dataclass(slots=True)
class Batch:
    """Commands to be saved together. Not for use by several threads.

    overtaken: told of a command that was accepted, but is refused now that somebody else has written in between.
    """

    service: CommandService
    overtaken: Overtaken
    _given: list[Given] = field(default_factory=list)
    _touched: dict[UUID, Aggregate] = field(default_factory=dict)
    _loader: Loader | None = None

    def add(self, command: Command, request: Request) -> Sequence[Aggregate]:
        """Decide a command; the aggregates hold what is to be recorded.

        Raises Refused, VersionStale, and then the batch is as it was.
        """
        refusals = Refusals()
        check_shape(command, refusals)
        refusals.raise_any()
        given = Given(command, request)
        aggregates = self._decide(given)
        self._given.append(given)
        return aggregates

    def save(self, result: CommandResult | None = None, *, attempts: int = ATTEMPTS_MAX) -> int:
        """Store everything, with `result`, in one transaction, and begin anew; return how many events.

        Where somebody else has written to one of the streams, all is decided again on what is there now; with one attempt that
        is left to the caller. Raises Conflict after so many attempts, CommandReplayed where a batch with this result was saved
        before; the batch is empty then too.
        """
        try:
            for attempt in range(attempts):
                if attempt:
                    self._decide_again()
                with suppress(IntegrityError):
                    return len(self.service.store.save(*self._touched.values(), command=result))
            raise Conflict(f"gave up after {attempts} attempts")
        finally:
            self._forget()
            self._given.clear()

    def __len__(self) -> int:
        return len(self._given)

    def _decide(self, given: Given) -> Sequence[Aggregate]:
        if self._loader is None:
            self._loader = self.service.new_loader()
        decision = self.service.decision(given.request)
        try:
            aggregates = self.service.decide(given.command, given.request, self._loader, decision)
        except Refused as refused:
            # A plan leaves aggregates alone that it refuses; the scope is asked afterwards, when they hold its events.
            if any(violation.code == "E-AUTH-SCOPE" for violation in refused.violations):
                self._decide_again()
            raise
        except VersionStale:  # likewise
            self._decide_again()
            raise
        self._touched |= {aggregate.id: aggregate for aggregate in aggregates}
        return aggregates

    def _decide_again(self) -> None:
        """All that was accepted, on a fresh view of the store; what is refused now is told and left out."""
        given, self._given = self._given, []
        self._forget()
        for each in given:
            try:
                self._decide(each)
            except Refused as refused:
                self.overtaken(each, refused)
            else:
                self._given.append(each)

    def _forget(self) -> None:
        self._touched.clear()
        self._loader = None
