"""Findings of the supervision teams and complaints as rows: one for each step, so that any moment's state can be told.

What was said is in the vault and who said it in the event; here are codes, places, days and the role of who recorded the step.
"""

from collections.abc import Mapping
from typing import Final

from projections.event_reader import Event
from projections.register.batch import Batch, Row

RECORDED, RECEIVED = "RECORDED", "RECEIVED"
"""The steps that begin a finding and a complaint: they say what it is about."""
FINDING_STEPS: Final[Mapping[str, str]] = {
    f"supervision.finding_{step.lower()}": step for step in (RECORDED, "ASSIGNED", "RECTIFIED", "VERIFIED", "REOPENED")
}
"""Event type -> the step."""
COMPLAINT_STEPS: Final[Mapping[str, str]] = {f"supervision.complaint_{step.lower()}": step for step in (RECEIVED, "RESOLVED")}
STEPS: Final = frozenset({*FINDING_STEPS, *COMPLAINT_STEPS})


def take_step(batch: Batch, event_type: str, event: Event) -> None:
    """Add the row of a step of a finding or a complaint."""
    if event_type in FINDING_STEPS:
        batch.finding_steps.append(_finding_row(FINDING_STEPS[event_type], event))
    else:
        batch.complaint_steps.append(_complaint_row(COMPLAINT_STEPS[event_type], event))


def _finding_row(step: str, event: Event) -> Row:
    found = ("team", "section", "finding_type", "severity", "conduct_kind", "household_id", "holds_exit")
    return *_step(step, event), event.get("due_on"), *(event.get(name) for name in found)


def _complaint_row(step: str, event: Event) -> Row:
    said = ("due_on", "channel", "section", "household_id", "outcome")
    return *_step(step, event), *(event.get(name) for name in said)


def _step(step: str, event: Event) -> Row:
    clocks, role = (event["effective_on"], event["recorded_at"]), event["actor"]["role"]
    return event["aggregate_id"], event["version"], step, int(event["division"]), *clocks, role, event["event_id"]
