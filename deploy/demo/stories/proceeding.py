"""The steps that procedures share: comparison, appraisal, publicity, review. Each goes on to the one after it some days later.

What is to go wrong with a case is drawn when it opens; most go through.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from uuid import UUID

from deploy.demo.lateness import happened_lately
from deploy.demo.life import Intent
from deploy.demo.stories.findings import findings
from deploy.demo.turn import Step, Turn
from registry.household.appraisal import HoldAppraisal
from registry.household.comparison import CompareSectors, VerifyMismatch
from registry.household.home_check import RecordHomeCheck
from registry.household.publicity import ClosePublicity, PostPublicity, RaiseObjection, ResolveObjection
from registry.household.review import ApproveByCounty, ReviewByTownship

VOTE_LOST = "VOTE_LOST"
OBJECTION_UPHELD = "OBJECTION_UPHELD"
MISMATCH_CONFIRMED = "MISMATCH_CONFIRMED"
NO_QUORUM = "NO_QUORUM"
OBJECTION = "OBJECTION"
HIT = "HIT"
TAKEN_DOWN_EARLY = "TAKEN_DOWN_EARLY"
_SECTORS = ("HUKOU", "HEALTH", "HOUSING", "VEHICLE", "BUSINESS", "PUBLIC_PAYROLL")
_HITS = (
    ("VEHICLE", "VEHICLE_OWNER"),
    ("BUSINESS", "COMPANY_SHAREHOLDER"),
    ("HUKOU", "DECEASED_MEMBER"),
    ("HEALTH", "NOT_INSURED"),
)


@dataclass(slots=True)
class Proceeding:
    """A case that is under way.

    on: day of its last step; trouble: what goes wrong with it; appeal: how an appeal against its outcome ends, if there is one;
    then: what follows the shared steps.
    """

    procedure: str
    thread: UUID
    on: date
    trouble: str
    then: dict[str, Intent]
    appeal: str = ""
    income: int = 0
    unmet: tuple[str, ...] = ()
    medical: int = 0
    until: date | None = None

    def day(self, turn: Turn, not_before: date | None = None) -> date:
        """The day of the step that is recorded today: not before the one before it."""
        first = max(self.on, turn.life.since, not_before or self.on)
        self.on = happened_lately(turn.today, turn.chance, first)
        return self.on

    def is_over(self, turn: Turn) -> bool:
        """Whether the household is no longer in this case, or nobody lives there any more.

        From here on the turn's steps belong to the case's conversation.
        """
        turn.thread = self.thread
        return turn.life.case != self.procedure or not turn.life.size


def drawn_trouble(chance: Random, troubles: tuple[tuple[str, float], ...]) -> str:
    """What is to go wrong with a case, if anything: each by its share."""
    drawn = chance.random()
    for trouble, share in troubles:
        drawn -= share
        if drawn < 0:
            return trouble
    return ""


def check_at_home(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """Two officials look at the household's income and guarantees."""
    if case.is_over(turn):
        return
    office, on = turn.office, case.day(turn)
    found = findings(on, case.income, turn.life.size, *case.unmet, medical=case.medical)
    checkers = (office.team.user_id, office.township_second.user_id)
    yield turn.tell(office.team, RecordHomeCheck, on, procedure=case.procedure, checkers=checkers, **found)
    turn.life.plan(turn.in_days(1, 3), case.then["checked"], case)


