"""In which household a person was, and from which day to which."""

from collections.abc import Iterable
from typing import Any, Final

from projections.event_reader import Event

JOINED: Final = "person.person_joined_household"
LEFT: Final = "person.person_left_household"

Row = tuple[Any, ...]
_VERSION, _HOUSEHOLD, _LEFT_ON, _LEFT_VERSION = 1, 2, 4, 5


class PersonsMemberships:
    """Of one person, as rows of the table. `changed`: those to be written, by version."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = {row[_VERSION]: row for row in sorted(rows)}
        self.changed: dict[int, Row] = {}

    def fold(self, event_type: str, event: Event) -> bool:
        """Take in an event of the person's; False if its version was folded. Raises ValueError for an end without a beginning."""
        version = event["version"]
        if version <= max((max(row[_VERSION], row[_LEFT_VERSION] or 0) for row in self._rows.values()), default=-1):
            return False
        if event_type == JOINED:
            self._keep((event["aggregate_id"], version, event["household_id"], event["effective_on"], None, None))
            return True
        household_id = event["household_id"]
        there = [row for row in self._rows.values() if row[_LEFT_VERSION] is None and row[_HOUSEHOLD] == household_id]
        if not there:
            raise ValueError("left a household that it was not in")
        self._keep((*there[-1][:_LEFT_ON], event["effective_on"], version))
        return True

    def _keep(self, row: Row) -> None:
        self._rows[row[_VERSION]] = self.changed[row[_VERSION]] = row
