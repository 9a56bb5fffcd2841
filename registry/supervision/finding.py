"""A finding of a supervision team (督查发现问题): recorded, assigned, rectified, verified, and opened again where that failed.

Source: three-year plan, items 29 and 30 (six kinds of conduct; nine teams, four sections).
"""

from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from registry.aggregate import Aggregate
from registry.supervision.event import FindingEvent

RECORDED: Final = "RECORDED"
ASSIGNED: Final = "ASSIGNED"
RECTIFIED: Final = "RECTIFIED"
VERIFIED: Final = "VERIFIED"
OPEN: Final = frozenset({RECORDED, ASSIGNED, RECTIFIED})


class Finding(Aggregate):
    """One finding. Version 0: there is none.

    org: the recording team's organisation; rectifier: the opaque id of whoever said last that it was put right; since: the day
    of its last step; due_on: until when it is to be put right; holds_exit: whether it holds back the household's exit while open.
    """

    TOPIC: ClassVar[str] = "finding"
    EVENTS = FindingEvent

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.state = ""
        self.team = 0
        self.org = ""
        self.household_id: UUID | None = None
        self.holds_exit = False
        self.due_on: date | None = None
        self.since: date | None = None
        self.rectifier = ""

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in OPEN
