"""A unit of work's view of the store: each aggregate is loaded once, so that several commands before one save see one another."""

from collections.abc import Sequence
from typing import Any, NoReturn, TypeVar
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError

from registry.aggregate import Aggregate, OtherStream
from registry.event import RegistryEvent
from registry.household.household import Household
from registry.person.person import Person
from registry.refusal import refuse
from registry.store.application import RegistryApplication

A = TypeVar("A", bound=Aggregate)


class StoreLoader:
    """Loads aggregates from the store; one that is not there yet is given empty, at version 0."""

    def __init__(self, application: RegistryApplication) -> None:
        self._application = application
        self._loaded: dict[UUID, Any] = {}

    def aggregate(self, aggregate_class: type[A], aggregate_id: UUID) -> A:
        """The aggregate as this unit of work sees it. Raises Refused (E-ID-TAKEN) for the id of another kind of aggregate."""
        loaded = self._loaded.get(aggregate_id)
        if loaded is None:
            loaded = self._loaded[aggregate_id] = self._load(aggregate_class, aggregate_id)
        if not isinstance(loaded, aggregate_class):
            _refuse_id(aggregate_class)
        return loaded

    def _load(self, aggregate_class: type[A], aggregate_id: UUID) -> A:
        try:
            return self._application.load(aggregate_class, aggregate_id)
        except AggregateNotFoundError:
            return aggregate_class(aggregate_id)
        except OtherStream:
            _refuse_id(aggregate_class)

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


def _refuse_id(wanted: type[Aggregate]) -> NoReturn:
    refuse("E-ID-TAKEN", at=f"{wanted.TOPIC}_id")
