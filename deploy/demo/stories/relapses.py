"""Relapses (返贫): two signatures on a fresh check, help at once, then the formalities of the re-entry."""

from collections.abc import Iterator
from datetime import date

from deploy.demo.life import EXITED, Intent
from deploy.demo.stories import exits, helping, retention
from deploy.demo.stories.findings import findings, poor_income
from deploy.demo.stories.papers import paper
from deploy.demo.stories.proceeding import (
    HIT,
    NO_QUORUM,
    Proceeding,
    approve,
    check_at_home,
    compare,
    drawn_trouble,
    post,
    review,
)
from deploy.demo.turn import Step, Turn
from registry.household.case import RE_ENTRY, RELAPSE
from registry.household.home_check import RecordHomeCheck
from registry.household.re_entry import ReEnter
from registry.household.relapse import ConfirmRelapse, ProposeRelapse, RevokeRelapse

_TROUBLES = ((HIT, 0.05), (NO_QUORUM, 0.03))
_RISKS = ("ILLNESS", "ILLNESS", "ACCIDENT", "UNSTABLE_EMPLOYMENT", "INDUSTRY_FAILURE", "NATURAL_DISASTER", "LACK_OF_LABOUR")
CAUSE_OF_RISK = {
    "ILLNESS": "ILLNESS",
    "ACCIDENT": "DISABILITY",
    "UNSTABLE_EMPLOYMENT": "LACK_OF_SKILL",
    "INDUSTRY_FAILURE": "LACK_OF_FUNDS",
    "NATURAL_DISASTER": "DISASTER",
    "LACK_OF_LABOUR": "LACK_OF_LABOUR",
}
REVOKED = 0.06


def check(turn: Turn, revoked: bool = False, risk: str = "") -> Iterator[Step]:
    """A check at home finds an exited household poor again. risk: why, where that is not left to chance."""
    life = turn.life
    if life.status not in EXITED or not life.size:
        return
    if life.case:
        life.plan(turn.in_days(10, 30), check, revoked, risk)
        return
    case = Proceeding(RELAPSE, turn.thread, life.since, "REVOKED" if revoked or turn.happens(REVOKED) else "", THEN)
    on = case.day(turn)
    case.income = poor_income(turn, on)
    case.medical = turn.chance.randint(2_000, 40_000) if turn.happens(0.5) else 0
    found = findings(on, case.income, life.size, medical=case.medical)
    checkers = (turn.office.team.user_id, turn.office.township_second.user_id)
    yield turn.tell(turn.office.township_second, RecordHomeCheck, on, procedure=RELAPSE, checkers=checkers, **found)
    life.case = RELAPSE
    life.plan(turn.in_days(1, 4), propose, case, risk)


def propose(turn: Turn, case: Proceeding, known_risk: str = "") -> Iterator[Step]:
    """The township's signature."""
    if case.is_over(turn):
        return
    risk = known_risk or turn.chance.choice(_RISKS)
    turn.life.causes = (CAUSE_OF_RISK[risk],)
    yield turn.tell(turn.office.township, ProposeRelapse, case.day(turn), risks=(risk,))
    turn.life.plan(turn.in_days(1, 5), confirm, case)


def confirm(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """The county's signature: a spell begins, help may start at once."""
    life = turn.life
    if case.is_over(turn):
        return
    on = case.day(turn)
    yield turn.tell(turn.office.county, ConfirmRelapse, on)
    before = life.status
    life.become("RELAPSED", on)
    life.end_monitoring(on)
    life.spells += 1
    spell_start, life.spell_start = life.spell_start, on
    life.plan(turn.in_days(1, 5), helping.start_measure)
    if case.trouble == "REVOKED":
        life.case = RE_ENTRY
        case.procedure = RE_ENTRY
        life.plan(turn.in_days(4, 12), revoke, case, before, spell_start)
        return
    entry = Proceeding(RE_ENTRY, case.thread, on, drawn_trouble(turn.chance, _TROUBLES), THEN)
    entry.income, entry.medical = case.income, case.medical
    life.case = RE_ENTRY
    life.plan(turn.in_days(0, 2), check_at_home, entry)


def revoke(turn: Turn, case: Proceeding, before: str, spell_start: date | None) -> Iterator[Step]:
    """The relapse was an error: its spell never counted."""
    life = turn.life
    if case.is_over(turn):
        return
    on = case.day(turn)
    proof = (paper("COUNTY_DECISION", turn.chance),)
    yield turn.tell(turn.office.county_second, RevokeRelapse, on, reason_code="INCOME_MISCALCULATED", evidence=proof)
    life.case = ""
    life.become(before, on)
    life.spell_start = spell_start
    if before == "EXITED_STABLE":
        life.help.clear()
    else:
        retention.plan_the_end(turn)


def re_enter(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """The household is on the register again; some months later it may exit anew."""
    life = turn.life
    if case.is_over(turn):
        return
    on = case.day(turn)
    yield turn.tell(turn.office.county, ReEnter, on, attribute=life.attribute, main_cause=life.causes[0], other_causes=())
    life.case = ""
    life.become("REGISTERED", on)
    life.retention_until = None
    life.income = case.income
    life.plan(turn.in_days(1, 10), helping.assign_helper)
    life.plan(turn.in_days(200, 330), exits.propose)


THEN: dict[str, Intent] = {
    "checked": compare,
    "appraised": post,
    "publicised": review,
    "reviewed": approve,
    "approved": re_enter,
    "refused": re_enter,
}
