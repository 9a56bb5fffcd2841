"""Relapse: a household that had exited fell below the standard again (返贫, T9), and the error put right (T11).

Source: three-year plan, item 23 (返贫即入). Two signatures on a fresh home check; help may start at once, the formalities of
re-entry follow. T9 means that the standard was met at the exit and lost later; where it was not met then, see wrong_exit.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from registry.command import codes, decides
from registry.decision import Decision
from registry.household import case as steps
from registry.household import measures, monitoring, status
from registry.household.case import RE_ENTRY, RELAPSE, Case
from registry.household.command import HouseholdCommand, StatusCommand, begin, require_case
from registry.household.entry import check_in_need, need_line
from registry.household.event import HouseholdEvent
from registry.household.household import SPELL_REVOKED, Household, Spell
from registry.household.retention import STOP_REASON
from registry.household.step import StepEvent
from registry.refusal import Refusals, refuse


class RelapseProposed(StepEvent):
    """The township holds that the household fell back (T9, first signature)."""

    TOPIC = "household.relapse_proposed"
    risks: list[str]
    income_pc: Decimal
    line: Decimal

    def apply(self, aggregate: Household) -> None:
        case = self.case(aggregate)
        case.done(steps.PROPOSED, self.effective_on)
        case.proposed_by = self.actor["id"]
        case.risks = tuple(self.risks)


class RelapseConfirmed(HouseholdEvent):
    """The county confirmed the relapse; help may start at once (T9). A spell begins, and the case of the re-entry."""

    TOPIC = "household.relapse_confirmed"
    from_status: str
    to_status: str
    case_id: UUID
    re_entry_case_id: UUID
    spell_no: int
    risks: list[str]
    income_pc: Decimal
    line: Decimal
    size: int

    def apply(self, aggregate: Household) -> None:
        aggregate.close_case(RELAPSE)
        aggregate.open_case(self, RE_ENTRY, None, self.re_entry_case_id)
        aggregate.become(self)
        aggregate.spells.append(Spell(self.spell_no, "RELAPSE", self.effective_on))


class RelapseRevoked(HouseholdEvent):
    """The relapse was confirmed in error (T11): its spell never counted."""

    TOPIC = "household.relapse_revoked"
    from_status: str
    to_status: str
    case_id: UUID
    spell_no: int
    size: int

    def apply(self, aggregate: Household) -> None:
        aggregate.close_case(RE_ENTRY)
        aggregate.become(self)
        aggregate.end_spell(self.effective_on, SPELL_REVOKED)
        spell = aggregate.spell
        assert spell is not None
        spell.voided = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeRelapse(HouseholdCommand):
    """First signature: the household fell back, by the home check of the open relapse case."""

    risks: tuple[str, ...] = codes("risk_type")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmRelapse(StatusCommand):
    """Second signature (T9)."""

    FROM: ClassVar[frozenset[str]] = status.EXITED


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeRelapse(StatusCommand):
    """Put a relapse right that was confirmed in error (T11); the proof is in the evidence."""

    FROM: ClassVar[frozenset[str]] = frozenset({status.RELAPSED})
    REASONS: ClassVar[str | None] = "relapse_revoke_reason"


@decides(ProposeRelapse)
def propose_relapse(household: Household, command: ProposeRelapse, decision: Decision) -> None:
    """T9, first half. E-NOT-EXITED, E-NO-CASE, E-RISK-MISSING, E-CHECK-STALE, E-NEED-TEST-NOT-MET.

    As its checks say: E-DATE-ORDER.
    """
    case, refusals = weigh(household, command, decision, steps.PROPOSED)
    refusals.unless(len(command.risks) > 0, "E-RISK-MISSING", at="risks")
    refusals.raise_any()
    assert case.need is not None
    household.trigger(
        RelapseProposed,
        decision,
        command.effective_on,
        evidence=command.evidence,
        procedure=RELAPSE,
        case_id=case.case_id,
        risks=list(command.risks),
        income_pc=case.need.income_per_head,
        line=need_line(household, case.need, decision),
    )


@decides(ConfirmRelapse)
def confirm_relapse(household: Household, command: ConfirmRelapse, decision: Decision) -> None:
    """T9, and M6. As for the proposal, on the latest check; E-STEP-MISSING without one, E-TWO-PERSON-RULE for its author.

    As its checks say: E-CHECK-STALE, E-DATE-ORDER, E-NEED-TEST-NOT-MET, E-NO-CASE, E-NOT-EXITED.
    """
    case, refusals = weigh(household, command, decision, steps.ANNOUNCED)
    refusals.unless(decision.actor["id"] != case.proposed_by, "E-TWO-PERSON-RULE", other=steps.PROPOSED)
    refusals.raise_any()
    assert case.need is not None
    household.trigger(
        RelapseConfirmed,
        decision,
        command.effective_on,
        evidence=command.evidence,
        from_status=household.status,
        to_status=status.RELAPSED,
        case_id=case.case_id,
        re_entry_case_id=household.next_case_id(RE_ENTRY),
        spell_no=household.next_spell_no,
        risks=list(case.risks),
        income_pc=case.need.income_per_head,
        line=need_line(household, case.need, decision),
        size=household.size,
    )
    monitoring.end(household, decision, command.effective_on, status.RELAPSED)


@decides(RevokeRelapse)
def revoke_relapse(household: Household, command: RevokeRelapse, decision: Decision) -> None:
    """T11. E-FIELD-MISSING (a reason), E-EVIDENCE-MISSING (the proof). Help stops where policies had ended before the error.

    As its checks say: E-NO-CASE.
    """
    refusals = begin(household, command, decision)
    case = require_case(household, RE_ENTRY)
    refusals.unless(command.reason_code is not None, "E-FIELD-MISSING", at="reason_code")
    refusals.unless(len(command.evidence) > 0, "E-EVIDENCE-MISSING", at="evidence", kind="COUNTY_DECISION")
    refusals.raise_any()
    spell = household.spell
    assert spell is not None
    household.trigger(
        RelapseRevoked,
        decision,
        command.effective_on,
        reason_code=command.reason_code,
        evidence=command.evidence,
        from_status=household.status,
        to_status=case.status_before,
        case_id=case.case_id,
        spell_no=spell.number,
        size=household.size,
    )
    if not household.entitled:
        measures.stop_all(household, decision, command.effective_on, STOP_REASON)


def weigh(household: Household, command: ProposeRelapse | ConfirmRelapse, decision: Decision, step: str) -> tuple[Case, Refusals]:
    """What both signatures ask for: a household that had exited, and a fresh check by which it is poor again."""
    if household.status not in status.EXITED:
        refuse("E-NOT-EXITED", status=household.status)
    refusals = begin(household, command, decision)
    case = require_case(household, RELAPSE)
    case.require(step, refusals, on=command.effective_on)
    assert case.need is not None
    days = decision.policy_for(household.division, command.effective_on).home_check_days
    age = (command.effective_on - case.need.checked_on).days
    refusals.unless(age <= days, "E-CHECK-STALE", at="effective_on", days=days)
    check_in_need(household, case.need, decision, refusals)
    return case, refusals
