"""The library's application over our event store: what command handlers load aggregates from and save them to."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol, TypeVar
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    NotSupportedError,
    ProcessRecorder,
    Recording,
    TrackingRecorder,
)
from eventsourcing.utils import Environment, EnvType

from registry.store.command_result import CommandResult
from registry.store.event_store import RegistryEventStore
from registry.store.mapper import AvroMapper
from registry.store.repository import CheckoutRepository


class Stream(Protocol):
    """What the application needs of an aggregate."""

    id: UUID
    version: int

    @property
    def pending(self) -> tuple[Any, ...]:
        """Events that are not saved yet."""
        ...

    def collect_events(self) -> Any:
        """Hand the pending events over; afterwards none are pending."""
        ...


A = TypeVar("A", bound=Stream)


class RegistryApplication(Application[UUID]):
    """Loads and saves aggregates; configured by what it is given, never by the environment.

    cache_size, exclusive: see CheckoutRepository; timed: entered around each write.
    """

    name = "registry"
    events: RegistryEventStore
    repository: CheckoutRepository

    def __init__(
        self,
        store: RegistryEventStore,
        *,
        cache_size: int = 0,
        exclusive: bool = False,
        timed: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._store = store
        self._timed = timed
        self._cache_size = cache_size
        self._exclusive = exclusive
        super().__init__()

    def load(self, aggregate_class: type[A], aggregate_id: UUID, *, version: int | None = None) -> A:
        """The aggregate, as it is or as it was at a version. Raises AggregateNotFoundError."""
        loaded: A = self.repository.get(aggregate_id, version=version, projector_func=aggregate_class.replay)  # type: ignore[attr-defined]
        return loaded

    def save(  # type: ignore[override]
        self, *aggregates: Stream, command: CommandResult | None = None
    ) -> list[Recording[UUID]]:
        """Store the pending events of all these aggregates in one transaction, with the command's result.

        On success they are no longer pending and carry their stamp and hash; on failure nothing changed, neither in the store
        nor in the aggregates, which are to be thrown away. Raises what RegistryEventStore.put raises.
        """
        events = [event for aggregate in aggregates for event in aggregate.pending]
        with self._timed():
            recordings = self.events.put(events, command=command)
        for aggregate in aggregates:
            aggregate.collect_events()
            self.repository.keep(aggregate)
        return recordings

    def find_command_result(self, actor: str, key: str) -> CommandResult | None:
        """What was answered to an accepted command, or None."""
        return self.events.find_command_result(actor, key)

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        return Environment(name, {})

    def construct_factory(self, env: Environment) -> InfrastructureFactory[TrackingRecorder]:
        return _GivenStore(env, self._store)

    def construct_mapper(self) -> AvroMapper:
        return self._store.mapper

    def construct_recorder(self) -> ApplicationRecorder:
        return self._store.recorder

    def construct_event_store(self) -> RegistryEventStore:
        return self._store

    def construct_repository(self) -> CheckoutRepository:
        return CheckoutRepository(self._store, cache_size=self._cache_size, exclusive=self._exclusive)


class _GivenStore(InfrastructureFactory[TrackingRecorder]):
    """The factory that the library's application asks for: there is one store, made already."""

    def __init__(self, env: Environment, store: RegistryEventStore) -> None:
        super().__init__(env)
        self._store = store

    def application_recorder(self) -> ApplicationRecorder:
        return self._store.recorder

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        raise NotSupportedError("the registry keeps no snapshots")

    def tracking_recorder(self, tracking_recorder_class: type[Any] | None = None) -> Any:
        raise NotSupportedError("the registry tracks positions in the log")

    def process_recorder(self) -> ProcessRecorder:
        raise NotSupportedError("the registry tracks positions in the log")

    def close(self) -> None:
        # The library closes it when an application is forgotten; the store belongs to whoever opened it, and may serve others.
        pass
