"""Differences from the national system as rows: one for each that was found, and for each that was resolved."""

from typing import Final

from projections.event_reader import Event
from projections.register.batch import Row

FOUND: Final = "reference.sync_discrepancy_found"
RESOLVED: Final = "reference.sync_discrepancy_resolved"
SYNCED: Final = frozenset({FOUND, RESOLVED})


def sync_row(event_type: str, event: Event) -> Row:
    """The row of an event."""
    outcome = event["outcome"] if event_type == RESOLVED else ""
    place = int(event["division"])
    return event["household_id"], event["version"], place, event["field"], event["effective_on"], outcome
