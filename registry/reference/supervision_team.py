"""Which of the nine supervision teams looks at which county, and when. A county may have two at a time; teams are rotated.

Source: three-year plan, item 30 (9 个省委督查组). The order that says so is a paper of its own: its hash is the evidence.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, NamedTuple
from uuid import UUID

from registry.command import Command, decides, number
from registry.decision import Decision
from registry.household.assistance import check_body
from registry.reference.stream import ReferenceEvent, ReferenceStream
from registry.refusal import Refusals

TEAMS: Final = 9
KIND: Final = "supervision_team"


class Assignment(NamedTuple):
    """Until when, the last day included, a team of this organisation has the county; None: until it is said otherwise."""

    organisation: str
    until: date | None


class SupervisionTeamAssigned(ReferenceEvent):
    """A team looks at a county, from `effective_on` until `until`, both included."""

    TOPIC = "reference.supervision_team_assigned"
    county: str
    team: int
    organisation: str
    until: date | None

    def apply(self, aggregate: "CountyTeams") -> None:
        aggregate.division = self.division
        aggregate.assigned[self.team, self.effective_on] = Assignment(self.organisation, self.until)


class CountyTeams(ReferenceStream):
    """The teams of one county: (team, first day) -> as it was said last."""

    TOPIC: ClassVar[str] = "county_teams"

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.assigned: dict[tuple[int, date], Assignment] = {}

    def has(self, team: int, organisation: str, on: date) -> bool:
        """Whether this organisation is that team, and has the county on that day."""
        return any(
            number_ == team and found.organisation == organisation and since <= on and (found.until is None or on <= found.until)
            for (number_, since), found in self.assigned.items()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignSupervisionTeam(Command):
    """Give a county to a supervision team, from `effective_on`, also a day to come.

    county: 12 digits; organisation: the team's, by its credit code, as its members' tokens have it; until: the last day, none
    for until further notice. The same team and first day again replaces the last day.
    """

    county: str
    team: int = number(1, TEAMS)
    organisation: str
    until: date | None = None


@decides(AssignSupervisionTeam)
def assign_supervision_team(teams: CountyTeams, command: AssignSupervisionTeam, decision: Decision) -> None:
    """E-DIVISION-UNKNOWN, E-DIVISION-LEVEL unless it is a county-level unit, E-USCC, E-UNTIL before the first day.

    Silent where it was said already.
    """
    refusals = Refusals()
    if refusals.unless(command.county in decision.divisions, "E-DIVISION-UNKNOWN", at="county", division=command.county):
        is_unit = command.county in {unit.code for unit in decision.divisions.reporting_units()}
        refusals.unless(is_unit, "E-DIVISION-LEVEL", at="county", division=command.county, level="COUNTY")
    check_body(command.organisation, refusals, at="organisation")
    in_order = command.until is None or command.until >= command.effective_on
    refusals.unless(in_order, "E-UNTIL", at="until", since=command.effective_on)
    refusals.raise_any()
    said = Assignment(command.organisation, command.until)
    if teams.assigned.get((command.team, command.effective_on)) == said:
        return
    teams.trigger(
        SupervisionTeamAssigned,
        decision,
        command.effective_on,
        evidence=command.evidence,
        division=command.county,
        county=command.county,
        team=command.team,
        organisation=command.organisation,
        until=command.until,
    )
