"""Given/when/then for commands that concern several households and persons: a whole register in memory, driven by plans.

    a_register(opening(A), opening(B)).when(MergeHouseholds(...)).then(on(A, HouseholdMerged, HouseholdClosed), on(B, ...))

Every event is written and read under its Avro schema, and every aggregate is loaded from its events again for each command.
A refused command must leave nothing behind in any aggregate that it saw.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

from registry.aggregate import Aggregate
from registry.application.handlers import plan
from registry.application.shape import check_shape
from registry.command import Command
from registry.decision import Decision
from registry.event import RegistryEvent
from registry.household.household import Household
from registry.person.person import Person
from registry.policy.policy import PolicyBook
from registry.refusal import Refusals, Refused
from schemas.clock import SHANGHAI
from tests.support.scenario import (
    CONVERSATION,
    DAY_ONE,
    By,
    Seen,
    avro_mapper,
    legitimate,
    noon_of,
    places,
    shipped_policies,
)

A = TypeVar("A", bound=Aggregate)
Expected = tuple[UUID, tuple[type[RegistryEvent] | Seen, ...]]


def on(aggregate_id: UUID, *events: type[RegistryEvent] | Seen) -> Expected:
    """The events that are expected in one stream, in their order."""
    return aggregate_id, events


def a_register(*commands: Command | By | Iterable[Command | By]) -> Register:
    """A register that these commands made. A refusal on the way is the test's own mistake."""
    register = Register()
    for item in commands:
        for command in [item] if isinstance(item, Command | By) else item:
            register.take(command)
    return register


@dataclass
class Register:
    """Streams of events by aggregate; a loader for plans."""

    streams: dict[UUID, list[RegistryEvent]] = field(default_factory=dict)
    policies: PolicyBook = field(default_factory=shipped_policies)
    now: datetime = field(default_factory=lambda: noon_of(DAY_ONE))
    ids: Any = field(default_factory=lambda: count(1))
    loaded: dict[UUID, Any] = field(default_factory=dict)
    clock_stands: bool = False
    warned: list[tuple[str, str]] = field(default_factory=list)

    def aggregate(self, aggregate_class: type[A], aggregate_id: UUID) -> A:
        """The aggregate as its events add up to, the same one until the next command."""
        if aggregate_id not in self.loaded:
            replayed = aggregate_class.replay(None, self.events(aggregate_id))
            self.loaded[aggregate_id] = replayed or aggregate_class(aggregate_id)
        aggregate: A = self.loaded[aggregate_id]
        return aggregate

    def household(self, household_id: UUID) -> Household:
        """A household."""
        return self.aggregate(Household, household_id)

    def person(self, person_id: UUID) -> Person:
        """A person."""
        return self.aggregate(Person, person_id)

    def events(self, aggregate_id: UUID) -> Sequence[RegistryEvent]:
        """The stored events of a stream, as Avro gives them back."""
        mapper = avro_mapper()
        return [mapper.to_domain_event(mapper.to_stored_event(event)) for event in self.streams.get(aggregate_id, [])]

    def event(self, aggregate_id: UUID, event_class: type[RegistryEvent], number: int = 1) -> RegistryEvent:
        """The stream's first (second, ...) event of this class."""
        return [e for e in self.streams[aggregate_id] if type(e) is event_class][number - 1]

    def today(self, today: date) -> Register:
        """Let the clock stand at noon of this day."""
        self.now, self.clock_stands = noon_of(today), True
        return self

    def under(self, policies: PolicyBook) -> Register:
        """Decide under these policies from here on."""
        self.policies = policies
        return self

    def take(self, step: Command | By) -> list[RegistryEvent]:
        """Carry out a command, keep its events and tell them. Raises Refused."""
        command, who = (step.command, step.actor) if isinstance(step, By) else (step, legitimate(step))
        self._advance(command.effective_on)
        refusals = Refusals()
        check_shape(command, refusals)
        refusals.raise_any()
        self.loaded = {}
        aggregates = plan(command, self, self.decision(who))
        assert len({id(aggregate) for aggregate in aggregates}) == len(aggregates), "an aggregate would be saved twice"
        self.warned = [(w.code, w.field) for aggregate in aggregates for w in aggregate.warnings]
        recorded = [event for aggregate in aggregates for event in aggregate.collect_events()]
        for aggregate in self.loaded.values():
            assert not aggregate.pending, f"{aggregate.TOPIC} {aggregate.id} was changed, but is not to be saved"
        for event in recorded:
            stream = self.streams.setdefault(event.originator_id, [])
            assert event.originator_version == len(stream) + 1
            stream.append(event)
        for aggregate in aggregates:
            again = type(aggregate).replay(None, self.events(aggregate.id)) or type(aggregate)(aggregate.id)
            assert state_of(again) == state_of(aggregate), "a replay gives another state"
        return recorded

    def when(self, step: Command | By) -> RegisterOutcome:
        """Give one command and look at what came of it."""
        self._advance((step.command if isinstance(step, By) else step).effective_on)
        try:
            return RegisterOutcome(self, self.take(step), None)
        except Refused as refused:
            return RegisterOutcome(self, [], refused)

    def decision(self, who: Any) -> Decision:
        """The circumstances of the next decision."""
        return Decision(
            actor=who,
            source="API",
            correlation_id=CONVERSATION,
            causation_id=CONVERSATION,
            now=self.now,
            today=self.now.astimezone(SHANGHAI).date(),
            policy_for=self.policies.for_,
            next_id=lambda: UUID(int=next(self.ids)),
            divisions=places(),
        )

    def _advance(self, effective_on: date) -> None:
        """Nobody records tomorrow's facts: the clock is at least at the command's day, unless the test set it."""
        if not self.clock_stands:
            self.now = max(self.now, noon_of(effective_on))


