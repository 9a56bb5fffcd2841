"""Steps of an exit that no other procedure has: verification at home, and the household's own signature.

Source: 厅字〔2016〕16号 (入户核实, 拟退出贫困户认可).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from registry.command import code, decides, staff
from registry.decision import Decision
from registry.household import case as steps
from registry.household.case import EXIT
from registry.household.command import HouseholdCommand
from registry.household.home_check import FindingsCommand, check_findings, check_people
from registry.household.household import Household
from registry.household.need import Guarantees, Income, NeedFacts
from registry.household.step import StepEvent, begin_step


class ExitVerified(StepEvent):
    """The exit was verified at home. A new verification asks for a new acceptance."""

    TOPIC = "household.exit_verified"
    verifiers: list[str]
    housing_evidence: str
    income_from: date
    income_to: date
    income: Income
    medical_self_paid: Decimal
    size: int
    guarantees: Guarantees

    def apply(self, aggregate: Household) -> None:
        case = self.case(aggregate)
        case.done(steps.VERIFIED, self.effective_on)
        case.steps.pop(steps.COUNTY_ACCEPTED, None)
        case.checkers = tuple(self.verifiers)
        case.housing_evidence = self.housing_evidence
        case.need = aggregate.need = NeedFacts.of(self)


class HouseholdConsented(StepEvent):
    """A member signed that the household agrees to exit."""

    TOPIC = "household.household_consented"
    signed_by: UUID

    def apply(self, aggregate: Household) -> None:
        self.case(aggregate).done(steps.HOUSEHOLD_CONSENTED, self.effective_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyExit(FindingsCommand):
    """Record the verification at home; `verifiers` are opaque staff ids, none of them the household's helper."""

    verifiers: tuple[str, ...] = staff()
    housing_evidence: str = code("housing_evidence")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordConsent(HouseholdCommand):
    """Record that a member signed."""

    signed_by: UUID


@decides(VerifyExit)
def verify_exit(household: Household, command: VerifyExit, decision: Decision) -> None:
    """E-CHECKERS, E-VERIFIER-IS-HELPER. What was found is a fact whatever it is; acceptance weighs it. May be repeated.

    As its checks say: E-DATE-ORDER, E-NO-CASE, E-NO-LIVING-MEMBER, E-PASS-RATIO, E-STATE, E-STEP-MISSING, E-STEP-UNKNOWN.
    """
    case, refusals = begin_step(household, command, decision, EXIT, steps.VERIFIED)
    check_findings(household, command, refusals)
    check_people(command.verifiers, refusals, at="verifiers")
    refusals.unless(household.helper_id not in command.verifiers, "E-VERIFIER-IS-HELPER", at="verifiers")
    refusals.raise_any()
    household.trigger(
        ExitVerified,
        decision,
        command.effective_on,
        evidence=command.evidence,
        procedure=EXIT,
        case_id=case.case_id,
        verifiers=list(command.verifiers),
        housing_evidence=command.housing_evidence,
        income_from=command.income_from,
        income_to=command.income_to,
        income=command.income,
        medical_self_paid=command.medical_self_paid,
        size=household.size,
        guarantees=command.guarantees,
    )


@decides(RecordConsent)
def record_consent(household: Household, command: RecordConsent, decision: Decision) -> None:
    """E-NOT-A-MEMBER. Silent where the household has signed.

    As its checks say: E-DATE-ORDER, E-NO-CASE, E-PASS-RATIO, E-STATE, E-STEP-MISSING, E-STEP-UNKNOWN.
    """
    case, refusals = begin_step(household, command, decision, EXIT, steps.HOUSEHOLD_CONSENTED)
    refusals.unless(command.signed_by in household.members, "E-NOT-A-MEMBER", at="signed_by")
    refusals.raise_any()
    if steps.HOUSEHOLD_CONSENTED not in case.steps:
        household.trigger(
            HouseholdConsented,
            decision,
            command.effective_on,
            evidence=command.evidence,
            procedure=EXIT,
            case_id=case.case_id,
            signed_by=command.signed_by,
        )
