"""Consolidation after an exit, and the end of policies when the time for which they are kept is over."""

from collections.abc import Iterator
from datetime import timedelta

from deploy.demo.life import EXITED
from deploy.demo.turn import Step, Turn
from registry.household.consolidation import RecordConsolidationMeasure
from registry.household.retention import EndRetention

_CONSOLIDATING = ("INDUSTRY", "EMPLOYMENT", "HEALTH", "EDUCATION", "FINANCE", "SOCIAL_HELP")
_LONGEST_DELAY_DAYS = 80


def plan_the_end(turn: Turn) -> None:
    """The county comes to the household some time after the last day of its policies."""
    until = turn.life.retention_until
    assert until is not None
    turn.life.plan(until + timedelta(days=turn.chance.randint(2, _LONGEST_DELAY_DAYS)), end_retention)


def consolidate(turn: Turn) -> Iterator[Step]:
    """A measure of the county's plan reaches the household; again in the next year, for some."""
    life = turn.life
    if life.status not in EXITED:
        return
    on = turn.promptly()
    category = turn.chance.choice(_CONSOLIDATING)
    yield turn.tell(turn.office.clerk, RecordConsolidationMeasure, on, plan_year=on.year, category=category)
    if turn.happens(0.2):
        life.plan(turn.in_days(330, 400), consolidate)


def end_retention(turn: Turn) -> Iterator[Step]:
    """Policies end, unless the household is monitored, or something about it is open."""
    life = turn.life
    if life.status != "EXITED_WITH_POLICY" or life.retention_until is None or turn.today <= life.retention_until:
        return
    if life.monitored and turn.happens(0.1):
        refusal = "E-MONITORED"
        yield turn.tell(turn.office.county, EndRetention, turn.today, refused_for=refusal)
    if life.monitored or life.obstacles or life.case or life.household_id in turn.province.warned:
        life.plan(turn.in_days(15, 40), end_retention)
        return
    on = turn.late(max(life.since, life.retention_until + timedelta(days=1)))
    yield turn.tell(turn.office.county, EndRetention, on)
    life.become("EXITED_STABLE", on)
    life.help.clear()
