"""Notices that a period has ended, at the price of one comparison per save.

What is due is decided from the store's head, inside the write transaction, so several processes close each period once. Only
the next cut-off is remembered, and remembering too early a one costs nothing but a second look.
"""

from collections.abc import Sequence

from eventsourcing.domain import DomainEvent

from registry.store.continuity import places_before
from registry.store.instant import from_micros, to_micros
from registry.store.period_closer import PeriodCloser


class PeriodWatch:
    """Remembers the next cut-off of one store; without a closer nothing is ever due."""

    def __init__(self, closer: PeriodCloser | None) -> None:
        self._closer = closer
        self._next_us: int | None = None

    def may_be_due(self, now_us: int) -> bool:
        """Whether a cut-off may have passed: False is certain, True needs the store's head."""
        return self._closer is not None and (self._next_us is None or now_us >= self._next_us)

    def due(self, head_us: int | None, now_us: int) -> Sequence[DomainEvent]:
        """The events that close what ended after the head was recorded; an empty store has nothing to close."""
        if self._closer is None or head_us is None or not self.may_be_due(now_us):
            return ()
        events = self._closer.closing_events(from_micros(head_us), from_micros(now_us))
        if places_before((event.originator_id, event.originator_version) for event in events):
            raise ValueError("an event that closes a period has to begin a stream of its own")
        return events

    def recorded(self, now_us: int) -> None:
        """Something was committed with this `recorded_at`: everything up to it is closed."""
        if self._closer is not None and self.may_be_due(now_us):
            self._next_us = max(self._next_us or 0, to_micros(self._closer.next_cut_off(from_micros(now_us))))
