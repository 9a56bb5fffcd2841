"""What a household's events add up to: the thing that is folded, kept in a cache and written as rows.

It is what the write side's household is: facts in the order of the store, a corrected one in its old place. When they were true
is another question, which the believed rectangles answer (`projections.register.history`).
"""

from dataclasses import dataclass, field

from projections.database import FOREVER, NO_END
from projections.register.codes import NO_OVERLAY, NO_STATUS

Shape = tuple[int, int, int, int, int]
"""What a rectangle of register_history says: status, overlay, spell number, division, size."""

NO_SHAPE: Shape = (NO_STATUS, NO_OVERLAY, 0, 0, 0)


@dataclass(slots=True, eq=False)
class Rectangle:
    """A shape with the days on which it was true and the instants between which that was believed; ends are exclusive.

    One that was no longer believed at the very instant at which it began to be (`known_to` = `known_from`) never was.
    `stored`: it has a row.
    """

    effective_from: int
    known_from: int
    shape: Shape
    effective_to: int = NO_END
    known_to: int = FOREVER
    stored: bool = False


@dataclass(slots=True)
class Member:
    """A person in the household, or who was in it.

    `facts_on` and `assistance_on`: effective days of the last statements of the facts and of social assistance.
    `assistance_past`: what was stated of social assistance, as `day:CODE,...`; empty for who never had any.
    """

    relation: str = ""
    sex: str = ""
    birth_month: int | None = None
    ethnicity: str = ""
    facts_on: int | None = None
    health: str = ""
    labour: str = ""
    education: str = ""
    school_status: str = ""
    work_area: str | None = None
    insurance: str = ""
    assistance_on: int | None = None
    social_assistance: str = ""
    assistance_past: str = ""
    joined_on: int | None = None
    left_on: int | None = None
    left_reason: str | None = None

    @property
    def live(self) -> bool:
        return self.joined_on is not None and self.left_on is None


@dataclass(slots=True)
class Spell:
    """A poverty spell: how it began, when and why it ended. `end_kind` is EXITED, CLEARED_OUT, CLOSED or REVOKED."""

    number: int
    entry_kind: str
    started_on: int | None
    main_cause: str = ""
    ended_on: int | None = None
    end_kind: str | None = None
    end_reason: str | None = None
    voided: bool = False


@dataclass(slots=True)
class Measure:
    """An assistance measure; `state` is LIVE, COMPLETED or STOPPED."""

    category: str = ""
    subtype: str = ""
    unit: str = ""
    person_id: bytes | None = None
    starts_on: int | None = None
    planned_until: int | None = None
    expected_income: int | None = None
    state: str = ""
    state_on: int = 0
    state_reason: str | None = None
    income_gained: int | None = None
    progress_pct: int | None = None
    progress_on: int | None = None

    @property
    def live(self) -> bool:
        return self.state == "LIVE"


@dataclass(slots=True)
class LedgerEntry:
    """The household's line in the village ledger of all farm households (item 23)."""

    entered_on: int
    size: int
    labour_count: int
    groups: str
    hukou_kind: str


@dataclass(slots=True)
class Changes:
    """What of a household has to be written: its own row always has. `anew`: all of it, and no other row of it may stay."""

    members: set[bytes] = field(default_factory=set)
    measures: set[bytes] = field(default_factory=set)
    spells: bool = False
    ledger: bool = False
    anew: bool = False

    def forget(self) -> None:
        """All of it was written."""
        if self.members:
            self.members = set()
        if self.measures:
            self.measures = set()
        self.spells = self.ledger = self.anew = False


@dataclass(slots=True)
class Household:
    """A household's folded state. Days are days since 1970; `version` -1 means that no event was folded yet.

    ordered_on: the latest day of a fact that shapes the history; one of an earlier day comes late.
    """

    household_id: bytes
    partition: int
    version: int = -1
    position: int = 0
    recorded_at: int = 0
    division: int = 0
    status: int = NO_STATUS
    status_on: int = 0
    overlay: int = NO_OVERLAY
    size: int = 0
    ordered_on: int = 0
    head_id: bytes | None = None
    exited_on: int | None = None
    retention_until: int | None = None
    attribute: str = ""
    main_cause: str = ""
    other_causes: str = ""
    helper_id: str = ""
    last_visit_on: int | None = None
    need_on: int | None = None
    income_per_head: int | None = None
    unmet_guarantees: str | None = None
    monitoring_category: str = ""
    monitored_since: int | None = None
    risks: str = ""
    review_due: int | None = None
    ledger: LedgerEntry | None = None
    members: dict[bytes, Member] = field(default_factory=dict)
    spells: list[Spell] = field(default_factory=list)
    measures: dict[bytes, Measure] = field(default_factory=dict)
    beliefs: list[Rectangle] = field(default_factory=list)
    """The rectangles that are believed now, in order of `effective_from`: together they cover all days from the first on."""
    changes: Changes = field(default_factory=Changes, compare=False)

    def member(self, person_id: bytes) -> Member:
        """A person's record, to be changed; made where there is none."""
        self.changes.members.add(person_id)
        member = self.members.get(person_id)
        if member is None:
            member = self.members[person_id] = Member()
        return member

    def measure(self, measure_id: bytes) -> Measure:
        """A measure, to be changed; made where there is none."""
        self.changes.measures.add(measure_id)
        measure = self.measures.get(measure_id)
        if measure is None:
            measure = self.measures[measure_id] = Measure()
        return measure

    def begin_spell(self, spell: Spell) -> None:
        """Add a spell."""
        self.changes.spells = True
        self.spells.append(spell)

    def current_spell(self) -> Spell | None:
        """The spell that counts, to be changed."""
        self.changes.spells = True
        return self.spell

    @property
    def spell(self) -> Spell | None:
        """The spell that counts: the last that was not voided."""
        for spell in reversed(self.spells):
            if not spell.voided:
                return spell
        return None

    @property
    def shape(self) -> Shape:
        spell = self.spell
        return self.status, self.overlay, spell.number if spell else 0, self.division, self.size

    @property
    def persons(self) -> int:
        """Live members that are known as persons."""
        return sum(member.live for member in self.members.values())
