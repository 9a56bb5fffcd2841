"""The counties of the supervision teams as rows: one for each time that somebody gave a county to a team."""

from typing import Final

from projections.event_reader import Event
from projections.register.batch import Row

TEAM_ASSIGNED: Final = "reference.supervision_team_assigned"


def team_row(event: Event, position: int) -> Row:
    """The row of an event."""
    of = event["team"], event["organisation"], event["effective_on"], event["until"]
    return int(event["county"]), event["version"], position, *of
