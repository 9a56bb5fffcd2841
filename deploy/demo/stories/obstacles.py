"""Complaints, findings and mismatches that hold back an exit until somebody has looked into them.

Complaints and findings have lives of their own: a team records, the county assigns, the township puts right, the team looks. A
mismatch is found by the next comparison (`deploy.demo.campaigns`).
"""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from deploy.demo.staff import Office, supervisor_of, team_of
from deploy.demo.stories.papers import paper
from deploy.demo.turn import Step, Turn
from registry.household.exit import ProposeExit
from registry.supervision.complaint import ReceiveComplaint, ResolveComplaint
from registry.supervision.record import RecordFinding
from registry.supervision.rectify import AssignFinding, RectifyFinding, ReopenFinding, VerifyFinding

COMPLAINT, FINDING, MISMATCH = "COMPLAINT", "FINDING", "MISMATCH"
_KINDS = (COMPLAINT, FINDING, MISMATCH)
_GRAVE = "GRAVE"
_SEVERITIES = ("MINOR", "SERIOUS", _GRAVE, _GRAVE)
_TYPES = (
    ("IDENTIFICATION", "PROCEDURE_SKIPPED"),
    ("ASSISTANCE", "NO_MEASURE"),
    ("ASSISTANCE", "HELPER_ABSENT"),
    ("EXIT", "EXIT_PROCEDURE_SKIPPED"),
    ("CONDUCT", "CONDUCT"),
)
_CHANNELS = ("HOTLINE_12317", "HOTLINE_12317", "LETTER", "VISIT", "ONLINE")
_OUTCOMES = ("SUBSTANTIATED", "PARTLY_SUBSTANTIATED", "UNSUBSTANTIATED", "UNSUBSTANTIATED")
_CONDUCT = ("NOT_CARRIED_OUT", "ACTING_SLOWLY", "PRETENDING")
_DAYS_TO_RECTIFY = 15
_REOPENED = 0.3


def arise(turn: Turn, kind: str = "", severity: str = "", reopened: bool | None = None) -> Iterator[Step]:
    """Something about a registered household is open; chance says what, unless it is given."""
    life = turn.life
    if life.case or life.status != "REGISTERED":
        return
    kind, ref = kind or turn.chance.choice(_KINDS), turn.new_id()
    severity = severity or turn.chance.choice(_SEVERITIES)
    if kind == COMPLAINT:
        yield _received(turn, ref)
        life.plan(turn.in_days(8, 40), resolve, ref, turn.office)
    elif kind == FINDING:
        again = turn.happens(_REOPENED) if reopened is None else reopened
        yield _recorded(turn, ref, severity)
        life.plan(turn.in_days(1, 3), assign, ref, turn.office, severity, again)
    else:
        turn.province.suspect(life)
    if kind == MISMATCH or (kind == FINDING and severity != _GRAVE):
        return
    life.obstacles += 1
    if turn.happens(0.4):
        life.plan(turn.in_days(1, 4), propose_in_spite, kind)


def propose_in_spite(turn: Turn, kind: str) -> Iterator[Step]:
    """The village proposes the exit all the same: the register refuses."""
    life = turn.life
    if life.status == "REGISTERED" and life.obstacles and not life.case:
        yield turn.tell(turn.office.team, ProposeExit, turn.today, refused_for=f"E-OPEN-{kind}")


def resolve(turn: Turn, complaint_id: UUID, office: Office) -> Iterator[Step]:
    """The county says what it made of a complaint, some of them after their day."""
    outcome = turn.chance.choice(_OUTCOMES)
    command = ResolveComplaint(complaint_id=complaint_id, effective_on=turn.today, outcome=outcome)
    yield Step(office.county, command, turn.life.household_id, turn.thread)
    turn.life.obstacles -= 1


def assign(turn: Turn, finding_id: UUID, office: Office, severity: str, again: bool) -> Iterator[Step]:
    """The county gives a finding to the township."""
    due_on = turn.today + timedelta(days=_DAYS_TO_RECTIFY)
    place = office.township.division
    command = AssignFinding(finding_id=finding_id, effective_on=turn.today, assigned_to=place, due_on=due_on)
    yield Step(office.county, command, turn.life.household_id, turn.thread)
    turn.life.plan(turn.in_days(5, 25), rectify, finding_id, office, severity, again)


def rectify(turn: Turn, finding_id: UUID, office: Office, severity: str, again: bool) -> Iterator[Step]:
    """The township says that it is put right, sometimes late."""
    papers = (paper("RECTIFICATION_REPORT", turn.chance),)
    command = RectifyFinding(finding_id=finding_id, effective_on=turn.today, evidence=papers)
    yield Step(office.township, command, turn.life.household_id, turn.thread)
    turn.life.plan(turn.in_days(2, 10), look, finding_id, office, severity, again)


def look(turn: Turn, finding_id: UUID, office: Office, severity: str, again: bool) -> Iterator[Step]:
    """The team looks: what is not put right is opened again, once."""
    supervisor = supervisor_of(office.county_division)
    if again:
        due_on = turn.today + timedelta(days=_DAYS_TO_RECTIFY)
        reopen = ReopenFinding(finding_id=finding_id, effective_on=turn.today, due_on=due_on, reason_code="NOT_RECTIFIED")
        yield Step(supervisor, reopen, turn.life.household_id, turn.thread)
        turn.life.plan(turn.in_days(5, 25), rectify, finding_id, office, severity, False)
        return
    verify = VerifyFinding(finding_id=finding_id, effective_on=turn.today)
    yield Step(supervisor, verify, turn.life.household_id, turn.thread)
    turn.life.obstacles -= severity == _GRAVE


def _received(turn: Turn, complaint_id: UUID) -> Step:
    channel, (section, _) = turn.chance.choice(_CHANNELS), turn.chance.choice(_TYPES)
    return turn.tell(
        turn.office.county,
        ReceiveComplaint,
        turn.promptly(),
        complaint_id=complaint_id,
        division=turn.office.village,
        channel=channel,
        section=section,
    )


def _recorded(turn: Turn, finding_id: UUID, severity: str) -> Step:
    section, finding_type = turn.chance.choice(_TYPES)
    county = turn.office.county_division
    return turn.tell(
        supervisor_of(county),
        RecordFinding,
        turn.today,
        finding_id=finding_id,
        division=turn.office.village,
        team=team_of(county),
        section=section,
        finding_type=finding_type,
        severity=severity,
        conduct_kind=turn.chance.choice(_CONDUCT) if section == "CONDUCT" else None,
    )
