"""The warnings about one household, or about a person whom no household has taken in: what their events add up to.

One stream for a subject, so that it has one open case and no more; each case is an episode in it. All ids follow from the
subject: whoever replays what hospitals reported can raise nothing twice.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Final
from uuid import UUID, uuid5

from registry.aggregate import Aggregate
from registry.early_warning.event import WarningEvent

RAISED: Final = "RAISED"
ASSIGNED: Final = "ASSIGNED"
VERIFYING: Final = "VERIFYING"
VERIFIED: Final = "VERIFIED"
FOLLOWED: Final = "FOLLOWED"
"""Its outcome names a case of the register that is not complete yet."""
CLOSED: Final = "CLOSED"
CANCELLED: Final = "CANCELLED"
TRANSFERRED: Final = "TRANSFERRED"
OPEN: Final = frozenset({RAISED, ASSIGNED, VERIFYING, VERIFIED, FOLLOWED})
OVERDUE_CAN_BE: Final = OPEN - {FOLLOWED}
"""What follows a recorded outcome has the register's own days."""
UNVISITED: Final = frozenset({RAISED, ASSIGNED})
"""Nobody was visited since a township has it."""

HOUSEHOLD: Final = "HOUSEHOLD"
PERSON: Final = "PERSON"

_STREAMS: Final = UUID("5f7e1c3a-8d42-5a96-b0c7-1e94d6a2f803")


def stream_id_of(subject_id: UUID) -> UUID:
    """The id of the stream of a household's or a person's warnings."""
    return uuid5(_STREAMS, str(subject_id))


def case_id_of(subject_id: UUID, episode: int) -> UUID:
    """The id of the case of an episode; the first is 1."""
    return uuid5(stream_id_of(subject_id), str(episode))


@dataclass(slots=True)
class Case:
    """One episode. Amounts in yuan; days of the calendar in Shanghai.

    basis: the personal burden that it rests on; due_on: until when a visit verifies it, or while nobody has claimed it until when
    somebody must; outcome_due_on: until when the outcome follows a verification; escalated: who was told that which day had
    passed; moved: to another township, which began the clock anew, as happens once; visited: by anybody, ever;
    wrong_person: it was cancelled because it was about another.
    """

    case_id: UUID
    episode: int
    level: str
    division: str
    basis: Decimal
    due_on: date
    expenses: frozenset[UUID]
    rules: frozenset[str]
    state: str = RAISED
    finding: str = ""
    outcome: str = ""
    outcome_due_on: date | None = None
    linked_household_id: UUID | None = None
    linked_case_id: UUID | None = None
    closed_on: date | None = None
    escalated: set[tuple[str, date]] = field(default_factory=set)
    moved: bool = False
    visited: bool = False
    wrong_person: bool = False

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in OPEN

    def has_settled(self, expenses: Collection[UUID]) -> bool:
        """Whether people have ended it, and it was about these expenses: they raise nothing again."""
        return (self.state == CLOSED or self.wrong_person) and self.expenses.issuperset(expenses)

    @property
    def can_be_cancelled(self) -> bool:
        """Whether nobody was visited for it; all others are ended by what was done."""
        return self.state in UNVISITED and not self.visited

    def begin_anew(self, due_on: date) -> None:
        """A township has it, and nothing was found yet."""
        self.state, self.due_on = ASSIGNED, due_on
        self.finding = self.outcome = ""
        self.outcome_due_on = self.closed_on = self.linked_household_id = self.linked_case_id = None


class EarlyWarnings(Aggregate):
    """All warnings about one subject. Version 0: there was none."""

    TOPIC: ClassVar[str] = "early_warnings"
    EVENTS = WarningEvent

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.subject_kind = ""
        self.subject_id: UUID | None = None
        self.watched: frozenset[UUID] = frozenset()
        self.case: Case | None = None
        """The latest, open or not."""

    @property
    def open_case(self) -> Case | None:
        """The case that something is to be done about."""
        return self.case if self.case is not None and self.case.is_open else None

    @property
    def next_episode(self) -> int:
        """Number of the next case."""
        return 1 if self.case is None else self.case.episode + 1

    def about(self, subject_kind: str, subject_id: UUID) -> None:
        """Learn whom it is about."""
        self.subject_kind, self.subject_id = subject_kind, subject_id

    def rest_on(self, level: str, basis: Decimal, fired: Collection[Mapping[str, Any]], expenses: Collection[UUID]) -> None:
        """The case rests on this from now on."""
        assert self.case is not None
        self.case.level, self.case.basis = level, basis
        self.case.rules, self.case.expenses = frozenset(rule["rule"] for rule in fired), frozenset(expenses)
