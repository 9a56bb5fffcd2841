"""A team records what it found, where, and how grave it is."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from registry.command import code, decides, number
from registry.decision import Decision
from registry.reference.supervision_team import TEAMS
from registry.refusal import Refusals, refuse
from registry.supervision import finding as states
from registry.supervision.event import FindingEvent
from registry.supervision.finding import Finding
from registry.supervision.finding_command import FindingCommand

CONDUCT: Final = "CONDUCT"
SECTION_OF: Final = {
    "WRONGLY_LISTED": "IDENTIFICATION",
    "LEFT_OUT": "IDENTIFICATION",
    "PROCEDURE_SKIPPED": "IDENTIFICATION",
    "DATA_WRONG": "IDENTIFICATION",
    "NO_MEASURE": "ASSISTANCE",
    "MEASURE_UNFIT": "ASSISTANCE",
    "FUNDS_LATE": "ASSISTANCE",
    "HELPER_ABSENT": "ASSISTANCE",
    "EXIT_STANDARD_NOT_MET": "EXIT",
    "EXIT_PROCEDURE_SKIPPED": "EXIT",
    "NO_CONSENT": "EXIT",
    "POLICY_NOT_KEPT": "EXIT",
    "CONDUCT": CONDUCT,
}
"""Type of finding -> the section of the digest that tells it (item 30: 精准识别、精准帮扶、精准退出、干部作风)."""


class FindingRecorded(FindingEvent):
    """What a team found; `holds_exit`: by its severity, as the policy of the day says."""

    TOPIC = "supervision.finding_recorded"
    team: int
    section: str
    finding_type: str
    severity: str
    conduct_kind: str | None
    household_id: UUID | None
    holds_exit: bool

    def apply(self, aggregate: Finding) -> None:
        aggregate.state, aggregate.since = states.RECORDED, self.effective_on
        aggregate.division, aggregate.team, aggregate.org = self.division, self.team, self.actor["org"]
        aggregate.household_id, aggregate.holds_exit = self.household_id, self.holds_exit


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFinding(FindingCommand):
    """Record what a supervision team found.

    division: the 12-digit place; conduct_kind: for the section of conduct alone; household_id: where it is about one household.
    """

    division: str
    team: int = number(1, TEAMS)
    section: str = code("finding_section")
    finding_type: str = code("finding_type")
    severity: str = code("finding_severity")
    conduct_kind: str | None = code("conduct_kind", None)
    household_id: UUID | None = None


@decides(RecordFinding)
def record_finding(finding: Finding, command: RecordFinding, decision: Decision) -> None:
    """E-SECTION: a type of another section, or a kind of conduct where none is due or missing where one is.

    E-FINDING-STATE where the finding is recorded already, E-DIVISION-UNKNOWN, E-DATE-FUTURE. Which team may record there, and
    whether the household lives there, is asked where those are read: E-TEAM-NOT-ASSIGNED, E-HOUSEHOLD-UNKNOWN,
    E-HOUSEHOLD-ELSEWHERE.
    """
    if finding.version:
        refuse("E-FINDING-STATE", state=finding.state, allowed=[])
    refusals = Refusals()
    refusals.unless(command.division in decision.divisions, "E-DIVISION-UNKNOWN", at="division", division=command.division)
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    of_section = SECTION_OF.get(command.finding_type) == command.section
    refusals.unless(of_section, "E-SECTION", at="finding_type", section=command.section)
    of_conduct = (command.conduct_kind is not None) == (command.section == CONDUCT)
    refusals.unless(of_conduct, "E-SECTION", at="conduct_kind", section=command.section)
    refusals.raise_any()
    holding = decision.policy_for(command.division, command.effective_on).finding_obstacle_severities
    finding.trigger(
        FindingRecorded,
        decision,
        command.effective_on,
        evidence=command.evidence,
        division=command.division,
        team=command.team,
        section=command.section,
        finding_type=command.finding_type,
        severity=command.severity,
        conduct_kind=command.conduct_kind,
        household_id=command.household_id,
        holds_exit=command.household_id is not None and command.severity in holding,
    )
