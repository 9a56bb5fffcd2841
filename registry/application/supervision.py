"""Commands of supervision: a finding or a complaint and the household's obstacle are decided, and saved, together.

An open complaint holds back the household's exit, and an open finding whose severity the policy names: both streams say so in
one transaction.
"""

from collections.abc import Sequence
from uuid import UUID

from registry.aggregate import Aggregate
from registry.application.planning import Loader, all_or_nothing, handles, known_household
from registry.command import decider_of
from registry.decision import Decision
from registry.household.obstacles import clear_obstacle, open_obstacle
from registry.reference.stream import stream_id
from registry.reference.supervision_team import KIND, CountyTeams
from registry.refusal import Refusals, refuse
from registry.supervision.complaint import Complaint, ComplaintCommand, ReceiveComplaint, ResolveComplaint
from registry.supervision.finding import Finding
from registry.supervision.finding_command import FindingCommand
from registry.supervision.record import RecordFinding
from registry.supervision.rectify import AssignFinding, RectifyFinding, ReopenFinding, VerifyFinding
from registry.supervision.typical_cases import ChooseTypicalCase, TypicalCases, TypicalChoice, typical_cases_id
from schemas.division_codes import DivisionUnknown, covers, is_division_code, reporting_unit

COMPLAINT = "COMPLAINT"
FINDING = "FINDING"


@handles(RecordFinding)
def record_finding(command: RecordFinding, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The finding and the household. E-TEAM-NOT-ASSIGNED; E-HOUSEHOLD-UNKNOWN, E-HOUSEHOLD-ELSEWHERE."""
    refusals = Refusals()
    with refusals.gathering():
        _check_household(command, loader)
    if command.division in decision.divisions:
        refusals.unless(_has_team(command, loader, decision), "E-TEAM-NOT-ASSIGNED", at="team", team=command.team)
    finding = loader.aggregate(Finding, command.finding_id)
    with all_or_nothing(finding):
        with refusals.gathering():
            decider_of(RecordFinding)(finding, command, decision)
        refusals.raise_any()
    return [finding, *_obstacle(FINDING, finding, loader, decision)]


@handles(AssignFinding, RectifyFinding, VerifyFinding, ReopenFinding)
def decide_finding(command: FindingCommand, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The finding and the household."""
    finding = loader.aggregate(Finding, command.finding_id)
    decider_of(type(command))(finding, command, decision)
    return [finding, *_obstacle(FINDING, finding, loader, decision)]


@handles(ChooseTypicalCase)
def choose_typical_case(command: ChooseTypicalCase, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The finding, and the team's cases of the week."""
    finding = loader.aggregate(Finding, command.finding_id)
    cases = loader.aggregate(TypicalCases, typical_cases_id(finding.team, decision.today))
    decider_of(ChooseTypicalCase)(TypicalChoice(cases, finding), command, decision)
    return [finding, cases]


@handles(ReceiveComplaint)
def receive_complaint(command: ReceiveComplaint, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The complaint and the household. E-HOUSEHOLD-UNKNOWN, E-HOUSEHOLD-ELSEWHERE."""
    refusals = Refusals()
    with refusals.gathering():
        _check_household(command, loader)
    complaint = loader.aggregate(Complaint, command.complaint_id)
    with all_or_nothing(complaint):
        with refusals.gathering():
            decider_of(ReceiveComplaint)(complaint, command, decision)
        refusals.raise_any()
    return [complaint, *_obstacle(COMPLAINT, complaint, loader, decision)]


@handles(ResolveComplaint)
def resolve_complaint(command: ComplaintCommand, loader: Loader, decision: Decision) -> Sequence[Aggregate]:
    """The complaint and the household."""
    complaint = loader.aggregate(Complaint, command.complaint_id)
    decider_of(ResolveComplaint)(complaint, command, decision)
    return [complaint, *_obstacle(COMPLAINT, complaint, loader, decision)]


def is_of_supervision(kind: str, ref: UUID, loader: Loader) -> bool:
    """Whether an obstacle is that of a complaint or a finding that the register has, and keeps itself."""
    if kind == COMPLAINT:
        return loader.aggregate(Complaint, ref).version > 0
    return kind == FINDING and loader.aggregate(Finding, ref).version > 0


def _obstacle(kind: str, cause: Finding | Complaint, loader: Loader, decision: Decision) -> list[Aggregate]:
    """The household, with what is open about it opened, and what is not cleared; none where it is about no household."""
    if cause.household_id is None:
        return []
    household = loader.household(cause.household_id)
    holds = cause.is_open and (isinstance(cause, Complaint) or cause.holds_exit)
    change = open_obstacle if holds else clear_obstacle
    change(household, decision, decision.today, kind, cause.id)
    return [household]


def _check_household(command: RecordFinding | ReceiveComplaint, loader: Loader) -> None:
    if command.household_id is None:
        return
    household = known_household(command.household_id, loader)
    if is_division_code(command.division) and not covers(command.division, household.division):
        refuse("E-HOUSEHOLD-ELSEWHERE", at="division", division=command.division)


def _has_team(command: RecordFinding, loader: Loader, decision: Decision) -> bool:
    """Whether the actor's organisation is the team, and has the place's county on the day. A province's finding has no county."""
    try:
        county = reporting_unit(command.division)
    except DivisionUnknown:
        return False
    teams = loader.aggregate(CountyTeams, stream_id(KIND, county))
    return teams.has(command.team, decision.actor["org"], command.effective_on)
