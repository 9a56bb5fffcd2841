"""Exits: proposed by the village, verified by the county, accepted and announced; some fail, and are tried again.

The plan's targets decide nothing here: when a household's income has risen is its own fate.
"""

from collections.abc import Iterator

from deploy.demo.life import Intent
from deploy.demo.stories import helping
from deploy.demo.stories.findings import findings, poor_income, raised_income
from deploy.demo.stories.proceeding import (
    NO_QUORUM,
    OBJECTION,
    OBJECTION_UPHELD,
    TAKEN_DOWN_EARLY,
    VOTE_LOST,
    Proceeding,
    drawn_trouble,
    hold_appraisal,
    post,
    review,
)
from deploy.demo.turn import Step, Turn
from registry.household.case import EXIT
from registry.household.exit import AcceptExit, AnnounceExit, ProposeExit
from registry.household.exit_rejection import RejectExit, WithdrawExit
from registry.household.exit_steps import RecordConsent, VerifyExit
from registry.household.exit_year import ExpectExitYear
from registry.household.months import months_later

INCOME_BELOW_LINE = "INCOME_BELOW_LINE"
GUARANTEE_NOT_MET = "GUARANTEE_NOT_MET"
CONSENT_REFUSED = "CONSENT_REFUSED"
BY_MISTAKE = "PROPOSED_BY_MISTAKE"
ACCEPTED_TOO_SOON = "ACCEPTED_TOO_SOON"
_TROUBLES = (
    (NO_QUORUM, 0.01),
    (OBJECTION, 0.004),
    (OBJECTION_UPHELD, 0.003),
    (TAKEN_DOWN_EARLY, 0.004),
    (VOTE_LOST, 0.015),
    (INCOME_BELOW_LINE, 0.02),
    (GUARANTEE_NOT_MET, 0.012),
    (CONSENT_REFUSED, 0.006),
    (BY_MISTAKE, 0.004),
    (ACCEPTED_TOO_SOON, 0.003),
)


def expect(turn: Turn, year: int) -> Iterator[Step]:
    """The year in which the household is expected to exit."""
    life = turn.life
    if life.status == "REGISTERED" and year >= turn.today.year:
        yield turn.tell(turn.office.team, ExpectExitYear, turn.promptly(), year=year)


def propose_too_soon(turn: Turn) -> Iterator[Step]:
    """The village is in a hurry with a household that was registered a short while ago: the register refuses."""
    life = turn.life
    assert life.spell_start is not None
    early = turn.today < months_later(life.spell_start, turn.policy(turn.today).min_months)
    if life.status == "REGISTERED" and not life.case and early:
        yield turn.tell(turn.office.team, ProposeExit, turn.today, refused_for="E-TOO-SOON")


def propose(turn: Turn, trouble: str = "") -> Iterator[Step]:
    """The village proposes the exit, once the household was helped for long enough and nothing stands in its way."""
    life = turn.life
    if life.status != "REGISTERED":
        return
    assert life.spell_start is not None
    earliest = months_later(life.spell_start, turn.policy(turn.today).min_months)
    if life.case or life.obstacles or not life.helper or not life.helped_in_spell or turn.today < earliest:
        if not life.helper:
            life.plan(turn.in_days(1, 5), helping.assign_helper)
        elif not life.helped_in_spell:
            life.plan(turn.in_days(1, 5), helping.start_measure)
        life.plan(max(turn.in_days(20, 60), earliest), propose, trouble)
        return
    if is_warned(turn, propose, trouble):
        return
    drawn = trouble or drawn_trouble(turn.chance, _TROUBLES)
    case = Proceeding(EXIT, turn.thread, life.since, drawn, THEN)
    on = case.day(turn, earliest)
    yield turn.tell(turn.office.team, ProposeExit, on)
    life.case = EXIT
    life.become("PRE_EXIT", on)
    life.plan(turn.in_days(1, 6), reject if drawn == BY_MISTAKE else hold_appraisal, case)


def is_warned(turn: Turn, intent: Intent, beside: object) -> bool:
    """Whether a warning is open, which the step waits for: it is put off for some days then."""
    if turn.life.household_id not in turn.province.warned:
        return False
    turn.life.plan(turn.in_days(4, 12), intent, beside)
    return True


def verify(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """The county's people verify at home; none of them is the household's helper."""
    life = turn.life
    if case.is_over(turn):
        return
    on = case.day(turn)
    below = case.trouble in (INCOME_BELOW_LINE, ACCEPTED_TOO_SOON)
    case.income = poor_income(turn, on) if below else raised_income(turn, on)
    unmet = ("HOUSING",) if case.trouble == GUARANTEE_NOT_MET else ()
    evidence = "THIRD_PARTY_APPRAISAL" if turn.happens(0.6) else "SAFE_ON_SIGHT"
    verifiers = (turn.office.acceptance.user_id, turn.office.township.user_id)
    found = findings(on, case.income, life.size, *unmet)
    yield turn.tell(turn.office.acceptance, VerifyExit, on, verifiers=verifiers, housing_evidence=evidence, **found)
    failed = case.trouble in (INCOME_BELOW_LINE, GUARANTEE_NOT_MET, CONSENT_REFUSED)
    life.plan(turn.in_days(1, 4), reject if failed else consent, case)


def consent(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """The head signs."""
    life = turn.life
    if case.is_over(turn) or life.head is None:
        return
    yield turn.tell(turn.office.clerk, RecordConsent, case.day(turn), signed_by=life.head)
    life.plan(turn.in_days(1, 3), post, case)


def accept(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """The county accepts; not where the income lies below the line."""
    if case.is_over(turn) or is_warned(turn, accept, case):
        return
    on = case.day(turn)
    if case.trouble == ACCEPTED_TOO_SOON:
        yield turn.tell(turn.office.acceptance, AcceptExit, on, refused_for="E-INCOME-BELOW-LINE")
        case.trouble = INCOME_BELOW_LINE
        turn.life.plan(turn.in_days(1, 3), reject, case)
        return
    yield turn.tell(turn.office.acceptance, AcceptExit, on)
    turn.life.plan(turn.in_days(1, 8), announce, case)


def announce(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """The exit is announced: the household keeps its policies for a time, and is looked after."""
    life = turn.life
    if case.is_over(turn) or is_warned(turn, announce, case):
        return
    on = case.day(turn)
    yield turn.tell(turn.office.county, AnnounceExit, on)
    life.case = ""
    life.become("EXITED_WITH_POLICY", on)
    life.income = case.income
    life.retention_until = turn.policy(on).retention_until(on)
    turn.province.has_exited(turn, on)


def reject(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """The case ends without exit; the household is helped on, and tried again."""
    life = turn.life
    if case.is_over(turn):
        return
    on = case.day(turn)
    by_village = case.trouble in (BY_MISTAKE, CONSENT_REFUSED)
    actor, command = (turn.office.team, WithdrawExit) if by_village else (turn.office.township, RejectExit)
    yield turn.tell(actor, command, on, reason_code=case.trouble)
    life.case = ""
    life.become("REGISTERED", on)
    life.plan(turn.in_days(1, 20), helping.start_measure)
    life.plan(turn.in_days(60, 240), propose)


THEN: dict[str, Intent] = {
    "appraised": verify,
    "publicised": review,
    "reviewed": accept,
    "refused": reject,
}
