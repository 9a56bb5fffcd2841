"""What people do about a mismatch: it is given to a township, verified, acted on, and closed by another than who verified it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from registry.campaigns.event import CampaignEvent
from registry.campaigns.mismatch import ACTED, ASSIGNED, CLOSED, FOUND, TRUE_POSITIVE, VERIFIED, Mismatch
from registry.command import Command, code, decides
from registry.decision import Decision
from registry.early_warning.working_days import after_working_days
from registry.refusal import Refusals, refuse
from schemas.divisions import Level

NONE: Final = "NONE"
LINKED: Final = frozenset({"IDENTIFICATION", "CLEAR_OUT", "MONITORING"})
"""Outcomes that name a case of the household's procedures."""


class ComparisonMismatchAssigned(CampaignEvent):
    """A township has it, to be verified by `due_on`; `division` in the envelope is the township."""

    TOPIC = "campaign.comparison_mismatch_assigned"
    due_on: date

    def apply(self, aggregate: Mismatch) -> None:
        aggregate.state, aggregate.division = ASSIGNED, self.division


class ComparisonMismatchVerified(CampaignEvent):
    """Somebody looked: the sector's data are right about the household, or they are not."""

    TOPIC = "campaign.comparison_mismatch_verified"
    verdict: str

    def apply(self, aggregate: Mismatch) -> None:
        aggregate.state, aggregate.verdict, aggregate.verifier = VERIFIED, self.verdict, self.actor["id"]


class ComparisonMismatchActed(CampaignEvent):
    """What was done; `linked_case_id` is of the household's case that staff began for it."""

    TOPIC = "campaign.comparison_mismatch_acted"
    outcome: str
    linked_case_id: UUID | None

    def apply(self, aggregate: Mismatch) -> None:
        aggregate.state, aggregate.outcome = ACTED, self.outcome


class ComparisonMismatchClosed(CampaignEvent):
    """Nothing is left to do."""

    TOPIC = "campaign.comparison_mismatch_closed"
    outcome: str

    def apply(self, aggregate: Mismatch) -> None:
        aggregate.state = CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class MismatchCommand(Command):
    """An intent about one mismatch, by people."""

    mismatch_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignMismatch(MismatchCommand):
    """Give it to a township. `township`: its 12-digit code."""

    township: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMismatchVerdict(MismatchCommand):
    """Say whether it is true."""

    verdict: str = code("mismatch_verdict")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActOnMismatch(MismatchCommand):
    """Say what was done. linked_case_id: for IDENTIFICATION, CLEAR_OUT and MONITORING, the household's case."""

    outcome: str = code("mismatch_outcome")
    linked_case_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseMismatch(MismatchCommand):
    """End it."""


def begin(mismatch: Mismatch, command: MismatchCommand, decision: Decision, allowed: Collection[str]) -> Refusals:
    """The answer so far. E-DATE-FUTURE; at once E-MISMATCH-UNKNOWN, E-MISMATCH-STATE in another state."""
    if mismatch.version == 0:
        refuse("E-MISMATCH-UNKNOWN", at="mismatch_id")
    if mismatch.state not in allowed:
        refuse("E-MISMATCH-STATE", state=mismatch.state, allowed=sorted(allowed))
    refusals = Refusals()
    refusals.unless(command.effective_on <= decision.today, "E-DATE-FUTURE", at="effective_on", today=decision.today)
    return refusals


@decides(AssignMismatch)
def assign_mismatch(mismatch: Mismatch, command: AssignMismatch, decision: Decision) -> None:
    """E-MISMATCH-UNKNOWN, E-MISMATCH-STATE, E-DATE-FUTURE, E-DIVISION-UNKNOWN, E-DIVISION-LEVEL, E-CALENDAR-YEAR.

    Silent where that township has it.
    """
    refusals = begin(mismatch, command, decision, {FOUND, ASSIGNED})
    division = decision.divisions.get(command.township)
    if refusals.unless(division is not None, "E-DIVISION-UNKNOWN", at="township", division=command.township):
        assert division is not None
        township = division.level is Level.TOWNSHIP
        refusals.unless(township, "E-DIVISION-LEVEL", at="township", division=command.township, level="TOWNSHIP")
    refusals.raise_any()
    if mismatch.state == ASSIGNED and mismatch.division == command.township:
        return
    days = decision.policy_for(command.township, command.effective_on).mismatch_due_working_days
    mismatch.trigger(
        ComparisonMismatchAssigned,
        decision,
        command.effective_on,
        evidence=command.evidence,
        division=command.township,
        due_on=after_working_days(decision.today, days),
    )


@decides(RecordMismatchVerdict)
def record_mismatch_verdict(mismatch: Mismatch, command: RecordMismatchVerdict, decision: Decision) -> None:
    """E-MISMATCH-UNKNOWN, E-MISMATCH-STATE, E-DATE-FUTURE; E-MISMATCH-EVIDENCE without a paper that says so."""
    refusals = begin(mismatch, command, decision, {ASSIGNED})
    refusals.unless(len(command.evidence) > 0, "E-MISMATCH-EVIDENCE", at="evidence")
    refusals.raise_any()
    mismatch.trigger(
        ComparisonMismatchVerified, decision, command.effective_on, evidence=command.evidence, verdict=command.verdict
    )


@decides(ActOnMismatch)
def act_on_mismatch(mismatch: Mismatch, command: ActOnMismatch, decision: Decision) -> None:
    """E-MISMATCH-OUTCOME: something done about what is not true, or nothing about what is.

    E-MISMATCH-LINK without a case where one is due, or with one where none is.
    E-MISMATCH-UNKNOWN, E-MISMATCH-STATE, E-DATE-FUTURE.
    """
    refusals = begin(mismatch, command, decision, {VERIFIED})
    fits = (mismatch.verdict == TRUE_POSITIVE) == (command.outcome != NONE)
    refusals.unless(fits, "E-MISMATCH-OUTCOME", at="outcome", outcome=command.outcome, verdict=mismatch.verdict)
    linked = (command.linked_case_id is not None) == (command.outcome in LINKED)
    refusals.unless(linked, "E-MISMATCH-LINK", at="linked_case_id", outcome=command.outcome)
    refusals.raise_any()
    mismatch.trigger(
        ComparisonMismatchActed,
        decision,
        command.effective_on,
        evidence=command.evidence,
        outcome=command.outcome,
        linked_case_id=command.linked_case_id,
    )


@decides(CloseMismatch)
def close_mismatch(mismatch: Mismatch, command: CloseMismatch, decision: Decision) -> None:
    """E-TWO-PERSON-RULE: closed by who verified it; E-MISMATCH-UNKNOWN, E-MISMATCH-STATE, E-DATE-FUTURE."""
    refusals = begin(mismatch, command, decision, {ACTED})
    other = decision.actor["id"] != mismatch.verifier
    refusals.unless(other, "E-TWO-PERSON-RULE", at="", other="verifier")
    refusals.raise_any()
    mismatch.trigger(
        ComparisonMismatchClosed, decision, command.effective_on, evidence=command.evidence, outcome=mismatch.outcome
    )
