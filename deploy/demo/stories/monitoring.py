"""Monitoring: a household at risk is watched and helped until the risk is gone, or until it falls back."""

from collections.abc import Iterator
from datetime import date

from deploy.demo.life import EXITED
from deploy.demo.stories import helping, identification, relapses
from deploy.demo.stories.findings import findings, risky_income, safe_income
from deploy.demo.turn import Step, Turn
from registry.household.case import MONITORING
from registry.household.home_check import RecordHomeCheck
from registry.household.monitoring import ReviewMonitoring, StartMonitoring
from registry.household.months import months_later
from registry.household.risk_elimination import EliminateRisk

MARGINAL = "MARGINAL"
SUDDEN_HARDSHIP = "SUDDEN_HARDSHIP"
_CATEGORY_FOR_RISK = {
    "ILLNESS": "HEALTH",
    "DISABILITY": "SOCIAL_SECURITY",
    "SCHOOLING": "EDUCATION",
    "ACCIDENT": "HEALTH",
    "INDUSTRY_FAILURE": "INDUSTRY",
    "UNSTABLE_EMPLOYMENT": "EMPLOYMENT",
    "LACK_OF_LABOUR": "SOCIAL_HELP",
}
_NEW_IN_2020 = "EPIDEMIC"
_FIT = {"UNSTABLE_EXITED": EXITED, MARGINAL: {"NOT_REGISTERED", "CLEARED_OUT"}}
_ELSE = EXITED | {"NOT_REGISTERED", "CLEARED_OUT"}


def check(turn: Turn, category: str, falls_back: bool = False, risk: str = "") -> Iterator[Step]:
    """A check at home finds a household that may fall into poverty. risk: where that is not left to chance."""
    life = turn.life
    if life.monitored or not life.size or life.status not in _FIT.get(category, _ELSE):
        return
    if life.case:
        life.plan(turn.in_days(20, 60), check, category, falls_back, risk)
        return
    on = turn.promptly() if life.overlay_since is None else max(turn.promptly(), life.overlay_since)
    yield _checked(turn, on, risky_income(turn, on))
    life.plan(turn.in_days(3, 15), start, category, falls_back, on, risk)


def _checked(turn: Turn, on: date, income: int) -> Step:
    checkers = (turn.office.team.user_id, turn.office.clerk.user_id)
    medical = turn.chance.randint(1000, 20_000) if turn.happens(0.5) else 0
    found = findings(on, income, turn.life.size, medical=medical)
    return turn.tell(turn.office.team, RecordHomeCheck, on, procedure=MONITORING, checkers=checkers, **found)


def start(turn: Turn, category: str, falls_back: bool, checked_on: date, known_risk: str = "") -> Iterator[Step]:
    """The county decides that the household is monitored; help begins."""
    life = turn.life
    if life.monitored or life.case or life.status not in _FIT.get(category, _ELSE):
        return
    on = max(turn.promptly(), checked_on)
    risk = turn.chance.choice(sorted(_CATEGORY_FOR_RISK))
    if on >= date(2020, 3, 1) and turn.happens(0.25):
        risk = _NEW_IN_2020
    risk = known_risk or risk
    yield turn.tell(turn.office.county, StartMonitoring, on, category=category, risks=(risk,))
    life.monitored, life.overlay_since = True, on
    life.plan(turn.in_days(3, 20), helping.start_measure, _CATEGORY_FOR_RISK.get(risk, "EMPLOYMENT"))
    often = (20, 28) if category == SUDDEN_HARDSHIP else (60, 85)
    life.plan(turn.in_days(*often), review, on, (risk,), often)
    if falls_back or turn.happens(0.02):
        fall = relapses.check if life.status in EXITED else identification.apply
        life.plan(turn.in_days(40, 120), fall, *(() if life.status in EXITED else (True,)))
    else:
        life.plan(max(turn.in_days(185, 420), months_later(on, 6)), check_again, on, risk)


def review(turn: Turn, since: date, risks: tuple[str, ...], often: tuple[int, int]) -> Iterator[Step]:
    """The village looks again in time."""
    life = turn.life
    if life.monitored and life.overlay_since == since:
        yield turn.tell(turn.office.team, ReviewMonitoring, max(turn.promptly(), since), risks=risks)
        life.plan(turn.in_days(*often), review, since, risks, often)


def check_again(turn: Turn, since: date, risk: str) -> Iterator[Step]:
    """After half a year and more a check finds the risk gone."""
    life = turn.life
    if not life.monitored or not life.size or life.overlay_since != since:
        return
    on = max(turn.promptly(), since)
    yield _checked(turn, on, safe_income(turn, on))
    life.plan(turn.in_days(2, 15), eliminate, since, risk, on)


def eliminate(turn: Turn, since: date, risk: str, checked_on: date) -> Iterator[Step]:
    """The county ends the monitoring: by help where there was help for the risk and somebody can work, else by itself."""
    life = turn.life
    if not life.monitored or life.overlay_since != since:
        return
    policy = turn.policy(turn.today)
    on = max(turn.promptly(), months_later(since, policy.monitoring_min_months), checked_on)
    asked = policy.required_measures_for_risk(risk)
    helped = not asked or any(given.category in asked for given in life.help.values())
    can_work = any(member.labour in ("ORDINARY", "SKILLED") for member in life.members.values())
    mode = "ASSISTED" if helped and can_work else "NATURAL"
    yield turn.tell(turn.office.county, EliminateRisk, on, mode=mode)
    life.monitored, life.overlay_since = False, on
    if not life.entitled:
        life.help.clear()
