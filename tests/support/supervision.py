"""Findings and complaints, as teams and offices tell them. Days count from `tests.support.scenario.DAY_ONE`."""

from typing import Any
from uuid import UUID

from registry.reference.stream import stream_id
from registry.reference.supervision_team import KIND, AssignSupervisionTeam
from registry.supervision.complaint import ReceiveComplaint, ResolveComplaint
from registry.supervision.record import RecordFinding
from registry.supervision.rectify import AssignFinding, RectifyFinding, ReopenFinding, VerifyFinding
from tests.support.scenario import COUNTY, HOUSEHOLD, TOWNSHIP, By, actor, by, day, paper

FINDING = UUID(int=0xF1 << 64)
COMPLAINT = UUID(int=0xC1 << 64)
TEAMS = stream_id(KIND, COUNTY)
TEAM = 3
ORG = "11469999008174419M"
SUPERVISOR = {**actor("SUPERVISOR"), "org": ORG}
OTHER_TEAM = {**SUPERVISOR, "org": "11469030008174419X"}
REPORT = (paper("RECTIFICATION_REPORT"),)


def team_assigned(since: int = 0, **changes: Any) -> AssignSupervisionTeam:
    """The county is the team's."""
    given: dict[str, Any] = {"county": COUNTY, "team": TEAM, "organisation": ORG}
    return AssignSupervisionTeam(effective_on=day(since), **given | changes)


def found(number: int = 10, finding_id: UUID = FINDING, **changes: Any) -> By:
    """A grave finding about the household."""
    given: dict[str, Any] = {
        "division": TOWNSHIP,
        "team": TEAM,
        "section": "EXIT",
        "finding_type": "NO_CONSENT",
        "severity": "GRAVE",
        "household_id": HOUSEHOLD,
    }
    return by(SUPERVISOR, RecordFinding(finding_id=finding_id, effective_on=day(number), **given | changes))  # type: ignore[arg-type]


def assigned(number: int = 11, due: int = 20, to: str = TOWNSHIP) -> AssignFinding:
    """The county gives it to the township."""
    return AssignFinding(finding_id=FINDING, effective_on=day(number), assigned_to=to, due_on=day(due))


def rectified(number: int = 15, evidence: Any = REPORT) -> RectifyFinding:
    """The township says that it is put right."""
    return RectifyFinding(finding_id=FINDING, effective_on=day(number), evidence=evidence)


def verified(number: int = 17, who: Any = None) -> By:
    """The team saw that it is."""
    return by(who or SUPERVISOR, VerifyFinding(finding_id=FINDING, effective_on=day(number)))


def reopened(number: int = 17, due: int = 30, reason: str | None = "NOT_RECTIFIED", who: Any = None) -> By:
    """The team saw that it is not."""
    said = ReopenFinding(finding_id=FINDING, effective_on=day(number), due_on=day(due), reason_code=reason)
    return by(who or SUPERVISOR, said)


def complained(number: int = 10, **changes: Any) -> ReceiveComplaint:
    """Somebody rang 12317 about the household."""
    given: dict[str, Any] = {"division": TOWNSHIP, "channel": "HOTLINE_12317", "section": "EXIT", "household_id": HOUSEHOLD}
    return ReceiveComplaint(complaint_id=COMPLAINT, effective_on=day(number), **given | changes)


def resolved(number: int = 14, outcome: str = "SUBSTANTIATED") -> ResolveComplaint:
    """What was made of it."""
    return ResolveComplaint(complaint_id=COMPLAINT, effective_on=day(number), outcome=outcome)
