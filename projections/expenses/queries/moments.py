"""Until when what was recorded of warnings, and what concerns expenses, is in the tables."""

from typing import Final

from sqlalchemy import Connection

from projections.expenses.tables import CHECKPOINT
from projections.register.queries.moments import topic_known_before

TOPIC = "warning.events"
EXPENSES: Final = ("expenses.accepted", "person.events")
"""Whose expenses counted, and to which household each person belonged."""


def warnings_known_before(connection: Connection) -> int:
    """Every event of a warning recorded before this instant (microseconds); 0 until every partition has shown something."""
    return topic_known_before(connection, CHECKPOINT, TOPIC)


def expenses_known_before(connection: Connection) -> int:
    """Everything accepted of hospitals, or recorded of memberships, before this instant (microseconds), likewise."""
    return min(topic_known_before(connection, CHECKPOINT, topic) for topic in EXPENSES)
