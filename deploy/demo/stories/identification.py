"""Households that apply: most are turned away, those in need are registered, and begin to be helped."""

from collections.abc import Iterator
from datetime import timedelta

from deploy.demo.identity import Treated
from deploy.demo.life import APPEAL, Intent
from deploy.demo.stories import exits, growing, helping, paying, visiting
from deploy.demo.stories.findings import poor_income, raised_income
from deploy.demo.stories.proceeding import (
    HIT,
    MISMATCH_CONFIRMED,
    NO_QUORUM,
    OBJECTION,
    OBJECTION_UPHELD,
    TAKEN_DOWN_EARLY,
    VOTE_LOST,
    Proceeding,
    approve,
    check_at_home,
    compare,
    drawn_trouble,
    hold_appraisal,
    post,
    review,
)
from deploy.demo.turn import Step, Turn
from registry.household.appeal import DecideAppeal, FileAppeal
from registry.household.case import DISMISSED, IDENTIFICATION, UPHELD
from registry.household.identification import AnnounceIdentification, ApplyForIdentification, RejectIdentification
from registry.household.members import RegisterMembers

NOT_IN_NEED = "NEED_TEST_NOT_MET"
BY_WARNING = "EARLY_WARNING"
APPLICATION_SOURCES = ("APPLICATION", "APPLICATION", "SWEEP", "SWEEP", "SURVEY", "COMPARISON", "HOTLINE_12317", BY_WARNING)
_TROUBLES = (
    (HIT, 0.06),
    (NO_QUORUM, 0.02),
    (OBJECTION, 0.02),
    (TAKEN_DOWN_EARLY, 0.02),
    (OBJECTION_UPHELD, 0.01),
    (VOTE_LOST, 0.02),
)
_REFUSALS = ((NOT_IN_NEED, 0.60), (VOTE_LOST, 0.25), (MISMATCH_CONFIRMED, 0.10), (OBJECTION_UPHELD, 0.05))
CAUSES = (
    ("ILLNESS", 28.0),
    ("LACK_OF_SKILL", 20.0),
    ("LACK_OF_FUNDS", 16.0),
    ("DISABILITY", 13.0),
    ("LACK_OF_LABOUR", 11.0),
    ("SCHOOLING", 7.0),
    ("LACK_OF_MOTIVATION", 2.5),
    ("DISASTER", 1.0),
    ("LACK_OF_LAND", 0.5),
    ("POOR_TRANSPORT", 0.5),
    ("OTHER", 0.5),
)
"""Main causes of poverty, per cent. Source: an assumption for Hainan in 2018."""
_SECOND_CAUSES = ("ILLNESS", "LACK_OF_SKILL", "LACK_OF_FUNDS", "LACK_OF_LABOUR", "SCHOOLING", "MARRIAGE")
_ATTRIBUTES = (("ORDINARY", 62.0), ("DIBAO", 32.0), ("TEKUN", 6.0))


def apply(turn: Turn, in_need: bool, trouble: str = "", appeal: str = "", patient: Treated | None = None) -> Iterator[Step]:
    """A household applies; its members become known now, if they were not.

    trouble, appeal: how the case ends, and the appeal against it, where that is not left to chance; patient: whose hospital bills
    led to it.
    """
    life = turn.life
    if life.case or life.status not in ("NOT_REGISTERED", "CLEARED_OUT") or not life.size:
        return
    drawn = drawn_trouble(turn.chance, _TROUBLES if in_need else _REFUSALS)
    case = Proceeding(IDENTIFICATION, turn.thread, life.since, trouble or drawn or ("" if in_need else NOT_IN_NEED), THEN, appeal)
    on = case.day(turn)
    case.income = raised_income(turn, on) if case.trouble == NOT_IN_NEED else poor_income(turn, on)
    case.medical = turn.chance.randint(500, 9000) if in_need and turn.happens(0.4) else 0
    case.unmet = (turn.chance.choice(("HOUSING", "MEDICAL", "EDUCATION", "WATER")),) if in_need and turn.happens(0.3) else ()
    born = [] if life.members else turn.province.family_of(turn, patient)
    members = tuple(each.member for each in born)
    newcomers = tuple(turn.province.newcomer(turn, each, patient) for each in born)
    before = bool(born) and turn.happens(0.3)
    if before:
        yield turn.tell(turn.office.clerk, RegisterMembers, on, newcomers=newcomers, members=members)
    for member in members:
        life.admit(member, on)
    yield turn.tell(
        turn.office.clerk if turn.happens(0.8) else turn.office.township,
        ApplyForIdentification,
        on,
        newcomers=() if before else newcomers,
        members=() if before else members,
        application_source=turn.chance.choice(APPLICATION_SOURCES) if patient is None else BY_WARNING,
        applicant_person_id=life.head,
    )
    life.case = IDENTIFICATION
    life.become("IN_IDENTIFICATION", on)
    life.plan(turn.in_days(1, 4), check_at_home, case)


