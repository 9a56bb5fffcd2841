"""Households that split, move, merge into another, or end."""

from collections.abc import Iterator
from datetime import date, timedelta

from deploy.demo.days import FIRST_DAY
from deploy.demo.life import Life, related
from deploy.demo.stories import helping
from deploy.demo.turn import Step, Turn
from registry.household.assistance import age_on
from registry.household.closing import CloseHousehold
from registry.household.merge import MergeHouseholds
from registry.household.new_member import NewMember
from registry.household.relocation import RelocateHousehold
from registry.household.responsible_helper import ReplaceHelper
from registry.household.split import Mover, ReviewSplit, SplitHousehold

_SPLIT, _MOVED, _LEFT, _MERGED = 0.006, 0.003, 0.001, 0.02
_YEAR_DAYS = 360
_SPLIT_AGE = 23
_LISTED = frozenset({"REGISTERED", "EXITED_WITH_POLICY", "EXITED_STABLE"})


def plan_a_year(turn: Turn) -> None:
    """What may happen to the household as a whole within a year."""
    for share, event in ((_SPLIT, split), (_MOVED, move), (_LEFT, leave_the_province)):
        if turn.happens(share):
            turn.life.plan(turn.in_days(1, _YEAR_DAYS), event)
    if turn.life.size == 1 and turn.happens(_MERGED):
        turn.life.plan(turn.in_days(1, _YEAR_DAYS), merge)


def split(turn: Turn, suspect: bool = False) -> Iterator[Step]:
    """A grown son founds a household of his own, which takes the status and spell of his parents'."""
    life = turn.life
    if life.case or life.status not in _LISTED or life.monitored or not can_split(life, turn.today):
        return
    sons = _grown_sons(life, turn.today)
    son = sons[0]
    wives = [m for m in life.members.values() if m.relation == "DAUGHTER_IN_LAW"] if len(sons) == 1 else []
    movers = [Mover(person_id=son.person_id, relation="HEAD"), *(Mover(person_id=w.person_id, relation="SPOUSE") for w in wives)]
    on = turn.late(max([life.since, *(life.joined_on(mover.person_id) for mover in movers)]))
    child = turn.province.split_off(turn, on)
    same_dwelling = suspect or turn.happens(0.15)
    yield turn.tell(
        turn.office.township,
        SplitHousehold,
        on,
        child_household_id=child.household_id,
        movers=tuple(movers),
        same_dwelling=same_dwelling,
    )
    life.has_split = True
    for mover in movers:
        child.admit(related(life.members[mover.person_id], mover.relation), on)
        life.dismiss(mover.person_id)
    turn.province.begin_child(turn, child)
    if same_dwelling:
        life.plan(turn.in_days(10, 60), review_split)


def can_split(life: Life, today: date = FIRST_DAY) -> bool:
    """Whether a grown son could go, and somebody would stay behind with the head; a household splits once."""
    return bool(_grown_sons(life, today)) and life.size > 2 and not life.has_split


def _grown_sons(life: Life, today: date) -> list[NewMember]:
    return [m for m in life.members.values() if m.relation == "SON" and age_on(m.birth_month, today) >= _SPLIT_AGE]


def review_split(turn: Turn) -> Iterator[Step]:
    """The township looks into a split after which the two halves still live together."""
    verdict = "GENUINE" if turn.happens(0.7) else "EVASIVE"
    yield turn.tell(turn.office.township, ReviewSplit, turn.today, verdict=verdict)


def move(turn: Turn) -> Iterator[Step]:
    """The household moves to another village of its county; a helper of that village takes over."""
    life = turn.life
    there = turn.province.another_village(turn)
    if life.case or there is None:
        return
    on = turn.promptly()
    yield turn.tell(turn.office.county, RelocateHousehold, on, to_division=there.village)
    life.office = there
    life.since = max(life.since, on)
    if life.helper:
        yield turn.tell(there.township, ReplaceHelper, turn.today, **helping.helper_facts(life))


def leave_the_province(turn: Turn) -> Iterator[Step]:
    """All members move out of the province."""
    life = turn.life
    if life.case:
        life.plan(turn.in_days(20, 50), leave_the_province)
        return
    on = turn.late(max([life.since, *map(life.joined_on, life.members)]))
    yield turn.tell(turn.office.county, CloseHousehold, on, reason_code="MOVED_OUT_OF_PROVINCE")
    _end(life)


def merge(turn: Turn) -> Iterator[Step]:
    """Somebody who lives alone moves in with neighbours whose members the register knows."""
    life = turn.life
    neighbour = turn.province.neighbour(turn)
    if life.case or life.size != 1 or neighbour is None or neighbour.case:
        return
    (alone,) = life.members.values()
    on = max(turn.promptly(), life.joined_on(alone.person_id), neighbour.since)
    mover = Mover(person_id=alone.person_id, relation="OTHER")
    into = neighbour.household_id
    yield turn.tell(turn.office.township, MergeHouseholds, on, into_household_id=into, movers=(mover,))
    neighbour.admit(related(alone, "OTHER"), on)
    _end(life)


def close_empty(turn: Turn) -> Iterator[Step]:
    """Nobody is left."""
    life = turn.life
    if not life.members:
        on = max(turn.promptly(), turn.today - timedelta(days=2))
        yield turn.tell(turn.office.township, CloseHousehold, on, reason_code="ALL_DECEASED")
        _end(life)


def _end(life: Life) -> None:
    life.become("CLOSED", life.since)
    life.members.clear()
    life.help.clear()
    life.agenda.clear()
