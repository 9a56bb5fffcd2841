"""A complaint that reached 12317 or another door: received, and resolved with what was made of it.

Source: three-year plan, item 29 (12317 supervision hotline). What was said is in the vault; here is that it was said.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Final
from uuid import UUID

from registry.aggregate import Aggregate
from registry.command import Command, code, decides
from registry.decision import Decision
from registry.refusal import Refusals, refuse
from registry.supervision.event import ComplaintEvent

RECEIVED: Final = "RECEIVED"
RESOLVED: Final = "RESOLVED"


class ComplaintReceived(ComplaintEvent):
    """Somebody complained; to be resolved until `due_on`."""

    TOPIC = "supervision.complaint_received"
    channel: str
    section: str
    household_id: UUID | None
    due_on: date

    def apply(self, aggregate: "Complaint") -> None:
        aggregate.state, aggregate.division, aggregate.since = RECEIVED, self.division, self.effective_on
        aggregate.household_id, aggregate.due_on = self.household_id, self.due_on


class ComplaintResolved(ComplaintEvent):
    """What was made of it."""

    TOPIC = "supervision.complaint_resolved"
    outcome: str

    def apply(self, aggregate: "Complaint") -> None:
        aggregate.state, aggregate.since, aggregate.outcome = RESOLVED, self.effective_on, self.outcome


class Complaint(Aggregate):
    """One complaint. Version 0: there is none. It holds back the household's exit while it is open."""

    TOPIC: ClassVar[str] = "complaint"
    EVENTS = ComplaintEvent

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.state = ""
        self.outcome = ""
        self.household_id: UUID | None = None
        self.since: date | None = None
        self.due_on: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state == RECEIVED


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintCommand(Command):
    """An intent about one complaint."""

    complaint_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveComplaint(ComplaintCommand):
    """Record that somebody complained.

    division: the 12-digit place that it is about; section: what it is about; household_id: where it is about one household.
    """

    division: str
    channel: str = code("complaint_channel")
    section: str = code("finding_section")
    household_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveComplaint(ComplaintCommand):
    """Say what was made of a complaint."""

    outcome: str = code("complaint_outcome")


@decides(ReceiveComplaint)
def receive_complaint(complaint: Complaint, command: ReceiveComplaint, decision: Decision) -> None:
    """E-COMPLAINT-STATE where it was received already, E-DIVISION-UNKNOWN, E-DATE-FUTURE.

    E-HOUSEHOLD-UNKNOWN, E-HOUSEHOLD-ELSEWHERE, asked where households are read. Its days are the policy's, from today on.
    """
    if complaint.version:
        refuse("E-COMPLAINT-STATE", state=complaint.state, allowed=[])
    refusals = Refusals()
    refusals.unless(command.division in decision.divisions, "E-DIVISION-UNKNOWN", at="division", division=command.division)
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    refusals.raise_any()
    days = decision.policy_for(command.division, command.effective_on).complaint_days
    complaint.trigger(
        ComplaintReceived,
        decision,
        command.effective_on,
        evidence=command.evidence,
        division=command.division,
        channel=command.channel,
        section=command.section,
        household_id=command.household_id,
        due_on=decision.today + timedelta(days=days),
    )


@decides(ResolveComplaint)
def resolve_complaint(complaint: Complaint, command: ResolveComplaint, decision: Decision) -> None:
    """E-COMPLAINT-UNKNOWN, E-COMPLAINT-STATE where it is resolved; E-DATE-FUTURE, E-DATE-BEFORE-LAST."""
    if complaint.version == 0:
        refuse("E-COMPLAINT-UNKNOWN", at="complaint_id")
    if not complaint.is_open:
        refuse("E-COMPLAINT-STATE", state=complaint.state, allowed=[RECEIVED])
    refusals = Refusals()
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    assert complaint.since is not None
    in_order = command.effective_on >= complaint.since
    refusals.unless(in_order, "E-DATE-BEFORE-LAST", at="effective_on", last=complaint.since)
    refusals.raise_any()
    complaint.trigger(ComplaintResolved, decision, command.effective_on, evidence=command.evidence, outcome=command.outcome)
