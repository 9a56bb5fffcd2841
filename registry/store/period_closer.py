"""The port through which the event store has its periods closed, without knowing what a period is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from eventsourcing.domain import DomainEvent


class PeriodCloser(Protocol):
    """Says when periods end, and makes the events that close them.

    An instant that equals a cut-off belongs to the period that begins there.
    """

    def next_cut_off(self, after: datetime) -> datetime:
        """The first cut-off later than this instant (aware UTC)."""
        ...

    def closing_events(self, after: datetime, until: datetime) -> Sequence[DomainEvent]:
        """One event for each cut-off c with after < c <= until, oldest first.

        Each begins a stream of its own (an id derived from the period, version 1), so that a period is closed once whoever
        closes it. The store sets `timestamp` and `previous_hash`.
        """
        ...
