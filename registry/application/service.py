"""The command service: authorise, load, decide, save; again from the beginning where somebody else was faster.

Everything that a command needs is passed in here once. The API, the import and the demonstration give their commands to this
same service; nothing else writes events.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from eventsourcing.persistence import IntegrityError

from registry.aggregate import Aggregate
from registry.application.handlers import plan
from registry.application.places import places_named
from registry.application.planning import Loader
from registry.application.request import Outcome, Request
from registry.application.shape import check_shape
from registry.command import Command, action_of
from registry.decision import Decision, IdSource, PolicyFor
from registry.event import RegistryEvent
from registry.household.command import HouseholdCommand
from registry.refusal import Refusals, Refused, Violation, refuse
from registry.store.command_result import CommandResult
from registry.store.errors import CommandReplayed, IdempotencyMismatch
from registry.store.retry import retry_on_conflict
from schemas.access import Actor, decide
from schemas.clock import Clock, shanghai_date
from schemas.divisions import Divisions

ATTEMPTS_MAX = 5
"""Load-decide-save rounds under contention before the sender is told of the conflict (409)."""
CREATED = 201
OK = 200


class VersionStale(Exception):
    """E-PRECONDITION: the household has moved on since the sender saw it; `present` is its version now."""

    code = "E-PRECONDITION"

    def __init__(self, expected: int, present: int) -> None:
        super().__init__(f"version {expected} was expected, the present one is {present}")
        self.present = present


class Conflict(Exception):
    """E-CONCURRENCY: others kept changing the household; nothing was recorded, the command may be sent again."""

    code = "E-CONCURRENCY"


def at_once(_failed: int) -> None:
    """The pause of tests and of those who are alone: none."""


class EventStore(Protocol):
    """What the service needs of the store's application."""

    def save(self, *aggregates: Any, command: CommandResult | None = None) -> Any:
        """Store the pending events of all aggregates, and the command's result, in one transaction."""

    def find_command_result(self, actor: str, key: str) -> CommandResult | None:
        """What was answered to an accepted command."""


