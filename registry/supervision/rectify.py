"""From the county's order to the team's word that it is put right, or that it is not."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from registry.command import decides
from registry.decision import Decision
from registry.refusal import Refusals
from registry.supervision import finding as states
from registry.supervision.event import FindingEvent
from registry.supervision.finding import Finding
from registry.supervision.finding_command import FindingCommand, begin, of_the_recording_team
from schemas.divisions import Level

_OFFICES: Final = frozenset({Level.COUNTY, Level.TOWNSHIP})


class FindingAssigned(FindingEvent):
    """The county says who puts it right (`division` in the envelope), and until when."""

    TOPIC = "supervision.finding_assigned"
    due_on: date

    def apply(self, aggregate: Finding) -> None:
        aggregate.state, aggregate.since = states.ASSIGNED, self.effective_on
        aggregate.division, aggregate.due_on = self.division, self.due_on


class FindingRectified(FindingEvent):
    """Whoever had it says that it is put right; the papers that show it are the evidence."""

    TOPIC = "supervision.finding_rectified"

    def apply(self, aggregate: Finding) -> None:
        aggregate.state, aggregate.since = states.RECTIFIED, self.effective_on
        aggregate.rectifier = self.actor["id"]


class FindingVerified(FindingEvent):
    """The team saw that it is put right: nothing is left to do."""

    TOPIC = "supervision.finding_verified"

    def apply(self, aggregate: Finding) -> None:
        aggregate.state, aggregate.since = states.VERIFIED, self.effective_on


class FindingReopened(FindingEvent):
    """The team saw that it was not put right, or is there again; `due_on` is the new day."""

    TOPIC = "supervision.finding_reopened"
    due_on: date

    def apply(self, aggregate: Finding) -> None:
        aggregate.state, aggregate.since = states.ASSIGNED, self.effective_on
        aggregate.due_on = self.due_on


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignFinding(FindingCommand):
    """Say who puts a finding right: `assigned_to`, a county or a township by its 12-digit code, until `due_on`."""

    assigned_to: str
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RectifyFinding(FindingCommand):
    """Say that a finding is put right; the evidence shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyFinding(FindingCommand):
    """Say that a finding was seen to be put right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenFinding(FindingCommand):
    """Say that a finding was not put right, or is there again; it is to be until `due_on`."""

    REASONS: ClassVar[str | None] = "finding_reopen_reason"
    due_on: date


@decides(AssignFinding)
def assign_finding(finding: Finding, command: AssignFinding, decision: Decision) -> None:
    """E-DUE-DATE unless it is today or later; E-DIVISION-UNKNOWN, E-DIVISION-LEVEL.

    E-FINDING-UNKNOWN, E-FINDING-STATE, E-DATE-FUTURE, E-DATE-BEFORE-LAST. Silent where that office has it until that day.
    """
    refusals = begin(finding, command, decision, {states.RECORDED, states.ASSIGNED})
    office = decision.divisions.get(command.assigned_to)
    if refusals.unless(office is not None, "E-DIVISION-UNKNOWN", at="assigned_to", division=command.assigned_to):
        assert office is not None
        right = office.level in _OFFICES or office.code in {unit.code for unit in decision.divisions.reporting_units()}
        refusals.unless(right, "E-DIVISION-LEVEL", at="assigned_to", division=command.assigned_to, level="TOWNSHIP")
    _check_due(command.due_on, decision, refusals)
    refusals.raise_any()
    if finding.state == states.ASSIGNED and (finding.division, finding.due_on) == (command.assigned_to, command.due_on):
        return
    finding.trigger(
        FindingAssigned,
        decision,
        command.effective_on,
        evidence=command.evidence,
        division=command.assigned_to,
        due_on=command.due_on,
    )


@decides(RectifyFinding)
def rectify_finding(finding: Finding, command: RectifyFinding, decision: Decision) -> None:
    """E-EVIDENCE-MISSING; E-FINDING-UNKNOWN, E-FINDING-STATE, E-DATE-FUTURE, E-DATE-BEFORE-LAST."""
    refusals = begin(finding, command, decision, {states.ASSIGNED})
    refusals.unless(bool(command.evidence), "E-EVIDENCE-MISSING", at="evidence", kind="RECTIFICATION_REPORT")
    refusals.raise_any()
    finding.trigger(FindingRectified, decision, command.effective_on, evidence=command.evidence)


@decides(VerifyFinding)
def verify_finding(finding: Finding, command: VerifyFinding, decision: Decision) -> None:
    """E-RECTIFIER-IS-VERIFIER, E-OTHER-TEAM; E-FINDING-UNKNOWN, E-FINDING-STATE, E-DATE-FUTURE, E-DATE-BEFORE-LAST."""
    refusals = begin(finding, command, decision, {states.RECTIFIED})
    refusals.unless(decision.actor["id"] != finding.rectifier, "E-RECTIFIER-IS-VERIFIER")
    of_the_recording_team(finding, decision, refusals)
    refusals.raise_any()
    finding.trigger(FindingVerified, decision, command.effective_on, evidence=command.evidence)


@decides(ReopenFinding)
def reopen_finding(finding: Finding, command: ReopenFinding, decision: Decision) -> None:
    """E-DUE-DATE, E-RECTIFIER-IS-VERIFIER, E-OTHER-TEAM, E-FIELD-MISSING without a reason.

    E-FINDING-UNKNOWN, E-FINDING-STATE, E-DATE-FUTURE, E-DATE-BEFORE-LAST.
    """
    refusals = begin(finding, command, decision, {states.RECTIFIED, states.VERIFIED})
    refusals.unless(decision.actor["id"] != finding.rectifier, "E-RECTIFIER-IS-VERIFIER")
    of_the_recording_team(finding, decision, refusals)
    refusals.unless(command.reason_code is not None, "E-FIELD-MISSING", at="reason_code")
    _check_due(command.due_on, decision, refusals)
    refusals.raise_any()
    finding.trigger(
        FindingReopened,
        decision,
        command.effective_on,
        reason_code=command.reason_code,
        evidence=command.evidence,
        due_on=command.due_on,
    )


def _check_due(due_on: date, decision: Decision, refusals: Refusals) -> None:
    refusals.unless(due_on >= decision.today, "E-DUE-DATE", at="due_on", today=decision.today)
