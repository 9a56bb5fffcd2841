"""A unit of work's view of the store: each aggregate is loaded once, so that several commands before one save see one another."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError

from registry.aggregate import Aggregate
from registry.event import RegistryEvent
from registry.household.household import Household
from registry.person.person import Person
from registry.store.application import RegistryApplication

A = TypeVar("A", bound=Aggregate)


class StoreLoader:
    """Loads aggregates from the store; one that is not there yet is given empty, at version 0."""

    def __init__(self, application: RegistryApplication) -> None:
        self._application = application
        self._loaded: dict[UUID, Any] = {}

    def aggregate(self, aggregate_class: type[A], aggregate_id: UUID) -> A:
        """The aggregate as this unit of work sees it."""
        loaded: A | None = self._loaded.get(aggregate_id)
        if loaded is None:
            try:
                loaded = self._application.load(aggregate_class, aggregate_id)
            except AggregateNotFoundError:
                loaded = aggregate_class(aggregate_id)
            self._loaded[aggregate_id] = loaded
        return loaded

    def household(self, household_id: UUID) -> Household:
        """The household; at version 0 if the register does not know it."""
        return self.aggregate(Household, household_id)

    def person(self, person_id: UUID) -> Person:
        """The person; at version 0 if never a member of a household."""
        return self.aggregate(Person, person_id)

    def events(self, aggregate_id: UUID) -> Sequence[RegistryEvent]:
        """All stored events of a stream, oldest first."""
        return list(self._application.events.get(aggregate_id))

    def forget(self) -> None:
        """Begin a new unit of work."""
        self._loaded.clear()
