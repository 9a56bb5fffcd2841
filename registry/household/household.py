"""The household: what its events add up to. Only facts and small questions here; the rules stand with each process."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from registry.aggregate import Aggregate
from registry.household import status
from registry.household.case import Appeal, Case, case_id_of
from registry.household.event import HouseholdEvent
from registry.household.need import NeedFacts

HEAD = "HEAD"


@dataclass(slots=True)
class Member:
    """A live member's facts; who it is only the vault knows. `birth_month` is the first day of the month."""

    person_id: UUID
    relation: str
    sex: str
    birth_month: date
    ethnicity: str
    health: tuple[str, ...]
    labour: str
    education: str
    school_status: str
    work_area: str | None
    insurance: tuple[str, ...]
    social_assistance: str

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Member":
        """The member whom an event describes: by its fields, or by a record within it."""
        facts = {name: record[name] for name in MEMBER_FACTS}
        return cls(**facts | {"health": tuple(facts["health"]), "insurance": tuple(facts["insurance"])})

    def record(self) -> dict[str, Any]:
        """The member as a record of an event."""
        facts = {name: getattr(self, name) for name in MEMBER_FACTS}
        return facts | {"health": list(self.health), "insurance": list(self.insurance)}


MEMBER_FACTS = tuple(f.name for f in fields(Member))


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What the village ledger says of a household; `groups` in code order."""

    size: int
    labour_count: int
    groups: tuple[str, ...]
    hukou_kind: str


SPELL_EXITED = "EXITED"
SPELL_CLEARED_OUT = "CLEARED_OUT"
SPELL_REVOKED = "REVOKED"


@dataclass(slots=True)
class Spell:
    """A poverty spell: number, how it began, when it began and ended and why. `voided`: it never counted (T11)."""

    number: int
    entry_kind: str
    started_on: date
    ended_on: date | None = None
    end_reason: str | None = None
    voided: bool = False


@dataclass(slots=True)
class Measure:
    """An assistance measure; state is LIVE, COMPLETED or STOPPED. `agreed_on`: effective day of its start; `stopped_for`: why."""

    measure_id: UUID
    category: str
    subtype: str
    unit: str
    person_id: UUID | None
    agreed_on: date
    starts_on: date
    state: str = "LIVE"
    progress_pct: int = 0
    stopped_for: str | None = None
    stopped_on: date | None = None


@dataclass(slots=True)
class Subsidy:
    """A payment to the household or one member for a term; `reversed_amount` of it was taken back or bounced."""

    category: str
    term: str
    person_id: UUID | None
    amount: Decimal
    paid_on: date
    reversed_amount: Decimal = Decimal(0)


@dataclass(slots=True)
class Post:
    """A member's public post; `ended_on` is None while it is held."""

    person_id: UUID
    post_type: str
    granted_on: date
    starts_on: date
    ended_on: date | None = None


@dataclass(slots=True)
class Visit:
    """A home visit that may yet be flagged."""

    visitor_role: str
    visitor_id: str
    on: date
    minutes: int


