"""Home visits: the most frequent thing that happens. Helpers come every other month, after an exit less often."""

from collections.abc import Iterator
from datetime import date
from random import Random
from uuid import UUID

from deploy.demo.lateness import OFFICE_DAYS_MAX, happened
from deploy.demo.stories import corrections
from deploy.demo.turn import Step, Turn
from registry.household.visits import FlagVisit, RecordHomeVisit
from schemas.access import Actor

_DAYS_BETWEEN = {
    "REGISTERED": (40, 75),
    "PRE_EXIT": (40, 70),
    "RELAPSED": (20, 40),
    "IN_IDENTIFICATION": (30, 60),
    "EXITED_WITH_POLICY": (105, 175),
    "EXITED_STABLE": (180, 330),
}
_NEVER_HELPED = (220, 350)
_FIELDS = ("MEMBERS", "HEALTH", "INCOME", "HOUSING", "MEASURES", "HELPER", "INSURANCE", "SCHOOLING")
_MINUTES_MIN = 5


def visit(turn: Turn) -> Iterator[Step]:
    """Somebody visits, and the next visit is thought of."""
    life = turn.life
    on = happened(turn.today, turn.chance, life.known_since)
    role, visitor, enters = _visitor(turn)
    if (turn.today - on).days > OFFICE_DAYS_MAX:
        enters = turn.office.county
    compared = turn.chance.choice((0, 0, 6, 10, 15))
    differ = compared > 0 and turn.happens(0.04)
    minutes = turn.chance.randint(2, 4) if turn.happens(0.006) else turn.chance.randint(10, 75)
    looked_at_again = turn.happens(0.012) or minutes < _MINUTES_MIN
    visit_id = turn.new_id() if looked_at_again else None
    yield turn.tell(
        enters,
        RecordHomeVisit,
        on,
        visit_id=visit_id,
        visitor_role=role,
        visitor_id=visitor,
        purpose=_purpose(turn.life.status, life.monitored, turn.chance),
        minutes=minutes,
        fields_compared=compared,
        differences=(turn.chance.choice(_FIELDS),) if differ else (),
    )
    if visit_id is not None:
        _look_again(turn, visit_id, on, minutes)
    least, most = _DAYS_BETWEEN.get(life.status, _NEVER_HELPED) if life.helper else _NEVER_HELPED
    life.plan(turn.in_days(least, most), visit)


def _look_again(turn: Turn, visit_id: UUID, on: date, minutes: int) -> None:
    """A visit is doubted, or was entered wrongly, or twice."""
    if minutes < _MINUTES_MIN:
        turn.life.plan(turn.in_days(5, 30), flag, visit_id, on)
    elif turn.happens(0.7):
        turn.life.plan(turn.in_days(5, 60), corrections.correct_visit, visit_id, on)
    else:
        turn.life.plan(turn.in_days(5, 60), corrections.void_visit, visit_id)


def flag(turn: Turn, visit_id: UUID, on: date) -> Iterator[Step]:
    """A rule doubts the visit; it stands."""
    yield turn.tell(turn.office.county, FlagVisit, max(on, turn.today), visit_id=visit_id, rule="TOO_SHORT")


def _visitor(turn: Turn) -> tuple[str, str, Actor]:
    """Role and id of the visitor, and who enters the visit."""
    office, drawn = turn.office, turn.chance.random()
    if turn.life.helper and drawn < 0.7:
        helper = office.helper(turn.life.helper)
        return "HELPER", helper.user_id, helper
    if drawn < 0.8:
        return "VILLAGE_CADRE", office.clerk.user_id, office.clerk
    if drawn < 0.9:
        return ("FIRST_SECRETARY" if drawn < 0.84 else "VILLAGE_TEAM"), office.team.user_id, office.team
    if drawn < 0.98:
        return ("TOWNSHIP_SECRETARY" if drawn < 0.94 else "TOWNSHIP_CADRE"), office.township.user_id, office.township
    return "COUNTY_CADRE", office.county.user_id, office.county


def _purpose(status: str, monitored: bool, chance: Random) -> str:
    if monitored:
        return "MONITORING"
    if status.startswith("EXITED"):
        return "RETURN_VISIT" if chance.random() < 0.6 else "TOUR"
    return chance.choice(("HELP", "HELP", "HELP", "SURVEY", "TOUR"))
