"""Samples and what was found at their households, as rows."""

from typing import Final

from projections.event_reader import Event
from projections.register.batch import Batch

DRAWN: Final = "reference.sample_drawn"
CHECKED: Final = "reference.sample_check_recorded"
SAMPLES: Final = frozenset({DRAWN, CHECKED})


def take_sample(batch: Batch, event_type: str, event: Event) -> None:
    """Add the rows of a draw, or of what was found; a later finding replaces an earlier one."""
    sample_id = event["sample_id"]
    if event_type == CHECKED:
        found = event["result"], event["persons"], event["effective_on"]
        batch.sample_checks[sample_id, event["household_id"]] = (sample_id, event["household_id"], *found)
        return
    frame = event["as_of"], event["known_at"], event["frame_size"], event["frame_sha256"]
    batch.samples.append((sample_id, int(event["place"]), event["kind"], event["effective_on"], event["seed"], *frame))
    batch.sample_households += ((sample_id, ordinal, one) for ordinal, one in enumerate(event["households"]))