@dataclass
class RegisterOutcome:
    """What one command did to the register."""

    register: Register
    recorded: list[RegistryEvent]
    refused: Refused | None

    def then(self, *expected: Expected) -> Register:
        """Exactly these events, in these streams."""
        assert self.refused is None, f"refused: {self.refused.violations}"
        wanted = {stream: [e if isinstance(e, Seen) else Seen(e, {}) for e in events] for stream, events in expected}
        found: dict[UUID, list[RegistryEvent]] = {}
        for event in self.recorded:
            found.setdefault(event.originator_id, []).append(event)
        assert {s: [type(e) for e in events] for s, events in found.items()} == {
            s: [item.event_class for item in items] for s, items in wanted.items()
        }
        for stream, items in wanted.items():
            for event, item in zip(found[stream], items, strict=True):
                assert {name: getattr(event, name) for name in item.fields} == item.fields
        return self.register

    def then_refuses(self, *codes: str) -> RegisterOutcome:
        """Refused for exactly these reasons, and nothing is left behind."""
        assert self.refused is not None, f"accepted: {[type(event).__name__ for event in self.recorded]}"
        assert sorted({v.code for v in self.refused.violations}) == sorted(set(codes))
        for aggregate in self.register.loaded.values():
            again = type(aggregate).replay(None, self.register.events(aggregate.id)) or type(aggregate)(aggregate.id)
            assert not aggregate.pending, "events were left behind"
            assert state_of(again) == state_of(aggregate), "an aggregate was changed"
        return self

    def then_nothing_happens(self) -> Register:
        """Accepted, and nothing to record."""
        assert self.refused is None, f"refused: {self.refused.violations}"
        assert not self.recorded
        return self.register

    def fields(self, code: str) -> list[str]:
        """The fields at which this rule was broken."""
        assert self.refused is not None
        return [v.field for v in self.refused.violations if v.code == code]


def state_of(aggregate: Aggregate) -> dict[str, Any]:
    """Everything that an aggregate knows, to compare."""
    return copy.deepcopy({name: value for name, value in vars(aggregate).items() if not name.startswith("_")})