@dataclass(frozen=True, slots=True)
class CommandService:
    """Executes commands. One per process; safe for use by several threads.

    new_loader: gives a fresh view of the store; each attempt has one of its own; pause: waits before a further attempt, given the
    number of failed ones.
    """

    store: EventStore
    new_loader: Callable[[], Loader]
    clock: Clock
    next_id: IdSource
    policy_for: PolicyFor
    divisions: Callable[[], Divisions]
    pause: Callable[[int], None] = at_once

    def execute(self, command: Command, request: Request) -> Outcome:
        """Carry out one command.

        Raises Refused with every violation (E-AUTH-ROLE and E-AUTH-SCOPE among them), VersionStale, Conflict,
        IdempotencyMismatch; nothing is recorded then. A repeated key gives the first outcome, with `replayed` set.
        """
        self.authorise_role(type(command), request.actor)
        earlier = self.answered_before(request)
        if earlier is not None:
            return earlier
        refusals = Refusals()
        check_shape(command, refusals)
        refusals.raise_any()
        try:
            return self._execute(command, request)
        except (Refused, VersionStale, Conflict):
            # Sent twice, it may have been accepted just now through the other attempt: what refuses it is its own trace.
            earlier = self.answered_before(request)
            if earlier is None:
                raise
            return earlier

    def answered_before(self, request: Request) -> Outcome | None:
        """What the same request was answered before, if it has a key. Raises IdempotencyMismatch."""
        if request.idempotency_key is None:
            return None
        earlier = self.store.find_command_result(request.actor.user_id, request.idempotency_key)
        return None if earlier is None else _replayed(earlier, request)

    def authorise(self, command: Command, actor: Actor) -> None:
        """Raises Refused (E-AUTH-ROLE, E-AUTH-SCOPE) unless the actor may give this command where it would act."""
        self.authorise_role(type(command), actor)
        self._authorise_places(command, places_named(command, self.new_loader(), actor), actor)

    def weigh(self, command: Command, request: Request) -> None:
        """Ask all that `execute` would ask, and record nothing. Raises Refused, VersionStale."""
        self.decide(command, request, self.new_loader(), self.decision(request))

    def decision(self, request: Request) -> Decision:
        """The circumstances of one decision, as of now."""
        now = self.clock.now()
        actor = request.actor
        return Decision(
            actor={"id": actor.user_id, "role": actor.role, "org": actor.organisation, "division": actor.division},
            source=request.source,
            correlation_id=request.correlation_id,
            causation_id=request.causation_id,
            now=now,
            today=shanghai_date(now),
            policy_for=self.policy_for,
            next_id=self.next_id,
            divisions=self.divisions(),
        )

    def decide(self, command: Command, request: Request, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
        """Weigh a command without saving; the aggregates hold what is to be recorded.

        First who asks, then what he saw, then the rules: nobody learns the state of a household outside his division. Raises
        Refused, VersionStale.
        """
        self.authorise_role(type(command), request.actor)
        self._authorise_places(command, places_named(command, loader, request.actor), request.actor)
        if isinstance(command, HouseholdCommand):
            _check_version(loader.household(command.household_id), request)
        aggregates = plan(command, loader, decision)
        _check_version(aggregates[0], request)
        self._authorise_places(command, _places(aggregates, decision), request.actor)
        return aggregates

    def _execute(self, command: Command, request: Request) -> Outcome:
        try:
            return retry_on_conflict(lambda: self._attempt(command, request), attempts=ATTEMPTS_MAX, pause=self.pause)
        except CommandReplayed as replay:
            return _replayed(replay.result, request)
        except IntegrityError:
            raise Conflict(f"gave up after {ATTEMPTS_MAX} attempts") from None

    def _attempt(self, command: Command, request: Request) -> Outcome:
        aggregates = self.decide(command, request, self.new_loader(), self.decision(request))
        outcome = _outcome(aggregates[0], aggregates)
        self.store.save(*aggregates, command=_result(outcome, request))
        return outcome

    def authorise_role(self, command_class: type[Command], actor: Actor) -> None:
        """Raises Refused (E-AUTH-ROLE) if the actor's role may not give this command anywhere."""
        violation = decide(actor, action_of(command_class), None)
        if violation is not None:
            refuse(violation, action=action_of(command_class), role=actor.role)

    def _authorise_places(self, command: Command, places: Iterable[str], actor: Actor) -> None:
        """Raises Refused (E-AUTH-SCOPE) unless every place lies in the actor's division."""
        for division in places:
            violation = decide(actor, action_of(type(command)), division)
            if violation is not None:
                refuse(violation, action=action_of(type(command)), scope=actor.division)


def _check_version(subject: Aggregate, request: Request) -> None:
    """Raises VersionStale unless the stored version is the one that the sender saw, if he says."""
    present = subject.version - len(subject.pending)
    if request.expected_version is not None and present != request.expected_version:
        raise VersionStale(request.expected_version, present)


def _places(aggregates: Iterable[Aggregate], decision: Decision) -> set[str]:
    """The divisions that this decision's events were made in. A move is decided where the household was.

    In a batch, events of decisions before it are pending too: they were weighed with their own actor.
    """
    mine = decision.actor
    return {event.division for aggregate in aggregates for event in aggregate.pending if event.actor is mine and event.division}


def _outcome(subject: Aggregate, aggregates: Sequence[Aggregate]) -> Outcome:
    events = tuple(_told(event) for aggregate in aggregates for event in aggregate.pending)
    created = bool(subject.pending) and subject.version == len(subject.pending)
    warnings = tuple(_warning(violation) for violation in subject.warnings)
    return Outcome(subject.id, subject.version, CREATED if created else OK, events, warnings)


def _told(event: RegistryEvent) -> dict[str, Any]:
    return {
        "event_id": str(event.event_id),
        "type": event.TOPIC,
        "aggregate_id": str(event.originator_id),
        "version": event.originator_version,
    }


def _warning(violation: Violation) -> dict[str, Any]:
    """Without words: who repeats the command may read another language."""
    params = {name: value if isinstance(value, int | str | list) else str(value) for name, value in violation.params.items()}
    return {"code": violation.code, "field": violation.field, "params": params}


def body_of(outcome: Outcome) -> dict[str, Any]:
    """The outcome as a JSON object."""
    body: dict[str, Any] = {"aggregate_id": str(outcome.aggregate_id), "version": outcome.version, "events": list(outcome.events)}
    return body | ({"warnings": list(outcome.warnings)} if outcome.warnings else {})


def _result(outcome: Outcome, request: Request) -> CommandResult | None:
    if request.idempotency_key is None:
        return None
    body = json.dumps(body_of(outcome), separators=(",", ":")).encode()
    return CommandResult(request.actor.user_id, request.idempotency_key, request.digest, outcome.status, body)


def _replayed(result: CommandResult, request: Request) -> Outcome:
    if result.request_digest != request.digest:
        raise IdempotencyMismatch(result.key)
    body = json.loads(result.body)
    events, warnings = tuple(body["events"]), tuple(body.get("warnings", ()))
    return Outcome(UUID(body["aggregate_id"]), body["version"], result.status, events, warnings, replayed=True)
