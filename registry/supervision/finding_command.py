"""The base of commands about a finding, and the checks that they share."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from registry.command import Command
from registry.decision import Decision
from registry.refusal import Refusals, refuse
from registry.supervision.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingCommand(Command):
    """An intent about one finding."""

    finding_id: UUID


def begin(finding: Finding, command: FindingCommand, decision: Decision, allowed: Collection[str]) -> Refusals:
    """The answer so far. E-DATE-FUTURE, E-DATE-BEFORE-LAST; at once E-FINDING-UNKNOWN, and E-FINDING-STATE in another state."""
    if finding.version == 0:
        refuse("E-FINDING-UNKNOWN", at="finding_id")
    if finding.state not in allowed:
        refuse("E-FINDING-STATE", state=finding.state, allowed=sorted(allowed))
    refusals = Refusals()
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    assert finding.since is not None
    in_order = command.effective_on >= finding.since
    refusals.unless(in_order, "E-DATE-BEFORE-LAST", at="effective_on", last=finding.since)
    return refusals


def of_the_recording_team(finding: Finding, decision: Decision, refusals: Refusals) -> None:
    """E-OTHER-TEAM for a supervisor of another team than the one that recorded it."""
    refusals.unless(decision.actor["org"] == finding.org, "E-OTHER-TEAM", team=finding.team)
