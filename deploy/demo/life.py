"""One household's life: what the demonstration knows of it, and what it means to do on which day.

Nothing here depends on what the register answers: the same seed leads the same life, so that days which are stored already can be
lived through again without saying them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any
from uuid import UUID

from deploy.demo.days import LAST_DAY, working_day
from deploy.demo.staff import Office
from registry.household.household import HEAD
from registry.household.new_member import NewMember
from schemas.relations import relations_under

if TYPE_CHECKING:
    pass

ENTITLED = frozenset({"REGISTERED", "PRE_EXIT", "RELAPSED", "EXITED_WITH_POLICY"})
EXITED = frozenset({"EXITED_WITH_POLICY", "EXITED_STABLE"})
CLOSED = "CLOSED"
APPEAL = "APPEAL"
"""In place of a procedure: an appeal is open, and nothing else begins meanwhile."""
_LAST = LAST_DAY.toordinal()

Intent = Callable[..., Any]
"""What a household means to do: called with its turn, and with what was put on the agenda beside it; gives steps."""


@dataclass(slots=True)
class Help:
    """A live measure of the demonstration's own making."""

    category: str
    subtype: str
    agreed_on: date
    person_id: UUID | None = None
    progress: int = 0


@dataclass(slots=True)
class Life:
    """A household. since: the day of its status; known_since: of its entry in the register; case: the procedure that runs."""

    number: int
    household_id: UUID
    office: Office
    size: int
    status: str
    since: date
    known_since: date
    members: dict[UUID, NewMember] = field(default_factory=dict)
    joined: dict[UUID, date] = field(default_factory=dict)
    head: UUID | None = None
    income: int = 0
    attribute: str = "ORDINARY"
    causes: tuple[str, ...] = ()
    spells: int = 0
    spell_start: date | None = None
    case: str = ""
    overlay_since: date | None = None
    monitored: bool = False
    helper: int = 0
    help: dict[UUID, Help] = field(default_factory=dict)
    completed_from: date | None = None
    obstacles: int = 0
    paid: set[tuple[str, str, UUID | None]] = field(default_factory=set)
    has_split: bool = False
    post_holder: UUID | None = None
    appeals: int = 0
    retention_until: date | None = None
    turns: int = 0
    agenda: list[tuple[int, int, Intent, tuple[Any, ...]]] = field(default_factory=list)

    def plan(self, day: date, intent: Intent, *beside: Any) -> None:
        """Put an intent on the agenda, for the first working day at or after this one; beyond the end it is let go."""
        ordinal = working_day(day).toordinal()
        if ordinal <= _LAST:
            self.turns += 1
            heappush(self.agenda, (ordinal, self.turns, intent, beside))

    def next_day(self) -> int | None:
        """Ordinal of the next day on which there is something to do."""
        return self.agenda[0][0] if self.agenda else None

    def due(self, today: date) -> Iterator[tuple[int, Intent, tuple[Any, ...]]]:
        """Take everything that is on the agenda for today, in the order in which it was put there.

        Gives turn, intent, and what is beside. What is put there for today meanwhile comes too, and nothing once the household is
        closed.
        """
        ordinal = today.toordinal()
        while self.agenda and self.agenda[0][0] <= ordinal:
            _, turn, intent, beside = heappop(self.agenda)
            if self.status != CLOSED:
                yield turn, intent, beside

    def become(self, status: str, on: date) -> None:
        """Take over a status."""
        self.status, self.since = status, on

    def admit(self, member: NewMember, on: date | None = None) -> None:
        """Take in a member."""
        self.members[member.person_id] = member
        self.size = len(self.members)
        if on is not None:
            self.joined[member.person_id] = on
        if member.relation == HEAD:
            self.head = member.person_id

    def dismiss(self, person_id: UUID) -> None:
        """Let a member go, and stop the help that was for that member alone."""
        del self.members[person_id]
        self.size = len(self.members)
        self.joined.pop(person_id, None)
        if self.head == person_id:
            self.head = None
        for measure_id in [i for i, given in self.help.items() if given.person_id == person_id]:
            del self.help[measure_id]

    def follow(self, head: UUID) -> None:
        """Another member is the head now: everybody's relation is seen anew."""
        relations = relations_under(head, {m.person_id: (m.relation, m.sex) for m in self.members.values()})
        self.members = {m.person_id: related(m, relations[m.person_id]) for m in self.members.values()}
        self.head = head

    def end_monitoring(self, on: date) -> None:
        """Another status took over from the monitoring, if there was one."""
        if self.monitored:
            self.monitored, self.overlay_since = False, on

    def joined_on(self, person_id: UUID) -> date:
        """The day on which a member joined."""
        return self.joined.get(person_id, self.known_since)

    @property
    def entitled(self) -> bool:
        """Whether help may be given."""
        return self.status in ENTITLED or self.monitored

    @property
    def present_since(self) -> date:
        """Since when the household is what it is: its status' day or, for what monitoring alone entitles to, the monitoring's."""
        if self.monitored and self.status not in ENTITLED and self.overlay_since is not None:
            return max(self.since, self.overlay_since)
        return self.since

    @property
    def helped_in_spell(self) -> bool:
        """Whether help is live, or was completed in this spell."""
        started = self.spell_start
        return bool(self.help) or (self.completed_from is not None and started is not None and self.completed_from >= started)


def related(member: NewMember, relation: str, **changes: Any) -> NewMember:
    """The member with another relation to the head, and other facts."""
    facts = {name: getattr(member, name) for name in NewMember.__slots__}
    return NewMember(**{**facts, "relation": relation, **changes})
