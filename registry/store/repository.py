"""Loads aggregates, and keeps the ones that were just saved.

The cache hands an aggregate out and forgets it; only a successful save puts it back. So nobody ever shares one with another
thread, a failed or abandoned command leaves nothing behind, and no copy has to be made.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, TypeVar
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, LRUCache, Repository

from registry.correction import WholeStreamNeeded
from registry.store.event_store import RegistryEventStore

A = TypeVar("A")


def project(aggregate: Any, events: Iterable[Any]) -> Any:
    """The library's projector function without its protocol checks, which are half of a replay."""
    for event in events:
        aggregate = event.mutate(aggregate)
    return aggregate


class CheckoutRepository(Repository[UUID]):
    """The library's repository with a cache that hands out, not shares.

    cache_size: aggregates to keep, 0 for none; exclusive: nobody else writes to this store, so a kept aggregate needs not be
    brought up to date (one look-up less).
    """

    def __init__(self, event_store: RegistryEventStore, *, cache_size: int = 0, exclusive: bool = False) -> None:
        super().__init__(event_store)
        self._kept: LRUCache[UUID, Any] | None = LRUCache(cache_size) if cache_size > 0 else None
        self._exclusive = exclusive

    def get(
        self,
        aggregate_id: UUID,
        *,
        version: int | None = None,
        projector_func: Any = project,
        **_: Any,
    ) -> Any:
        """The aggregate, as it is or as it was at a version. Raises AggregateNotFoundError."""
        kept = None if version is not None else self._take(aggregate_id)
        if kept is not None:
            if self._exclusive:
                return kept
            with suppress(WholeStreamNeeded):  # a kept state cannot take back what was corrected since
                return projector_func(kept, self.event_store.get(aggregate_id, gt=kept.version))
        aggregate = projector_func(None, self.event_store.get(aggregate_id, lte=version))
        if aggregate is None:
            raise AggregateNotFoundError(f"no aggregate {aggregate_id}")
        return aggregate

    def keep(self, aggregate: Any) -> None:
        """Keep an aggregate whose events are all saved."""
        if self._kept is not None:
            self._kept.put(aggregate.id, aggregate)

    def _take(self, aggregate_id: UUID) -> Any:
        if self._kept is None:
            return None
        try:
            return self._kept.get(aggregate_id, evict=True)
        except KeyError:
            return None