def compare(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """The county compares the household with the sectors' data; a hit is verified some days later."""
    if case.is_over(turn):
        return
    hit = case.trouble in (HIT, MISMATCH_CONFIRMED)
    hits = ({"sector": _HITS[0][0], "rule": _HITS[0][1]},) if hit else ()
    if hit and turn.happens(0.6):
        sector, rule = turn.chance.choice(_HITS)
        hits = ({"sector": sector, "rule": rule},)
    yield turn.tell(
        turn.office.county_second,
        CompareSectors,
        case.day(turn),
        procedure=case.procedure,
        comparator=turn.office.county_second.user_id,
        sectors=_SECTORS,
        hits=hits,
    )
    turn.life.plan(turn.in_days(1, 3), verify_hit if hit else hold_appraisal, case)


def verify_hit(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """A hit is a lead: somebody looks into it."""
    if case.is_over(turn):
        return
    confirmed = case.trouble == MISMATCH_CONFIRMED
    verdict = "TRUE_POSITIVE" if confirmed else "FALSE_POSITIVE"
    on = case.day(turn)
    yield turn.tell(turn.office.township, VerifyMismatch, on, procedure=case.procedure, hit_no=1, verdict=verdict)
    turn.life.plan(turn.in_days(1, 3), case.then["refused"] if confirmed else hold_appraisal, case)


def hold_appraisal(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """The village representatives vote; without a quorum they meet again."""
    if case.is_over(turn):
        return
    on = case.day(turn)
    reps = turn.chance.randint(21, 45)
    if case.trouble == NO_QUORUM:
        case.trouble = ""
        few = reps // 2
        yield _vote(turn, case, on, (reps, few, few, 0), refused_for="E-QUORUM")
        turn.life.plan(turn.in_days(2, 5), hold_appraisal, case)
        return
    attended = turn.chance.randint(-(-reps * 2 // 3), reps)
    majority = attended // 2 + 1
    lost = case.trouble == VOTE_LOST
    votes_for = turn.chance.randint(attended // 4, attended // 2) if lost else turn.chance.randint(majority, attended)
    yield _vote(turn, case, on, (reps, attended, votes_for, attended - votes_for))
    turn.life.plan(turn.in_days(1, 4), case.then["refused"] if lost else case.then["appraised"], case)


def _vote(turn: Turn, case: Proceeding, on: date, votes: tuple[int, int, int, int], refused_for: str = "") -> Step:
    reps, attended, votes_for, against = votes
    return turn.tell(
        turn.office.clerk if turn.happens(0.7) else turn.office.team,
        HoldAppraisal,
        on,
        refused_for=refused_for,
        procedure=case.procedure,
        reps_total=reps,
        attended=attended,
        votes_for=votes_for,
        votes_against=against,
    )


def post(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """The notice goes up for the days of the policy, or a little longer."""
    if case.is_over(turn):
        return
    on = case.day(turn)
    case.until = on + timedelta(days=turn.policy(on).publicity_days_village + turn.chance.choice((0, 0, 0, 1, 3)))
    yield turn.tell(turn.office.clerk, PostPublicity, on, procedure=case.procedure, posted_until=case.until)
    if case.trouble in (OBJECTION, OBJECTION_UPHELD):
        turn.life.plan(turn.in_days(1, 4), object_to, case)
    else:
        if case.trouble == TAKEN_DOWN_EARLY:
            turn.life.plan(turn.in_days(2, 3), take_down_early, case)
        turn.life.plan(max(case.until, turn.today), take_down, case)


def object_to(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """Somebody objects to what the notice says; what he says is in no event."""
    if case.is_over(turn):
        return
    yield turn.tell(turn.office.clerk, RaiseObjection, case.day(turn), procedure=case.procedure)
    turn.life.plan(turn.in_days(2, 5), resolve, case)


def resolve(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """The township looks into the objection."""
    if case.is_over(turn):
        return
    upheld = case.trouble == OBJECTION_UPHELD
    outcome = "UPHELD" if upheld else "DISMISSED"
    on = case.day(turn)
    yield turn.tell(turn.office.township, ResolveObjection, on, procedure=case.procedure, objection_no=1, outcome=outcome)
    assert case.until is not None
    after = case.then["refused"] if upheld else take_down
    turn.life.plan(turn.in_days(1, 3) if upheld else max(case.until, turn.today), after, case)


def take_down_early(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """A notice that comes down before its time: the register refuses it."""
    assert case.until is not None
    if not case.is_over(turn) and turn.today < case.until:
        early = max(case.on, turn.today)
        refusal = "E-PUBLICITY-TOO-SHORT"
        yield turn.tell(turn.office.clerk, ClosePublicity, early, refused_for=refusal, procedure=case.procedure)


def take_down(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """The notice comes down after its full time."""
    if case.is_over(turn):
        return
    on = case.day(turn, case.until)
    yield turn.tell(turn.office.clerk, ClosePublicity, on, procedure=case.procedure)
    turn.life.plan(turn.in_days(1, 2), case.then["publicised"], case)


def review(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """The township reviews; a case that it returns is mended and reviewed again."""
    if case.is_over(turn):
        return
    returned = turn.happens(0.01)
    on = case.day(turn)
    result = "RETURNED" if returned else "APPROVED"
    yield turn.tell(turn.office.township, ReviewByTownship, on, procedure=case.procedure, result=result)
    turn.life.plan(turn.in_days(2, 6) if returned else turn.in_days(1, 3), review if returned else case.then["reviewed"], case)


def approve(turn: Turn, case: Proceeding) -> Iterator[Step]:
    """The county approves."""
    if case.is_over(turn):
        return
    yield turn.tell(turn.office.county, ApproveByCounty, case.day(turn), procedure=case.procedure)
    turn.life.plan(turn.in_days(1, 3), case.then["approved"], case)
