"""The made-up province: its villages and households, and what their stories need to know of what is around them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from random import Random
from uuid import UUID

from deploy.demo import sizes
from deploy.demo.days import FIRST_DAY
from deploy.demo.families import Born, FamilyMaker
from deploy.demo.identity import IdentityNumbers, Newcomer, Treated
from deploy.demo.life import CLOSED, Life
from deploy.demo.scale import Scale
from deploy.demo.seeds import Fate
from deploy.demo.staff import Office, office_of
from deploy.demo.stories import after_exit, exits, growing, helping, visiting
from deploy.demo.turn import Turn
from deploy.demo.villages import LI_SHARES, Neighbourhood, Village, apportion, make_villages
from registry.policy.policy import Policy
from schemas.division_codes import reporting_unit
from schemas.divisions import Divisions

PolicyFor = Callable[[str, date], Policy]
_LI_ELSEWHERE = 0.02
_NOISE_BITS = 96
_NEIGHBOURS = (1, -1, 2, -2, 3, -3)
_UNKNOWN = "NONE"


class Province:
    """Everything that is made of one scale and one seed.

    lives: the households about which something is planned, by number. Those not exited have the first numbers, then come those
    that had exited, those of the ledger, and those that split off. warned: the households and persons with an open warning.
    """

    def __init__(self, scale: Scale, seed: int, divisions: Divisions, policy_for: PolicyFor) -> None:
        self.scale = scale
        self.fate = Fate(seed)
        self.policy_for = policy_for
        self.villages = make_villages(divisions, scale.villages)
        self.lives: dict[int, Life] = {}
        self.warned: frozenset[UUID] = frozenset()
        self._numbers_of: dict[UUID, int] = {}
        self._roused: list[Life] = []
        self._numbers = IdentityNumbers()
        self._children: list[Life] = []
        self._suspects: list[Life] = []
        self._next_number = scale.not_exited + scale.exited + scale.ledger
        shares = [village.share for village in self.villages]
        self._homes = {
            kind: Neighbourhood(self.villages, apportion(count, shares))
            for kind, count in (("not_exited", scale.not_exited), ("exited", scale.exited))
        }
        self.ledger_homes = Neighbourhood(self.villages, apportion(scale.ledger, [1] * len(self.villages)))
        chance = self.fate.apart("sizes")
        self._sizes = (
            sizes.sizes(scale.not_exited, sizes.NOT_EXITED, scale.persons_not_exited, chance)
            + sizes.sizes(scale.exited, sizes.EXITED, scale.persons_exited, chance)
            + sizes.sizes(scale.ledger, sizes.ORDINARY, None, chance)
        )

    def not_exited(self, place: int) -> Life:
        """The household at a place among those that have not exited."""
        return self._new(place, self._homes["not_exited"].village_of(place), FIRST_DAY)

    def exited(self, place: int) -> Life:
        """The household at a place among those that had exited."""
        return self._new(self.scale.not_exited + place, self._homes["exited"].village_of(place), FIRST_DAY)

    def of_ledger(self, place: int, known_since: date) -> Life:
        """The household at a place in the ledger."""
        number = self.scale.not_exited + self.scale.exited + place
        life = self._new(number, self.ledger_homes.village_of(place), known_since)
        life.become("NOT_REGISTERED", known_since)
        return life

    def _new(self, number: int, village: Village, known_since: date) -> Life:
        return self._life(number, office_of(village.code), self._sizes[number], known_since)

    def _life(self, number: int, office: Office, size: int, known_since: date) -> Life:
        household_id = _time_ordered(known_since, number, self.fate.of(number, 0))
        self._numbers_of[household_id] = number
        return Life(number, household_id, office, size, _UNKNOWN, known_since, known_since, turns=1)

    def found(self, village: str, size: int, known_since: date) -> Life:
        """A household of a village that nobody had asked about before."""
        number = self._next_number
        self._next_number += 1
        return self._life(number, office_of(village), size, known_since)

    def life_of(self, household_id: UUID) -> Life | None:
        """The household, where something is planned for it."""
        return self.lives.get(self._numbers_of.get(household_id, -1))

    def rouse(self, life: Life) -> None:
        """Something was planned for a household from outside its own turns."""
        self._roused.append(life)

    def take_roused(self) -> list[Life]:
        """Those for which that was done since this was last asked."""
        roused, self._roused = self._roused, []
        return roused

    def suspect(self, life: Life) -> None:
        """The next comparison will find something about the household."""
        self._suspects.append(life)

    def take_suspects(self) -> list[Life]:
        """Those of whom that was said since this was last asked."""
        suspects, self._suspects = self._suspects, []
        return suspects

    def has_exited(self, turn: Turn, on: date) -> None:
        """A household has exited: what may become of it."""
        after_exit.begin(turn, on)

    def family_of(self, turn: Turn, treated: Treated | None = None) -> list[Born]:
        """The members of a household of this size; with somebody among them who is known already."""
        maker = FamilyMaker(turn.today, self.li_share(turn.life), turn.chance, self.person_ids(turn))
        return maker.family(turn.life.size) if treated is None else maker.family_of(treated, turn.life.size)

    def person_ids(self, turn: Turn) -> Callable[[], UUID]:
        """Gives ids to persons who become known in this turn."""
        return lambda: _time_ordered(turn.today, 0, turn.chance)

    def newcomer(self, turn: Turn, born: Born, treated: Treated | None = None) -> Newcomer:
        """What the vault is to learn of a person; of one whom it knows by the number the rest."""
        if treated is not None and born.member.person_id == treated.person_id:
            return Newcomer(*treated, turn.chance.getrandbits(_NOISE_BITS), was_treated=True)
        sequence = self._numbers.next_sequence(born.born, born.member.sex)
        return Newcomer(born.member.person_id, born.born, born.member.sex, sequence, turn.chance.getrandbits(_NOISE_BITS))

    def li_share(self, life: Life) -> float:
        """The share of Li where the household lives."""
        return LI_SHARES.get(reporting_unit(life.office.village), _LI_ELSEWHERE)

    def another_village(self, turn: Turn) -> Office | None:
        """Another village of the household's county, if there is one."""
        county = turn.life.office.county_division
        others = [v for v in self.villages if v.county == county and v.code != turn.life.office.village]
        return office_of(turn.chance.choice(others).code) if others else None

    def neighbour(self, turn: Turn) -> Life | None:
        """A household of the same village whose members are known, if one lives nearby."""
        life = turn.life
        near = (self.lives.get(life.number + step) for step in _NEIGHBOURS)
        return next((other for other in near if other is not None and _is_neighbour(other, life)), None)

    def split_off(self, turn: Turn, on: date) -> Life:
        """The household that splits off: it takes its parent's status and spell."""
        parent, number = turn.life, self._next_number
        self._next_number += 1
        child = Life(number, turn.new_id(), parent.office, 0, parent.status, on, on, turns=1)
        self._numbers_of[child.household_id] = number
        child.spells, child.spell_start = parent.spells, parent.spell_start
        child.causes, child.attribute, child.income = parent.causes, parent.attribute, parent.income
        child.retention_until = parent.retention_until
        return child

    def begin_child(self, turn: Turn, child: Life) -> None:
        """What the household that has split off means to do."""
        of_child = Turn.of(child, turn.today, child.turns, self)
        child.plan(of_child.in_days(2, 15), helping.assign_helper)
        child.plan(of_child.in_days(5, 60), visiting.visit)
        child.plan(of_child.in_days(5, 30), growing.live_a_year)
        if child.status == "REGISTERED":
            child.plan(of_child.in_days(60, 200), exits.propose)
        else:
            after_exit.begin_as_exited(of_child)
        self._children.append(child)

    def take_children(self) -> list[Life]:
        """The households that have split off since this was last asked."""
        children, self._children = self._children, []
        return children


def _is_neighbour(other: Life, life: Life) -> bool:
    return bool(other.members) and other.status != CLOSED and other.office.village == life.office.village


def _time_ordered(day: date, number: int, chance: Random) -> UUID:
    """An id as the register's own source makes them (UUIDv7): of that day, then in the order of the number."""
    milliseconds = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000) + number
    value = milliseconds << 80 | chance.getrandbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)
