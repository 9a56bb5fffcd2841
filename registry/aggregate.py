"""A stream of events and the state they add up to.

The library's declarative aggregate makes up creation events and asks the system for the time. Ours begins empty at version 0,
gets every circumstance from a Decision, and satisfies the library's protocol (id, version, collect_events), so that its
application, repository and event store work on it as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, ClassVar, Self
from uuid import UUID

from registry.correction import WholeStreamNeeded, as_corrected, is_corrected
from registry.decision import Decision
from registry.event import NO_HASH, Evidence, RegistryEvent
from registry.refusal import Violation


class OtherStream(Exception):
    """The stream of this id is another kind of aggregate's: somebody took a person's id for a household's."""


class Aggregate:
    """The base of every aggregate; `TOPIC` is its stable name, `EVENTS` the base of the events in its stream."""

    TOPIC: ClassVar[str]
    EVENTS: ClassVar[type[RegistryEvent]] = RegistryEvent

    def __init__(self, id: UUID) -> None:
        self.id = id
        self.version = 0
        self.division = ""
        self._pending: list[RegistryEvent] = []
        self._warnings: list[Violation] = []

    def trigger(
        self,
        event_class: type[RegistryEvent],
        decision: Decision,
        effective_on: date,
        *,
        reason_code: str | None = None,
        evidence: Iterable[Evidence] = (),
        corrects: UUID | None = None,
        division: str | None = None,
        **body: Any,
    ) -> None:
        """Make the next event, apply it and keep it for the save. `division` defaults to the aggregate's."""
        place = self.division if division is None else division
        make: Callable[..., RegistryEvent] = event_class  # its fields are the subclass's to know
        event = make(
            originator_id=self.id,
            originator_version=self.version + 1,
            timestamp=decision.now,
            event_id=decision.next_id(),
            effective_on=effective_on,
            actor=decision.actor,
            source=decision.source,
            correlation_id=decision.correlation_id,
            causation_id=decision.causation_id,
            policy_version=self.policy_version(decision, place, effective_on),
            reason_code=reason_code,
            evidence=list(evidence),
            corrects_event_id=corrects,
            division=place,
            previous_hash=NO_HASH,
            **body,
        )
        event.mutate(self)
        self._pending.append(event)

    def policy_version(self, decision: Decision, place: str, effective_on: date) -> str:
        """The version of the policy that this aggregate's decisions are made under."""
        return decision.policy_for(place, effective_on).version

    def warn(self, code: str, /, at: str = "", **params: Any) -> None:
        """Note something (`W-...`) that does not forbid the command; it is told with the acceptance."""
        self._warnings.append(Violation(code, at, params))

    @property
    def warnings(self) -> tuple[Violation, ...]:
        """What was noted since the last save."""
        return tuple(self._warnings)

    @property
    def pending(self) -> tuple[RegistryEvent, ...]:
        """Events that are not saved yet."""
        return tuple(self._pending)

    def collect_events(self) -> list[RegistryEvent]:
        """Hand the pending events over to be saved; afterwards none are pending."""
        collected, self._pending = self._pending, []
        self._warnings.clear()
        return collected

    def amend(self, stream: Sequence[RegistryEvent], correction: RegistryEvent) -> None:
        """Keep a correction for the save, and take over the state that the whole stream now adds up to.

        stream: every event so far, pending ones included.
        """
        again = type(self).replay(None, [*stream, correction])
        assert again is not None
        vars(self).update({name: value for name, value in vars(again).items() if name not in ("_pending", "_warnings")})
        self._pending.append(correction)

    @classmethod
    def replay(cls, aggregate: Self | None, events: Iterable[Any]) -> Self | None:
        """The library's projector function: fold stored events; None if there are none.

        Raises ValueError on a gap, WholeStreamNeeded where corrections come on top of what was folded before, OtherStream.
        """
        stream = list(events)
        if (aggregate is not None and type(aggregate) is not cls) or (stream and not isinstance(stream[0], cls.EVENTS)):
            raise OtherStream(f"no {cls.TOPIC} has this stream")
        if is_corrected(stream):
            if aggregate is not None:
                raise WholeStreamNeeded(f"stream {aggregate.id} was corrected after version {aggregate.version}")
            return cls._replay_corrected(stream)
        for event in stream:
            if aggregate is None:
                aggregate = cls(event.originator_id)
            elif event.originator_version != aggregate.version + 1:
                raise ValueError(f"version {event.originator_version} follows {aggregate.version} in stream {aggregate.id}")
            event.mutate(aggregate)
        return aggregate

    @classmethod
    def _replay_corrected(cls, stream: Sequence[RegistryEvent]) -> Self:
        aggregate = cls(stream[0].originator_id)
        for event, fact in as_corrected(stream):
            if event.originator_version != aggregate.version + 1:
                raise ValueError(f"version {event.originator_version} follows {aggregate.version} in stream {aggregate.id}")
            if fact is not None:
                fact.mutate(aggregate)
            aggregate.version = event.originator_version
        return aggregate
