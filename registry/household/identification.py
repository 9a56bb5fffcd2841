"""Identification: from an application to the announcement that a household is registered (T1, T3, T4).

Source: three-year plan, item 23 (all who qualify are admitted, by the procedure); 2014 national plan of file and card.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from registry.command import code, decides
from registry.decision import Decision
from registry.household import case as steps
from registry.household import monitoring, status
from registry.household.case import IDENTIFICATION
from registry.household.command import StatusCommand, begin, require_case
from registry.household.entry import EntryCommand, check_entry, need_line
from registry.household.event import HouseholdEvent
from registry.household.household import Household, Spell
from registry.household.members import CASE_OPENED, add, check_all_members
from registry.household.new_member import NewMember, doubt_labour, named
from registry.household.rejection import check_reason
from registry.household.split import under_suspicion
from registry.refusal import refuse


class IdentificationApplied(HouseholdEvent):
    """An identification case was opened (T1). An earlier rejection is settled by it: there is nothing left to appeal."""

    TOPIC = "household.identification_applied"
    from_status: str
    to_status: str
    case_id: UUID
    application_source: str
    applicant_person_id: UUID | None
    lead_id: UUID | None
    size: int

    def apply(self, aggregate: Household) -> None:
        aggregate.open_case(self, IDENTIFICATION, steps.APPLIED)
        aggregate.rejected_case = None
        aggregate.become(self)


class HouseholdIdentified(HouseholdEvent):
    """The household was announced as registered (T3); a spell begins."""

    TOPIC = "household.household_identified"
    from_status: str
    to_status: str
    case_id: UUID
    entry_kind: str
    spell_no: int
    attribute: str
    main_cause: str
    other_causes: list[str]
    income_pc: Decimal
    line: Decimal
    unmet_guarantees: list[str]
    size: int

    def apply(self, aggregate: Household) -> None:
        aggregate.close_case(IDENTIFICATION)
        aggregate.become(self)
        aggregate.spells.append(Spell(self.spell_no, self.entry_kind, self.effective_on))
        aggregate.attribute = self.attribute
        aggregate.main_cause = self.main_cause
        aggregate.other_causes = tuple(self.other_causes)
        aggregate.exited_on = aggregate.retention_until = None


class IdentificationRejected(HouseholdEvent):
    """The case ended without registration (T4); the household may appeal."""

    TOPIC = "household.identification_rejected"
    from_status: str
    to_status: str
    case_id: UUID
    told_on: date
    appeal_until: date

    def apply(self, aggregate: Household) -> None:
        case = aggregate.rejected_case = aggregate.close_case(IDENTIFICATION)
        case.decide(self)
        case.told_on, case.appeal_until = self.told_on, self.appeal_until
        aggregate.become(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyForIdentification(StatusCommand):
    """Open an identification case (T1). Members are known before it is announced; `members` registers them all, now."""

    FROM: ClassVar[frozenset[str]] = frozenset({status.NOT_REGISTERED, status.CLEARED_OUT})

    application_source: str = code("application_source")
    applicant_person_id: UUID | None = None
    lead_id: UUID | None = None
    members: tuple[NewMember, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceIdentification(EntryCommand):
    """Announce that the household is registered (T3)."""

    FROM: ClassVar[frozenset[str]] = frozenset({status.IN_IDENTIFICATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectIdentification(StatusCommand):
    """End the case without registration (T4); `told_on` is the day on which the applicant was told."""

    FROM: ClassVar[frozenset[str]] = frozenset({status.IN_IDENTIFICATION})
    REASONS: ClassVar[str | None] = "reject_reason"

    told_on: date


@decides(ApplyForIdentification)
def apply_for_identification(household: Household, command: ApplyForIdentification, decision: Decision) -> None:
    """T1. E-CASE-OPEN, E-NO-LIVING-MEMBER, E-NOT-A-MEMBER, E-SPLIT-SUSPECT, E-OPEN-APPEAL.

    As its checks say: E-DATE-ORDER, E-HEAD, E-MEMBERS-KNOWN, E-PERSON-ALREADY-LIVE, E-PERSON-ERASED, E-RELATION-SEX.
    """
    if IDENTIFICATION in household.cases:
        refuse("E-CASE-OPEN", procedure=IDENTIFICATION)
    refusals = begin(household, command, decision)
    if command.members:
        check_all_members(household, command.members, command.effective_on, refusals)
    refusals.unless(household.size > 0 or bool(command.members), "E-NO-LIVING-MEMBER")
    refusals.unless(not under_suspicion(household, command.effective_on, decision), "E-SPLIT-SUSPECT")
    refusals.unless(household.open_appeal is None, "E-OPEN-APPEAL")
    applicant = command.applicant_person_id
    members = household.members.keys() | {member.person_id for member in command.members}
    refusals.unless(applicant is None or applicant in members, "E-NOT-A-MEMBER", at="applicant_person_id")
    refusals.raise_any()
    add(household, command.members, decision, command.effective_on, CASE_OPENED)
    doubt_labour(household, named(command.members), command.effective_on)
    household.trigger(
        IdentificationApplied,
        decision,
        command.effective_on,
        evidence=command.evidence,
        from_status=household.status,
        to_status=status.IN_IDENTIFICATION,
        case_id=household.next_case_id(IDENTIFICATION),
        application_source=command.application_source,
        applicant_person_id=applicant,
        lead_id=command.lead_id,
        size=household.size,
    )


@decides(AnnounceIdentification)
def announce_identification(household: Household, command: AnnounceIdentification, decision: Decision) -> None:
    """T3, and M6 where the household was monitored. What `check_entry` asks for.

    As its checks say: E-CAUSE-MISSING, E-CAUSE-NOT-MAIN, E-CAUSE-REPEATED, E-CAUSE-TOO-MANY, E-DATE-ORDER,
    E-NEED-TEST-NOT-MET, E-NO-CASE, E-NO-LIVING-MEMBER, E-OBJECTION-UPHELD, E-PASS-RATIO, E-REVIEW-RETURNED, E-STEP-MISSING,
    E-TWO-PERSON-RULE.
    """
    refusals = begin(household, command, decision)
    case = require_case(household, IDENTIFICATION)
    check_entry(household, case, command, decision, refusals)
    refusals.raise_any()
    assert case.need is not None
    household.trigger(
        HouseholdIdentified,
        decision,
        command.effective_on,
        evidence=command.evidence,
        from_status=household.status,
        to_status=status.REGISTERED,
        case_id=case.case_id,
        entry_kind="REIDENTIFIED" if household.spells else "NEW",
        spell_no=household.next_spell_no,
        attribute=command.attribute,
        main_cause=command.main_cause,
        other_causes=list(command.other_causes),
        income_pc=case.need.income_per_head,
        line=need_line(household, case.need, decision),
        unmet_guarantees=list(case.need.unmet),
        size=household.size,
    )
    monitoring.end(household, decision, command.effective_on, status.REGISTERED)


@decides(RejectIdentification)
def reject_identification(household: Household, command: RejectIdentification, decision: Decision) -> None:
    """T4: back to the status before the application; the household may appeal within the policy's days after being told.

    As its checks say: E-DATE-ORDER, E-NO-CASE, E-REASON-NOT-ALLOWED.
    """
    refusals = begin(household, command, decision)
    case = require_case(household, IDENTIFICATION)
    check_reason(household, case, command.reason_code, command.effective_on, decision, refusals)
    refusals.unless(command.told_on <= decision.today, "E-DATE-FUTURE", at="told_on", today=decision.today)
    in_order = case.opened_on <= command.told_on
    refusals.unless(in_order, "E-DATE-ORDER", at="told_on", first=steps.APPLIED, then="told_on")
    refusals.raise_any()
    days = decision.policy_for(household.division, command.effective_on).rejection_appeal_days
    household.trigger(
        IdentificationRejected,
        decision,
        command.effective_on,
        reason_code=command.reason_code,
        evidence=command.evidence,
        from_status=household.status,
        to_status=case.status_before,
        case_id=case.case_id,
        told_on=command.told_on,
        appeal_until=command.told_on + timedelta(days=days),
    )
