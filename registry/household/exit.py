"""Exit: from the proposal to the announcement that a household is out of poverty (T5, T6).

Source: three-year plan, item 23 (脱贫即出, strictly by standard and procedure); 厅字〔2016〕16号. The plan's figures of how many
should exit are report lines: no guard here reads them.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from registry.command import decides
from registry.decision import Decision
from registry.household import case as steps
from registry.household import status
from registry.household.case import EXIT
from registry.household.command import HouseholdCommand, StatusCommand, begin, require_case
from registry.household.entry import need_line
from registry.household.event import HouseholdEvent
from registry.household.exit_guards import check_helped_long_enough, check_standard_met
from registry.household.household import SPELL_EXITED, Household
from registry.household.obstacles import check_no_obstacle
from registry.household.step import StepEvent, begin_step


class ExitProposed(HouseholdEvent):
    """An exit case was opened (T5)."""

    TOPIC = "household.exit_proposed"
    from_status: str
    to_status: str
    case_id: UUID

    def apply(self, aggregate: Household) -> None:
        aggregate.open_case(self, EXIT, steps.PROPOSED)
        aggregate.become(self)


class ExitAccepted(StepEvent):
    """The county accepted the exit; announcement follows (T6)."""

    TOPIC = "household.exit_accepted"
    income_pc: Decimal
    line: Decimal

    def apply(self, aggregate: Household) -> None:
        self.case(aggregate).done(steps.COUNTY_ACCEPTED, self.effective_on)


class HouseholdExited(HouseholdEvent):
    """The exit was announced (T6); the spell ends."""

    TOPIC = "household.household_exited"
    from_status: str
    to_status: str
    case_id: UUID
    spell_no: int
    income_pc: Decimal
    line: Decimal
    size: int

    def apply(self, aggregate: Household) -> None:
        aggregate.close_case(EXIT)
        aggregate.become(self)
        aggregate.exited_on = self.effective_on
        aggregate.end_spell(self.effective_on, SPELL_EXITED)


class PolicyRetentionSet(HouseholdEvent):
    """Policies are kept until this day."""

    TOPIC = "household.policy_retention_set"
    until: date

    def apply(self, aggregate: Household) -> None:
        aggregate.retention_until = self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeExit(StatusCommand):
    """Open an exit case (T5)."""

    FROM: ClassVar[frozenset[str]] = frozenset({status.REGISTERED})


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptExit(HouseholdCommand):
    """Accept the exit for the county: the standard is met, by the procedure (T6, first half)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceExit(StatusCommand):
    """Announce the accepted exit (T6, second half)."""

    FROM: ClassVar[frozenset[str]] = frozenset({status.PRE_EXIT})


@decides(ProposeExit)
def propose_exit(household: Household, command: ProposeExit, decision: Decision) -> None:
    """T5. E-TOO-SOON, E-NO-MEASURE, E-NO-HELPER, E-OPEN-*, E-CASE-OPEN (a clear-out runs).

    As its checks say: E-OPEN-APPEAL, E-OPEN-COMPLAINT, E-OPEN-FINDING, E-OPEN-MISMATCH, E-OPEN-WARNING.
    """
    refusals = begin(household, command, decision)
    check_helped_long_enough(household, command.effective_on, decision, refusals)
    check_no_obstacle(household, refusals)
    refusals.raise_any()
    household.trigger(
        ExitProposed,
        decision,
        command.effective_on,
        evidence=command.evidence,
        from_status=household.status,
        to_status=status.PRE_EXIT,
        case_id=household.next_case_id(EXIT),
    )


@decides(AcceptExit)
def accept_exit(household: Household, command: AcceptExit, decision: Decision) -> None:
    """T6, first half. The steps before it; the standard met by a fresh verification; E-TWO-PERSON-RULE; E-OPEN-*. Once.

    As its checks say: E-CASE-OPEN, E-DATE-ORDER, E-EVIDENCE-MISSING, E-GUARANTEE-NOT-MET, E-INCOME-BELOW-LINE, E-NO-CASE,
    E-NO-CONSENT, E-OBJECTION-UPHELD, E-OPEN-APPEAL, E-OPEN-COMPLAINT, E-OPEN-FINDING, E-OPEN-MISMATCH, E-OPEN-WARNING,
    E-PASS-RATIO, E-REVIEW-RETURNED, E-STATE, E-STEP-MISSING, E-STEP-UNKNOWN, E-VERIFICATION-STALE, E-VERIFIER-IS-HELPER.
    """
    case, refusals = begin_step(household, command, decision, EXIT, steps.COUNTY_ACCEPTED)
    check_standard_met(household, case, command.effective_on, decision, refusals)
    check_no_obstacle(household, refusals)
    refusals.unless(decision.actor["id"] != case.reviewed_by, "E-TWO-PERSON-RULE", other=steps.TOWNSHIP_REVIEWED)
    refusals.raise_any()
    if steps.COUNTY_ACCEPTED in case.steps:
        return
    assert case.need is not None
    household.trigger(
        ExitAccepted,
        decision,
        command.effective_on,
        evidence=command.evidence,
        procedure=EXIT,
        case_id=case.case_id,
        income_pc=case.need.income_per_head,
        line=need_line(household, case.need, decision),
    )


@decides(AnnounceExit)
def announce_exit(household: Household, command: AnnounceExit, decision: Decision) -> None:
    """T6, second half: the steps before it, and no obstacle that came up since; sets how long policies are kept.

    As its checks say: E-CASE-OPEN, E-DATE-ORDER, E-NO-CASE, E-NO-CONSENT, E-OBJECTION-UPHELD, E-OPEN-APPEAL,
    E-OPEN-COMPLAINT, E-OPEN-FINDING, E-OPEN-MISMATCH, E-OPEN-WARNING, E-PASS-RATIO, E-REVIEW-RETURNED, E-STEP-MISSING.
    """
    refusals = begin(household, command, decision)
    case = require_case(household, EXIT)
    case.require(steps.ANNOUNCED, refusals, on=command.effective_on)
    check_no_obstacle(household, refusals)
    refusals.raise_any()
    spell, need = household.spell, case.need
    assert spell is not None
    assert need is not None
    household.trigger(
        HouseholdExited,
        decision,
        command.effective_on,
        evidence=command.evidence,
        from_status=household.status,
        to_status=status.EXITED_WITH_POLICY,
        case_id=case.case_id,
        spell_no=spell.number,
        income_pc=need.income_per_head,
        line=need_line(household, need, decision),
        size=household.size,
    )
    until = decision.policy_for(household.division, command.effective_on).retention_until(command.effective_on)
    household.trigger(PolicyRetentionSet, decision, command.effective_on, until=until)
