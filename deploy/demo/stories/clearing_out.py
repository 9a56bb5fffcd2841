"""Clear-outs: a household that should not be listed leaves the register; some appeals are upheld, some households apply again."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from deploy.demo.life import APPEAL, Help, Intent
from deploy.demo.stories import exits, helping, identification, retention
from deploy.demo.stories.proceeding import NO_QUORUM, OBJECTION_UPHELD, VOTE_LOST, Proceeding, drawn_trouble, hold_appraisal, post
from deploy.demo.turn import Step, Turn
from registry.household.appeal import DecideAppeal, FileAppeal
from registry.household.appraisal import RequestAppraisal
from registry.household.case import CLEAR_OUT, DISMISSED, UPHELD
from registry.household.clear_out import ClearOut, NotifyHousehold

_TROUBLES = ((VOTE_LOST, 0.08), (OBJECTION_UPHELD, 0.04), (NO_QUORUM, 0.02))
_LISTED = frozenset({"REGISTERED", "EXITED_WITH_POLICY", "EXITED_STABLE"})
_REASONS = (
    "MISIDENTIFIED",
    "VEHICLE",
    "COMMERCIAL_HOUSING",
    "PUBLIC_PAYROLL",
    "COMPANY_SHAREHOLDER",
    "LARGE_OPERATOR",
    "EMPTY_HUKOU",
)
_LEADS = ("MISMATCH", "MISMATCH", "COMPLAINT", "FINDING", "SWEEP")


def request(turn: Turn, trouble: str = "", appeal: str = "") -> Iterator[Step]:
    """A verified lead asks for an appraisal."""
    life = turn.life
    if life.case or life.status not in _LISTED:
        if life.status in _LISTED or life.status == "PRE_EXIT":
            life.plan(turn.in_days(20, 60), request, trouble, appeal)
        return
    case = Proceeding(CLEAR_OUT, turn.thread, life.since, trouble or drawn_trouble(turn.chance, _TROUBLES), THEN, appeal)
    on = case.day(turn)
    lead = turn.chance.choice(_LEADS)
    yield turn.tell(turn.office.county, RequestAppraisal, on, lead_kind=lead, lead_id=turn.new_id())
    life.case = CLEAR_OUT
    life.plan(turn.in_days(2, 9), hold_appraisal, case)


def notify(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """The household is told what is intended, and may object for some days."""
    if case.is_over(turn):
        return
    on = case.day(turn)
    yield turn.tell(turn.office.clerk, NotifyHousehold, on, procedure=CLEAR_OUT, told_on=on)
    days = turn.policy(on).clear_out_objection_days
    if turn.happens(0.1):
        turn.life.plan(turn.in_days(1, 3), clear_out_too_soon, case)
    turn.life.plan(on + timedelta(days=days + turn.chance.randint(1, 6)), clear_out, case)


def clear_out_too_soon(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """The county does not wait for the days to object: the register refuses."""
    days = turn.policy(case.on).clear_out_objection_days
    if not case.is_over(turn) and turn.today <= case.on + timedelta(days=days):
        refusal = "E-OBJECTION-WINDOW-OPEN"
        yield turn.tell(turn.office.county, ClearOut, turn.today, refused_for=refusal, reason_code=_REASONS[0])


def clear_out(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """The household leaves the register; its help stops."""
    life = turn.life
    if case.is_over(turn):
        return
    days = turn.policy(case.on).clear_out_objection_days
    on = case.day(turn, case.on + timedelta(days=days + 1))
    yield turn.tell(turn.office.county, ClearOut, on, reason_code=turn.chance.choice(_REASONS))
    life.case = ""
    before = life.status
    life.become("CLEARED_OUT", on)
    life.end_monitoring(on)
    stopped, life.help = life.help, {}
    if not case.appeal and turn.happens(0.3):
        case.appeal = UPHELD if turn.happens(0.35) else DISMISSED
    if case.appeal:
        life.plan(turn.in_days(3, 20), appeal, case, before, stopped)
    elif turn.happens(0.1):
        life.plan(turn.in_days(60, 300), identification.apply, turn.happens(0.6))


def appeal(turn: Turn, case: Proceeding, before: str, stopped: dict[UUID, Help]) -> Iterator[Step]:
    """The household appeals within its thirty days."""
    life = turn.life
    turn.thread = case.thread
    until = life.since + timedelta(days=turn.policy(life.since).clear_out_appeal_days)
    if life.case or turn.today > until:
        return
    yield turn.tell(turn.office.clerk, FileAppeal, turn.today, procedure=CLEAR_OUT)
    life.case = APPEAL
    life.appeals += 1
    life.plan(turn.in_days(8, 30), decide_appeal, case, before, stopped)


def decide_appeal(turn: Turn, case: Proceeding, before: str, stopped: dict[UUID, Help]) -> Iterator[Step]:
    """Another official decides; upheld, the household is where it was, and its help goes on."""
    life, on = turn.life, turn.today
    turn.thread = case.thread
    yield turn.tell(turn.office.county_second, DecideAppeal, on, appeal_no=life.appeals, outcome=case.appeal)
    life.case = ""
    if case.appeal != UPHELD:
        return
    life.become(before, on)
    if life.entitled:
        life.help = stopped
        for measure_id in life.help:
            life.plan(turn.in_days(20, 120), helping.progress, measure_id)
    if life.status == "REGISTERED":
        life.plan(turn.in_days(60, 200), exits.propose)
    elif life.status == "EXITED_WITH_POLICY":
        retention.plan_the_end(turn)


def stays(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """The vote was lost, or an objection upheld: the household stays on the register."""
    if not case.is_over(turn):
        turn.life.case = ""
    yield from ()


THEN: dict[str, Intent] = {
    "appraised": post,
    "publicised": notify,
    "refused": stays,
}
