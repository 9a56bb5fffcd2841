"""What may become of a household after its exit: consolidation, monitoring, a relapse, the end of policies; by its own fate.

Source: rates of relapse and wrong exit are assumptions after the national figures; about one in twenty is monitored.
"""

from datetime import date, timedelta

from deploy.demo.days import LAST_DAY
from deploy.demo.stories import monitoring, relapses, retention, wrong_exits
from deploy.demo.turn import Turn

RELAPSE_PER_YEAR = {2018: 0.003, 2019: 0.0015, 2020: 0.0005, 2021: 0.0005}
"""Share of exited households that relapse in a year."""
WRONG_EXIT = 0.002
MONITORED = 0.05


def begin(turn: Turn, exited_on: date) -> None:
    """What may become of a household that has just exited."""
    life = turn.life
    life.plan(turn.in_days(3, 25), retention.consolidate)
    begin_as_exited(turn)
    if turn.happens(WRONG_EXIT):
        life.plan(exited_on + timedelta(days=turn.chance.randint(40, 300)), wrong_exits.reverse)


def begin_as_exited(turn: Turn) -> None:
    """What may become of any exited household."""
    life = turn.life
    for year, share in RELAPSE_PER_YEAR.items():
        first = max(turn.today + timedelta(days=30), date(year, 1, 1))
        last = min(date(year, 12, 31), LAST_DAY)
        if first < last and turn.happens(share * (last - first).days / 365):
            life.plan(first + timedelta(days=turn.chance.randint(0, (last - first).days)), relapses.check)
    if turn.happens(MONITORED):
        life.plan(turn.in_days(20, 420), monitoring.check, "UNSTABLE_EXITED")
    if life.status == "EXITED_WITH_POLICY":
        retention.plan_the_end(turn)
