"""Hospitals as rows: what the register says of each, and whether its records are taken in."""

from collections.abc import Iterator
from typing import Any, Final

from projections.event_reader import Event

CHANGED: Final = "reference.hospitals_changed"
STOPPED: Final = "reference.hospital_intake_stopped"
RESUMED: Final = "reference.hospital_intake_resumed"

Row = tuple[Any, ...]


def hospital_rows(event: Event) -> Iterator[Row]:
    """The hospitals of an event; each replaces what an earlier one said of the same hospital."""
    for record in event["hospitals"]:
        names = record["name_zh"], record["hospital_level"], int(record["division"])
        days = record["usual_interval_hours"], record["since"], record["until"]
        yield record["institution"], *names, *days, event["version"]


def intake_row(event_type: str, event: Event) -> Row:
    """Whether a hospital's records are taken in from then on."""
    return event["institution"], int(event_type == STOPPED), event["recorded_at"], event["version"]
