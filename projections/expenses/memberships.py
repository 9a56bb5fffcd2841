"""In which household a person was, and from which day to which; and by what was told until an instant.

What was told is one text, `instant:move:day,...`, in the order in which the register learnt of it: J for the day of joining,
L for the first day on which the person was no member any more; of each the last statement holds.
"""

from collections.abc import Iterable
from typing import Any, Final

from projections.event_reader import Event
from projections.expenses.tables import MEMBERSHIP

JOINED: Final = "person.person_joined_household"
LEFT: Final = "person.person_left_household"

Row = tuple[Any, ...]
Membership = dict[str, Any]
"""A row by name of column."""
_COLUMNS: Final = MEMBERSHIP.columns.keys()
_WORDS: Final = {"joined": "J", "left": "L"}


class PersonsMemberships:
    """Of one person, as rows of the table."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._memberships: list[Membership] = [dict(zip(_COLUMNS, row, strict=True)) for row in sorted(rows)]
        self._version = max((membership["changed_version"] for membership in self._memberships), default=-1)
        self._folded = self._version

    def fold(self, event_type: str, event: Event) -> bool:
        """Take in an event of the person's; False if its version was folded. Raises ValueError for what follows from nothing."""
        if event["version"] <= self._version:
            return False
        self._version = event["version"]
        joined = event_type == JOINED
        if event["corrects_event_id"] is not None:
            self._redate("joined" if joined else "left", event)
        elif joined:
            self._memberships.append(_begun(event))
        else:
            self._end(event)
        return True

    def changed(self) -> list[Row]:
        """The rows to be written."""
        changed = [membership for membership in self._memberships if membership["changed_version"] > self._folded]
        return [tuple(membership[name] for name in _COLUMNS) for membership in changed]

    def _end(self, event: Event) -> None:
        for membership in reversed(self._memberships):
            if membership["left_on"] is None and membership["household_id"] == event["household_id"]:
                membership |= {
                    "left_on": event["effective_on"],
                    "left_event_id": event["event_id"],
                    "changed_version": event["version"],
                    "told": f"{membership['told']},{_told('left', event)}",
                }
                return
        raise ValueError("left a household that it was not in")

    def _redate(self, move: str, event: Event) -> None:
        for membership in self._memberships:
            if membership[f"{move}_event_id"] == event["corrects_event_id"]:
                membership |= {
                    f"{move}_on": event["effective_on"],
                    "changed_version": event["version"],
                    "told": f"{membership['told']},{_told(move, event)}",
                }
                return
        raise ValueError("corrects what was not there")


def _begun(event: Event) -> Membership:
    return {
        "person_id": event["aggregate_id"],
        "version": event["version"],
        "household_id": event["household_id"],
        "joined_on": event["effective_on"],
        "left_on": None,
        "joined_event_id": event["event_id"],
        "left_event_id": None,
        "changed_version": event["version"],
        "told": _told("joined", event),
    }


def _told(move: str, event: Event) -> str:
    return f"{event['recorded_at']}:{_WORDS[move]}:{event['effective_on']}"


def days_told(told: str, known_at: int) -> tuple[int | None, int | None]:
    """When the membership began, and the first day after it, by what was recorded until an instant (microseconds).

    None: nothing was told of it by then.
    """
    days: dict[str, int] = {}
    for statement in told.split(","):
        recorded_at, move, day = statement.split(":")
        if int(recorded_at) <= known_at:
            days[move] = int(day)
    return days.get(_WORDS["joined"]), days.get(_WORDS["left"])