class Household(Aggregate):
    """A household's whole life. Version 0 is a household that the register does not know yet."""

    TOPIC: ClassVar[str] = "household"
    EVENTS = HouseholdEvent

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.status = status.NONE
        self.status_since: date | None = None
        self.status_history: list[tuple[date, str]] = []
        self.size = 0
        self.ledger: LedgerEntry | None = None
        self.members: dict[UUID, Member] = {}
        self.head: UUID | None = None
        self.spells: list[Spell] = []
        self.attribute = ""
        self.main_cause = ""
        self.other_causes: tuple[str, ...] = ()
        self.cases: dict[str, Case] = {}
        self.case_counts: dict[str, int] = {}
        self.need: NeedFacts | None = None
        # exit and after
        self.exited_on: date | None = None
        self.retention_until: date | None = None
        self.exit_year: int | None = None
        self.status_before_clear_out = ""
        self.re_entry_before_clear_out: Case | None = None
        self.clear_out_case: Case | None = None
        self.rejected_case: Case | None = None
        self.appeals: dict[int, Appeal] = {}
        # monitoring
        self.overlay = status.OVERLAY_NONE
        self.overlay_since: date | None = None
        self.overlay_history: list[tuple[date, str]] = []
        self.monitoring_category = ""
        self.monitoring_since: date | None = None
        self.monitoring_risks: tuple[str, ...] = ()
        self.review_due: date | None = None
        # assistance
        self.helper_id = ""
        self.measures: dict[UUID, Measure] = {}
        self.plans: dict[int, tuple[tuple[str, ...], Decimal | None]] = {}
        self.subsidies: dict[UUID, Subsidy] = {}
        self.posts: dict[UUID, Post] = {}
        self.trainings: set[tuple[UUID, str, date]] = set()
        self.insurance: set[tuple[UUID, str, int]] = set()
        self.reliefs: dict[UUID, tuple[Decimal, date]] = {}
        self.entities: dict[str, str] = {}
        self.visits: dict[UUID, Visit] = {}
        self.visit_flags: set[tuple[UUID, str]] = set()
        self.consolidation: set[tuple[int, str]] = set()
        # obstacles and splits
        self.obstacles: set[tuple[str, UUID]] = set()
        self.split_suspect = False
        self.split_on: date | None = None
        self.split_verdict = ""

    @property
    def spell(self) -> Spell | None:
        """The spell that counts now: the last one that was not voided."""
        return next((s for s in reversed(self.spells) if not s.voided), None)

    @property
    def next_spell_no(self) -> int:
        """The number of the spell that would begin now; an opening balance may begin with a later spell than the first."""
        return self.spells[-1].number + 1 if self.spells else 1

    @property
    def entitled(self) -> bool:
        """Whether measures may be given."""
        return self.status in status.ENTITLED or self.overlay == status.OVERLAY_ACTIVE

    @property
    def live_measures(self) -> list[Measure]:
        """Measures that are neither completed nor stopped."""
        return [m for m in self.measures.values() if m.state == "LIVE"]

    def become(self, event: Any) -> None:
        """Take over the status of a status event."""
        self.status = event.to_status
        self.status_since = event.effective_on
        self.status_history.append((event.effective_on, event.to_status))

    def admit(self, member: Member) -> None:
        """Take in a member; from the first one on, the size is the number of members."""
        self.members[member.person_id] = member
        self.size = len(self.members)
        if member.relation == HEAD:
            self.head = member.person_id

    def dismiss(self, person_id: UUID) -> None:
        """Let a member go."""
        del self.members[person_id]
        self.size = len(self.members)
        if self.head == person_id:
            self.head = None

    def overlay_becomes(self, event: Any) -> None:
        """Take over the monitoring overlay of an overlay event."""
        self.overlay = event.to_overlay
        self.overlay_since = event.effective_on
        self.overlay_history.append((event.effective_on, event.to_overlay))

    def statuses_on(self, day: date) -> set[str]:
        """Register statuses held on that day; two where one gave way to another on it."""
        return _held_on(self.status_history, day)

    def entitled_on(self, day: date) -> bool:
        """Whether the household was entitled to measures on that day, by its status or an ACTIVE overlay."""
        overlays = _held_on(self.overlay_history, day)
        return bool(self.statuses_on(day) & status.ENTITLED) or status.OVERLAY_ACTIVE in overlays

    def next_case_id(self, procedure: str) -> UUID:
        """The id that the procedure's next case will have."""
        return case_id_of(self.id, procedure, self.case_counts.get(procedure, 0) + 1)

    @property
    def open_appeal(self) -> Appeal | None:
        """The appeal that nobody has decided yet."""
        return next((appeal for appeal in self.appeals.values() if not appeal.outcome), None)

    def open_case(self, event: Any, procedure: str, opening_step: str | None, case_id: UUID | None = None) -> Case:
        """Open a case from its first event, whose `case_id` is the case's unless another is given."""
        case = Case(case_id or event.case_id, procedure, event.effective_on, event.actor["id"], self.status)
        if opening_step is not None:
            case.done(opening_step, event.effective_on)
        self.case_counts[procedure] = self.case_counts.get(procedure, 0) + 1
        self.cases[procedure] = case
        return case

    def end_spell(self, on: date, reason: str) -> None:
        """Give the spell its end; one that had ended keeps its day, the reason is the later one."""
        spell = self.spell
        if spell is not None:
            spell.ended_on, spell.end_reason = spell.ended_on or on, reason

    def close_case(self, procedure: str) -> Case:
        """Take the procedure's case away, since its last step is done or it was given up."""
        return self.cases.pop(procedure)


def _held_on(history: list[tuple[date, str]], day: date) -> set[str]:
    """The values held on the day: the last one before it, and those that began on it."""
    before = [value for since, value in history if since < day]
    return {*before[-1:], *(value for since, value in history if since == day)}
