"""Divisions as the log's editions tell them: the names of villages, and until when there were any."""

from collections.abc import Iterator

from projections.event_reader import Event
from projections.register.batch import Row

DIVISIONS_CHANGED = "reference.divisions_changed"


def division_rows(event: Event) -> Iterator[tuple[int, Row]]:
    """The divisions of an edition, each with its row; it replaces what an earlier edition said of the same division."""
    for record in event["divisions"]:
        code = int(record["code"])
        names = record["level"], record["name_zh"], record["name_en"]
        yield code, (code, *names, int(record["parent"] or 0), record["valid_from"], record["valid_to"])
