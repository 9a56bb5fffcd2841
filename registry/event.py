"""The envelope that every event carries, and how an event enters the library.

An event class is `class Thing(RegistryEvent)` with a stable `TOPIC` (the event type), the body fields of its Avro schema as
annotations, and `apply(aggregate)`. Declaring the class registers its event type, so one module has to import them all.
"""

from datetime import date
from typing import Any, ClassVar, TypedDict
from uuid import UUID

from eventsourcing.domain import AggregateEvent
from eventsourcing.utils import register_topic

NO_HASH = bytes(32)


class ActorFacts(TypedDict):
    """Who decided: opaque id, role, organisation and division codes."""

    id: str
    role: str
    org: str
    division: str


class Evidence(TypedDict):
    """A paper behind an event: its kind (code table evidence_kind) and the SHA-256 of its bytes."""

    kind: str
    sha256: bytes


class RegistryEvent(AggregateEvent):
    """An event with the registry's envelope; `timestamp` (the library's name) is `recorded_at`.

    The store sets `timestamp` and `previous_hash` within the write transaction.
    """

    TOPIC: ClassVar[str]
    VOIDS: ClassVar[bool] = False
    """Whether the event says that the fact named by `corrects_event_id` never was."""

    event_id: UUID
    effective_on: date
    actor: ActorFacts
    source: str
    correlation_id: UUID
    causation_id: UUID
    policy_version: str
    reason_code: str | None
    evidence: list[Evidence]
    corrects_event_id: UUID | None
    division: str
    previous_hash: bytes

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "TOPIC" in cls.__dict__:
            register_topic(cls.TOPIC, cls)

    def mutate(self, aggregate: Any) -> Any:
        """Apply to the aggregate; the versions' continuity is the store's to check on writing and the loader's on reading.

        A correction changes nothing here: its fact is taken in its old place (`registry.correction`).
        """
        if self.corrects_event_id is None:
            self.apply(aggregate)
        aggregate.version = self.originator_version
        return aggregate
