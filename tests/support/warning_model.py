"""A plain model of early-warning cases, beside which the real ones are tried: a table of steps, and days counted another way.

What it knows of a subject it learns from events alone. Days are counted with the calendar's own list of working days.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from chinese_calendar import get_workdays

from registry.event import RegistryEvent

DUE: Final = {"YELLOW": 7, "ORANGE": 5, "RED": 3}
CLAIM, OUTCOME, PROVINCE_LATER = 3, 3, 5
ORDER: Final = ("BLUE", "YELLOW", "ORANGE", "RED")
ENDED: Final = ("", "CLOSED", "CANCELLED", "TRANSFERRED")
WAITING: Final = ("RAISED", "ASSIGNED", "VERIFYING", "VERIFIED")
OPEN: Final = (*WAITING, "FOLLOWED")

STEPS: Final[dict[str, tuple[tuple[str, ...], str | None]]] = {
    "EarlyWarningWatched": (ENDED, None),
    "EarlyWarningRaised": (ENDED, "RAISED"),
    "EarlyWarningAssigned": (WAITING, "ASSIGNED"),
    "EarlyWarningLevelChanged": (OPEN, None),
    "EarlyWarningBasisChanged": (OPEN, None),
    "EarlyWarningVisited": (("ASSIGNED", "VERIFYING"), "VERIFYING"),
    "EarlyWarningVerified": (("VERIFYING",), "VERIFIED"),
    "EarlyWarningOutcomeRecorded": (("VERIFIED",), "FOLLOWED"),
    "EarlyWarningClosed": (("FOLLOWED",), "CLOSED"),
    "EarlyWarningReopened": (("CLOSED",), "ASSIGNED"),
    "EarlyWarningCancelled": (("RAISED", "ASSIGNED"), "CANCELLED"),
    "EarlyWarningTransferred": (OPEN, "TRANSFERRED"),
    "EarlyWarningEscalated": (WAITING, None),
}
"""Event -> states in which it may happen, and the state after it (None: the same)."""

ALLOWED: Final = {
    "AssignEarlyWarning": WAITING,
    "RecordWarningVisit": ("ASSIGNED", "VERIFYING"),
    "VerifyEarlyWarning": ("VERIFYING",),
    "RecordWarningOutcome": ("VERIFIED",),
    "EscalateEarlyWarning": WAITING,
    "ReopenEarlyWarning": ("CLOSED",),
    "CancelEarlyWarning": ("RAISED", "ASSIGNED"),
}
"""What people say -> states in which they may."""


def working_days_after(day: date, count: int) -> date:
    """The working day that is so many after a day, out of the list of a season's."""
    return list(get_workdays(day + timedelta(days=1), day + timedelta(days=60)))[count - 1]


@dataclass
class PlainWarnings:
    """What the events of one subject say. told: to whom, under which due day; episodes: case ids in their order."""

    state: str = ""
    episodes: list[UUID] = field(default_factory=list)
    level: str = "BLUE"
    due_on: date = date.min
    outcome_due_on: date | None = None
    division: str = ""
    basis: Decimal = Decimal(0)
    outcome: str = ""
    visited: bool = False
    moved: bool = False
    told: list[tuple[str, date]] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in OPEN

    @property
    def waits_until(self) -> date:
        """The day of the running clock."""
        return self.outcome_due_on or self.due_on

    def overdue(self, escalated_to: str, today: date) -> bool:
        """Whether it is to be told there."""
        due = self.waits_until
        return today > (due if escalated_to == "COUNTY" else working_days_after(due, PROVINCE_LATER))

    def saw(self, event: RegistryEvent, today: date) -> None:
        """Check one event against what was so before it, and learn it."""
        name, fact = type(event).__name__, vars(event)
        before, after = STEPS[name]
        assert self.state in before, f"{name} in {self.state}"
        if name not in ("EarlyWarningRaised", "EarlyWarningWatched"):
            assert fact["case_id"] == self.episodes[-1], f"{name} of another case"
        check = getattr(self, f"_{name.removeprefix('EarlyWarning').lower()}", None)
        if check is not None:
            check(fact, today)
        self.state = after or self.state

    def _raised(self, fact: dict[str, Any], today: date) -> None:
        assert fact["case_id"] not in self.episodes, "the id of an earlier case"
        self.episodes.append(fact["case_id"])
        assert fact["episode"] == len(self.episodes)
        self.level, self.basis, self.division = fact["warning_level"], fact["basis"], fact["division"]
        self.due_on, self.outcome_due_on, self.outcome = fact["due_on"], None, ""
        self.visited = self.moved = False
        assert fact["due_on"] in (working_days_after(today, CLAIM), working_days_after(today, DUE[self.level]))

    def _assigned(self, fact: dict[str, Any], today: date) -> None:
        new = fact["assignment"] != "MOVED" or not self.moved
        assert fact["due_on"] == (working_days_after(today, DUE[self.level]) if new else self.due_on)
        assert fact["assignment"] == "MOVED" or self.state == "RAISED"
        assert fact["assignment"] != "MOVED" or fact["division"] != self.division, "moved to where it is"
        self.moved = self.moved or fact["assignment"] == "MOVED"
        self.division, self.due_on, self.outcome_due_on = fact["division"], fact["due_on"], None

    def _levelchanged(self, fact: dict[str, Any], today: date) -> None:
        assert fact["level_before"] == self.level
        assert ORDER.index(fact["warning_level"]) > ORDER.index(self.level), "a level fell within an open case"
        assert fact["due_on"] == min(self.due_on, working_days_after(today, DUE[fact["warning_level"]]))
        self.level, self.due_on, self.basis = fact["warning_level"], fact["due_on"], fact["basis"]

    def _basischanged(self, fact: dict[str, Any], today: date) -> None:
        self.basis = fact["basis"]

    def _visited(self, fact: dict[str, Any], today: date) -> None:
        self.visited = True

    def _verified(self, fact: dict[str, Any], today: date) -> None:
        self.outcome_due_on = fact["outcome_due_on"]
        assert self.outcome_due_on == working_days_after(today, OUTCOME)

    def _outcomerecorded(self, fact: dict[str, Any], today: date) -> None:
        self.outcome = fact["outcome"]

    def _closed(self, fact: dict[str, Any], today: date) -> None:
        assert (fact["outcome"], fact["basis"]) == (self.outcome, self.basis)

    def _reopened(self, fact: dict[str, Any], today: date) -> None:
        assert fact["due_on"] == working_days_after(today, DUE[fact["warning_level"]])
        self.level, self.due_on, self.basis = fact["warning_level"], fact["due_on"], fact["basis"]
        self.outcome_due_on, self.outcome = None, ""

    def _cancelled(self, fact: dict[str, Any], today: date) -> None:
        assert not self.visited, "somebody was visited for it"

    def _escalated(self, fact: dict[str, Any], today: date) -> None:
        to, due = fact["escalated_to"], fact["due_on"]
        assert due == self.waits_until
        assert self.overdue(to, today), "told before it was overdue"
        assert (to, due) not in self.told, "told twice under one clock"
        assert to == "COUNTY" or ("COUNTY", due) in self.told, "the province heard of it before the county"
        self.told.append((to, due))
