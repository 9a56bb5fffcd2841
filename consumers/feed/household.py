"""A household as the feed knows it: its facts, what they add up to, and what is shown of that."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from consumers.feed.facts import HERE, SHOWN_OVERLAYS, SHOWN_STATUSES, UNDONE, Effect, Fact, pack, told_last, unpack
from schemas.division_codes import CODE_DIGITS, township_code
from schemas.public import public_table

UNMET: Final = -1
"""The version of a household of which no event was met yet."""
_NOT_REGISTERED: Final = SHOWN_STATUSES.index("NOT_REGISTERED") + 1
_NOT_MONITORED: Final = SHOWN_OVERLAYS.index("NONE") + 1


class Shown(NamedTuple):
    """What is shown of a household. `status_on` None: it is not registered."""

    status: str
    status_on: int | None
    overlay: str
    spell_no: int
    division: str

    @property
    def present(self) -> bool:
        """Whether it is in the public register."""
        table = public_table()
        return self.status in table.present_statuses or self.overlay in table.present_overlays


@dataclass(slots=True)
class Household:
    """Folded so far up to `version`. change_no: of the last public change; facts: as they are packed."""

    household_id: bytes
    partition: int
    version: int = UNMET
    change_no: int = 0
    facts: bytes = b""
    status: int = field(default=_NOT_REGISTERED, init=False)
    status_on: int = field(default=0, init=False)
    overlay: int = field(default=_NOT_MONITORED, init=False)
    division: int = field(default=0, init=False)
    spells: tuple[int, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        self._fold(unpack(self.facts))

    def learn(self, fact: Fact) -> None:
        """Take in one more fact."""
        self.facts += pack(fact)
        self._apply(fact.effective_on, fact.recorded_in, fact.effect)

    def tell(self) -> None:
        """The fact learnt last is published."""
        self.facts = told_last(self.facts)

    def correct(self, event_id: bytes, day: int, effect: Effect) -> Fact | None:
        """Let a fact be what is said of it now, in its old place, and all that follows from it; return what was said before.

        None where there is no such fact. A voided one does nothing, but keeps its place: it may be corrected again.
        """
        facts = list(unpack(self.facts))
        places = [place for place, fact in enumerate(facts) if fact.event_id == event_id]
        if not places:
            return None
        before = facts[places[0]]
        facts[places[0]] = before._replace(effective_on=day, effect=effect)
        self.facts = b"".join(map(pack, facts))
        self.status, self.status_on, self.overlay, self.division, self.spells = _NOT_REGISTERED, 0, _NOT_MONITORED, 0, ()
        self._fold(facts)
        return before

    @property
    def shown(self) -> Shown:
        registered = self.status != _NOT_REGISTERED
        return Shown(
            SHOWN_STATUSES[self.status - 1],
            self.status_on if registered else None,
            SHOWN_OVERLAYS[self.overlay - 1],
            self.spells[-1] if self.spells else 0,
            # A household that is nowhere yet is shown to nobody.
            township_code(f"{self.division:0{CODE_DIGITS}d}") if self.division else "",
        )

    def _fold(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            self._apply(fact.effective_on, fact.recorded_in, fact.effect)

    def _apply(self, day: int, recorded_in: int, effect: Effect) -> None:
        status, overlay, spell, division = effect
        if status:
            self.status, self.status_on = status, day
        if overlay:
            self.overlay = overlay
        if spell == UNDONE:
            self.spells = self.spells[:-1]
        elif spell:
            self.spells += (spell,)
        if division:
            self.division = recorded_in if division == HERE else division
