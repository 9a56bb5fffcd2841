"""Home visits and the doubts about them as rows: one for each wording, so that none is counted twice."""

from typing import Final

from projections.event_reader import Event
from projections.register.batch import Batch
from projections.register.facts.fact import joined

RECORDED: Final = "household.home_visit_recorded"
FLAGGED: Final = "household.visit_flagged"
_NOTE: Final = "VISIT_RECORD"


def take_visit(batch: Batch, event_type: str, event: Event, first: Event) -> None:
    """Add the row of a visit or of a doubt; `first`: the event that stated the fact first, itself unless this corrects it."""
    key = event["aggregate_id"], event["version"], event["visit_id"]
    if event_type == FLAGGED:
        batch.visit_flags.append((*key, event["rule"], event["effective_on"], None))
        return
    note = next((paper["sha256"] for paper in event["evidence"] if paper["kind"] == _NOTE), None)
    entered = first["recorded_at"], first["actor"]["id"], first["source"]
    visitor = event["visitor_role"], event["visitor_id"], event["purpose"], event["minutes"]
    compared = event["fields_compared"], joined(event["differences"])
    batch.visits.append((*key, int(event["division"]), event["effective_on"], *entered, *visitor, *compared, note, None))
