"""Clear-out: a household that should not be listed leaves the register, and comes back if its appeal is upheld (T12, T13).

Source: three-year plan, item 23 (non-qualifying households are cleared out in time). Never automatic: a verified lead, an
appraisal, publicity, and the household told of what is intended, with days to object. 错评 is told by the reason's tag.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID

from registry.command import decides
from registry.decision import Decision
from registry.household import case as steps
from registry.household import measures, monitoring, status
from registry.household.appraisal import LISTED
from registry.household.case import CLEAR_OUT, EXIT, RE_ENTRY, RELAPSE, Appeal
from registry.household.command import StatusCommand, begin, require_case
from registry.household.event import HouseholdEvent
from registry.household.household import SPELL_CLEARED_OUT, SPELL_EXITED, Household
from registry.household.step import StepCommand, StepEvent, begin_step

STOP_REASON = "CLEARED_OUT"
EVASIVE_SPLIT = "EVASIVE_SPLIT"


class HouseholdNotified(StepEvent):
    """The household was told of the intended decision."""

    TOPIC = "household.household_notified"
    told_on: date

    def apply(self, aggregate: Household) -> None:
        case = self.case(aggregate)
        case.done(steps.HOUSEHOLD_NOTIFIED, self.effective_on)
        case.told_on = self.told_on


class HouseholdClearedOut(HouseholdEvent):
    """A household that should not have been listed was removed (T12)."""

    TOPIC = "household.household_cleared_out"
    from_status: str
    to_status: str
    case_id: UUID
    spell_no: int
    size: int

    def apply(self, aggregate: Household) -> None:
        case = aggregate.clear_out_case = aggregate.close_case(CLEAR_OUT)
        case.decide(self)
        aggregate.status_before_clear_out = self.from_status
        aggregate.re_entry_before_clear_out = aggregate.cases.pop(RE_ENTRY, None)
        aggregate.cases.pop(EXIT, None)
        aggregate.cases.pop(RELAPSE, None)
        aggregate.become(self)
        aggregate.end_spell(self.effective_on, SPELL_CLEARED_OUT)
        for measure in aggregate.measures.values():
            measure.stopped_for = None  # only what this clear-out stops may resume with its appeal


class ClearOutReversed(HouseholdEvent):
    """The appeal against the clear-out was upheld (T13): the household is where it was, its spell goes on."""

    TOPIC = "household.clear_out_reversed"
    from_status: str
    to_status: str
    case_id: UUID
    appeal_no: int
    spell_no: int
    size: int

    def apply(self, aggregate: Household) -> None:
        aggregate.become(self)
        aggregate.clear_out_case = aggregate.rejected_case = None
        if aggregate.re_entry_before_clear_out is not None:
            aggregate.cases[RE_ENTRY] = aggregate.re_entry_before_clear_out
            aggregate.re_entry_before_clear_out = None
        spell = aggregate.spell
        assert spell is not None
        if self.to_status in status.EXITED:
            spell.ended_on, spell.end_reason = aggregate.exited_on, SPELL_EXITED
        else:
            spell.ended_on = spell.end_reason = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyHousehold(StepCommand):
    """Record that the household was told what is intended, on `told_on`."""

    told_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearOut(StatusCommand):
    """Remove a household that should not be listed (T12)."""

    FROM: ClassVar[frozenset[str]] = LISTED
    REASONS: ClassVar[str | None] = "clear_out_reason"


@decides(NotifyHousehold)
def notify_household(household: Household, command: NotifyHousehold, decision: Decision) -> None:
    """E-DATE-FUTURE, E-DATE-ORDER; E-STEP-DONE where it was told on another day; silent where it was told on this one.

    As its checks say: E-NO-APPRAISAL, E-NO-CASE, E-OBJECTION-UPHELD, E-PASS-RATIO, E-STATE, E-STEP-MISSING, E-STEP-UNKNOWN.
    """
    case, refusals = begin_step(household, command, decision, command.procedure, steps.HOUSEHOLD_NOTIFIED)
    refusals.unless(command.told_on <= decision.today, "E-DATE-FUTURE", at="told_on", today=decision.today)
    ordered = case.opened_on <= command.told_on <= command.effective_on
    refusals.unless(ordered, "E-DATE-ORDER", at="told_on", first=steps.APPRAISAL_REQUESTED, then=steps.HOUSEHOLD_NOTIFIED)
    again = case.told_on is not None and case.told_on != command.told_on
    refusals.unless(not again, "E-STEP-DONE", at="told_on", step=steps.HOUSEHOLD_NOTIFIED)
    refusals.raise_any()
    if case.told_on is None:
        household.trigger(
            HouseholdNotified,
            decision,
            command.effective_on,
            evidence=command.evidence,
            procedure=command.procedure,
            case_id=case.case_id,
            told_on=command.told_on,
        )


@decides(ClearOut)
def clear_out(household: Household, command: ClearOut, decision: Decision) -> None:
    """T12. E-FIELD-MISSING (a reason), E-NO-APPRAISAL, E-NO-NOTICE-TO-HOUSEHOLD, E-OBJECTION-WINDOW-OPEN, E-STEP-MISSING.

    As its checks say: E-DATE-ORDER, E-NO-CASE, E-OBJECTION-UPHELD, E-PASS-RATIO, E-REASON-NOT-ALLOWED.
    """
    refusals = begin(household, command, decision)
    case = require_case(household, CLEAR_OUT)
    case.require(steps.ANNOUNCED, refusals, on=command.effective_on)
    refusals.unless(command.reason_code is not None, "E-FIELD-MISSING", at="reason_code")
    split_was_genuine = command.reason_code == EVASIVE_SPLIT and household.split_verdict == "GENUINE"
    refusals.unless(not split_was_genuine, "E-REASON-NOT-ALLOWED", at="reason_code", reason=command.reason_code)
    if case.told_on is not None:
        days = decision.policy_for(household.division, case.told_on).clear_out_objection_days
        until = case.told_on + timedelta(days=days)
        refusals.unless(command.effective_on > until, "E-OBJECTION-WINDOW-OPEN", at="effective_on", until=until)
    refusals.raise_any()
    spell = household.spell
    assert spell is not None
    household.trigger(
        HouseholdClearedOut,
        decision,
        command.effective_on,
        reason_code=command.reason_code,
        evidence=command.evidence,
        from_status=household.status,
        to_status=status.CLEARED_OUT,
        case_id=case.case_id,
        spell_no=spell.number,
        size=household.size,
    )
    measures.stop_all(household, decision, command.effective_on, STOP_REASON)
    monitoring.end(household, decision, command.effective_on, status.CLEARED_OUT)


def reverse(household: Household, decision: Decision, effective_on: date, appeal: Appeal) -> None:
    """T13, in the save of the upheld appeal: PRE_EXIT comes back as REGISTERED, what the clear-out had stopped resumes."""
    before = household.status_before_clear_out
    spell = household.spell
    assert spell is not None
    household.trigger(
        ClearOutReversed,
        decision,
        effective_on,
        from_status=household.status,
        to_status=status.REGISTERED if before == status.PRE_EXIT else before,
        case_id=appeal.case_id,
        appeal_no=appeal.number,
        spell_no=spell.number,
        size=household.size,
    )
    if household.entitled:
        measures.resume_stopped(household, decision, effective_on, STOP_REASON)
    if household.status in (status.REGISTERED, status.RELAPSED):
        monitoring.end(household, decision, effective_on, household.status)
