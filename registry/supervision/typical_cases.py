"""The findings that a team chooses to tell of in its weekly digest (典型案例): up to five, before the week's cut-off."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Final
from uuid import UUID, uuid5

from registry.aggregate import Aggregate
from registry.command import decides
from registry.decision import Decision
from registry.refusal import refuse
from registry.supervision.event import TypicalCasesEvent
from registry.supervision.finding import Finding
from registry.supervision.finding_command import FindingCommand

CASES_MAX: Final = 5
_STREAMS: Final = UUID("3b9c1f57-0a64-5e0d-9d18-6f7a41c2e9b5")


def typical_cases_id(team: int, today: date) -> UUID:
    """The id of the stream of a team's cases of the week that this day is in."""
    return uuid5(_STREAMS, f"{team}:{monday_of(today).isoformat()}")


def monday_of(today: date) -> date:
    """The first day of the day's week."""
    return today - timedelta(days=today.weekday())


class TypicalCaseChosen(TypicalCasesEvent):
    """A team tells of a finding in the digest of the week that begins on `week_from`."""

    TOPIC = "supervision.typical_case_chosen"
    team: int
    week_from: date
    finding_id: UUID

    def apply(self, aggregate: "TypicalCases") -> None:
        aggregate.division = self.division
        aggregate.chosen.add(self.finding_id)


class TypicalCases(Aggregate):
    """What one team chose for one week."""

    TOPIC: ClassVar[str] = "typical_cases"
    EVENTS = TypicalCasesEvent

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.chosen: set[UUID] = set()


@dataclass(frozen=True, slots=True)
class TypicalChoice:
    """What the choice is weighed with: the cases of the team's week, and the finding."""

    cases: TypicalCases
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseTypicalCase(FindingCommand):
    """Have a finding told in the digest of this week, which is open until its cut-off."""


@decides(ChooseTypicalCase)
def choose_typical_case(choice: TypicalChoice, command: ChooseTypicalCase, decision: Decision) -> None:
    """E-FINDING-UNKNOWN, E-OTHER-TEAM, E-TYPICAL-CASES-FULL, E-DATE-FUTURE; silent where it is chosen already."""
    cases, finding = choice.cases, choice.finding
    if finding.version == 0:
        refuse("E-FINDING-UNKNOWN", at="finding_id")
    if decision.actor["org"] != finding.org:
        refuse("E-OTHER-TEAM", team=finding.team)
    if command.effective_on > decision.today:
        refuse("E-DATE-FUTURE", at="effective_on", today=decision.today)
    if command.finding_id in cases.chosen:
        return
    if len(cases.chosen) >= CASES_MAX:
        refuse("E-TYPICAL-CASES-FULL", maximum=CASES_MAX)
    cases.trigger(
        TypicalCaseChosen,
        decision,
        command.effective_on,
        division=finding.division,
        team=finding.team,
        week_from=monday_of(decision.today),
        finding_id=command.finding_id,
    )
