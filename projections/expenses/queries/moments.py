"""Until when what was recorded of warnings is in the tables."""

from sqlalchemy import Connection

from projections.expenses.tables import CHECKPOINT
from projections.register.queries.moments import topic_known_before

TOPIC = "warning.events"


def warnings_known_before(connection: Connection) -> int:
    """Every event of a warning recorded before this instant (microseconds); 0 until every partition has shown something."""
    return topic_known_before(connection, CHECKPOINT, TOPIC)
