"""What the register holds while a chunk of a file is decided: stored events, and aggregates as the chunk leaves them so far."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from registry.aggregate import Aggregate
from registry.application.planning import Loader
from registry.event import RegistryEvent
from registry.household.household import Household
from registry.person.person import Person

A = TypeVar("A", bound=Aggregate)
E = TypeVar("E", bound=RegistryEvent)


class View:
    """A loader for the batch that also answers what an import asks.

    fresh: ids of persons and households that the register does not know, as it seems: they are not looked for, which saves most
    look-ups of a first import. Where it knows one after all, the save conflicts, and the next attempt has a view without them.
    """

    def __init__(self, loader: Loader, fresh: frozenset[UUID]) -> None:
        self._loader = loader
        self._fresh = fresh
        self._new: dict[UUID, Any] = {}
        self._streams: dict[UUID, Sequence[RegistryEvent]] = {}

    def aggregate(self, aggregate_class: type[A], aggregate_id: UUID) -> A:
        """The aggregate as this unit of work sees it."""
        return self._loader.aggregate(aggregate_class, aggregate_id)

    def household(self, household_id: UUID) -> Household:
        """The household; at version 0 if the register does not know it."""
        return self._new_one(Household, household_id) or self._loader.household(household_id)

    def person(self, person_id: UUID) -> Person:
        """The person; at version 0 if never a member of a household."""
        return self._new_one(Person, person_id) or self._loader.person(person_id)

    def events(self, aggregate_id: UUID) -> Sequence[RegistryEvent]:
        """All stored events of a stream, oldest first."""
        stream = self._streams.get(aggregate_id)
        if stream is None:
            stream = self._streams[aggregate_id] = self._loader.events(aggregate_id)
        return stream

    def stored(self, household: Household, event_class: type[E]) -> list[E]:
        """The stored events of this class, corrections of them too, oldest first; what this chunk adds is not among them."""
        if household.version == len(household.pending):
            return []
        return [event for event in self.events(household.id) if isinstance(event, event_class)]

    def stored_version(self, household: Household) -> int:
        """How many events the register holds of the household: 0 where it does not know it."""
        return household.version - len(household.pending)

    def _new_one(self, aggregate_class: type[A], aggregate_id: UUID) -> A | None:
        if aggregate_id not in self._fresh:
            return None
        made: A | None = self._new.get(aggregate_id)
        if made is None:
            made = self._new[aggregate_id] = aggregate_class(aggregate_id)
        return made


def differing(event: Any, said: dict[str, Any]) -> list[str]:
    """The fields of an event that are not as they are said to be; lists and tuples are the same."""
    return [name for name, value in said.items() if _plain(getattr(event, name)) != _plain(value)]


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
