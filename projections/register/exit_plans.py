"""The plans of exits and the exits of places as rows: one for each event, so that any instant's can be told."""

from collections.abc import Mapping
from typing import Final

from projections.event_reader import Event
from projections.register.batch import Row

PLAN_SET: Final = "reference.annual_exit_plan_set"
_STEPS: Final[Mapping[str, str | None]] = {"applied": "APPLIED", "verified": None, "announced": "ANNOUNCED"}
STEPS: Final[Mapping[str, str | None]] = {
    f"reference.{kind}_exit_{verb}": step for kind in ("village", "county") for verb, step in _STEPS.items()
}
"""Event type -> the step that it brings a place to; None: the result of a check."""


def plan_row(event: Event) -> Row:
    """A plan as it was set."""
    at = event["version"], event["recorded_at"], event["effective_on"]
    return int(event["place"]), event["year"], *at, event["persons"], event["households"], event["villages"], event["counties"]


def step_row(event_type: str, event: Event) -> Row:
    """A step of a place's exit."""
    step = STEPS[event_type]
    at = int(event["place"]), event["version"], event["recorded_at"], event["effective_on"]
    return (*at, event["result"], event["poor_persons"], event["rural_persons"]) if step is None else (*at, step, None, None)