def after_check(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """Who is not in need is turned away here; the others go on."""
    if case.trouble == NOT_IN_NEED:
        turn.life.plan(turn.today, reject, case)
        return
    yield from compare(turn, case)


def announce(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """The household is registered; help begins."""
    life = turn.life
    if case.is_over(turn):
        return
    on = case.day(turn)
    draw_circumstances(turn)
    yield turn.tell(
        turn.office.county,
        AnnounceIdentification,
        on,
        attribute=life.attribute,
        main_cause=life.causes[0],
        other_causes=life.causes[1:],
    )
    life.case = ""
    life.end_monitoring(on)
    life.become("REGISTERED", on)
    life.spells += 1
    life.spell_start = on
    life.income = case.income
    begin_to_help(turn)
    life.plan(on + timedelta(days=turn.chance.randint(190, 420)), exits.propose)
    if turn.happens(0.05):
        life.plan(turn.in_days(30, 90), exits.propose_too_soon)


def begin_to_help(turn: Turn) -> None:
    """What every registered household gets: a helper, measures, visits; and life goes on."""
    turn.life.plan(turn.in_days(1, 9), helping.assign_helper)
    turn.life.plan(turn.in_days(3, 20), helping.start_measure)
    turn.life.plan(turn.in_days(5, 60), visiting.visit)
    turn.life.plan(turn.in_days(30, 120), paying.pay)
    turn.life.plan(turn.in_days(1, 30), growing.live_a_year)


def draw_circumstances(turn: Turn) -> None:
    """Why the household is poor, and what kind of poor household it is."""
    life = turn.life
    main = _drawn(turn, CAUSES)
    second = turn.chance.choice(_SECOND_CAUSES)
    life.causes = (main, second) if second != main and turn.happens(0.45) else (main,)
    life.attribute = _drawn(turn, _ATTRIBUTES)


def _drawn(turn: Turn, shares: tuple[tuple[str, float], ...]) -> str:
    return turn.chance.choices([code for code, _ in shares], [share for _, share in shares])[0]


def reject(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """The applicant is told; some appeal."""
    life = turn.life
    if case.is_over(turn):
        return
    on = case.day(turn)
    by = turn.office.township if case.trouble in (VOTE_LOST, NOT_IN_NEED) else turn.office.county
    yield turn.tell(by, RejectIdentification, on, reason_code=case.trouble, told_on=on)
    life.case = ""
    life.become("CLEARED_OUT" if life.spells else "NOT_REGISTERED", on)
    if case.appeal or turn.happens(0.15):
        if not case.appeal:
            case.appeal = UPHELD if case.trouble in (VOTE_LOST, OBJECTION_UPHELD) and turn.happens(0.5) else DISMISSED
        life.plan(on + timedelta(days=turn.chance.randint(1, 5)), appeal, case)


def appeal(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """The household appeals while it may."""
    life = turn.life
    turn.thread = case.thread
    until = life.since + timedelta(days=turn.policy(life.since).rejection_appeal_days)
    if life.case or turn.today > until:
        return
    yield turn.tell(turn.office.clerk, FileAppeal, turn.today, procedure=IDENTIFICATION)
    life.case = APPEAL
    life.appeals += 1
    life.plan(turn.in_days(5, 15), decide_appeal, case)


def decide_appeal(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """Another official of the county decides; an upheld appeal opens the case again, at the appraisal."""
    life, on = turn.life, turn.today
    turn.thread = case.thread
    yield turn.tell(turn.office.county_second, DecideAppeal, on, appeal_no=life.appeals, outcome=case.appeal)
    life.case = ""
    if case.appeal == UPHELD:
        life.case = IDENTIFICATION
        life.become("IN_IDENTIFICATION", on)
        case.trouble, case.on = "", on
        life.plan(turn.in_days(1, 5), hold_appraisal, case)


THEN: dict[str, Intent] = {
    "checked": after_check,
    "appraised": post,
    "publicised": review,
    "reviewed": approve,
    "approved": announce,
    "refused": reject,
}
