"""Complaints and findings that hold back an exit until somebody has looked into them."""

from collections.abc import Iterator
from uuid import UUID

from deploy.demo.turn import Step, Turn
from registry.household.exit import ProposeExit
from registry.household.obstacles import ClearObstacle, OpenObstacle

_KINDS = ("COMPLAINT", "FINDING", "MISMATCH")


def arise(turn: Turn) -> Iterator[Step]:
    """Something about a registered household is open."""
    life = turn.life
    if life.case or life.status != "REGISTERED":
        return
    kind, ref = turn.chance.choice(_KINDS), turn.new_id()
    yield turn.tell(turn.office.county, OpenObstacle, turn.promptly(), kind=kind, ref=ref)
    life.obstacles += 1
    if turn.happens(0.4):
        life.plan(turn.in_days(1, 4), propose_in_spite, kind)
    life.plan(turn.in_days(8, 40), clear, kind, ref)


def propose_in_spite(turn: Turn, kind: str) -> Iterator[Step]:
    """The village proposes the exit all the same: the register refuses."""
    life = turn.life
    if life.status == "REGISTERED" and life.obstacles and not life.case:
        yield turn.tell(turn.office.team, ProposeExit, turn.today, refused_for=f"E-OPEN-{kind}")


def clear(turn: Turn, kind: str, ref: UUID) -> Iterator[Step]:
    """Somebody looked into it."""
    yield turn.tell(turn.office.township, ClearObstacle, turn.promptly(), kind=kind, ref=ref)
    turn.life.obstacles -= 1
