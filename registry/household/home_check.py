"""The home check, legal in every live status: what the need test, monitoring and exits read."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from registry.command import code, decides, number, staff
from registry.decision import Decision
from registry.household import case as steps
from registry.household import status
from registry.household.case import MONITORING, RELAPSE
from registry.household.command import HouseholdCommand, begin, require_live
from registry.household.household import Household
from registry.household.need import CENT, Guarantees, Income, NeedFacts
from registry.household.step import StepEvent, begin_step
from registry.refusal import Refusals, refuse
from schemas.code_tables import known

OPENED_BY_A_CHECK = frozenset({RELAPSE, MONITORING})
"""Procedures whose case begins with the home check itself."""
AMOUNT_MAX = 9_999_999_999


class HomeChecked(StepEvent):
    """A home check with what the need test reads."""

    TOPIC = "household.home_checked"
    checkers: list[str]
    income_from: date
    income_to: date
    income: Income
    medical_self_paid: Decimal
    size: int
    guarantees: Guarantees

    def apply(self, aggregate: Household) -> None:
        case = aggregate.cases.get(self.procedure)
        if case is None:
            case = aggregate.open_case(self, self.procedure, steps.HOME_CHECKED)
        case.done(steps.HOME_CHECKED, self.effective_on)
        case.checkers = tuple(self.checkers)
        case.need = aggregate.need = NeedFacts.of(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsCommand(HouseholdCommand):
    """What somebody found at home: income by kind of a period that ended by then, own medical payments, guarantees."""

    income_from: date
    income_to: date
    income: Income
    medical_self_paid: Decimal = number(0, AMOUNT_MAX)
    guarantees: Guarantees


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordHomeCheck(FindingsCommand):
    """Record a home check; `checkers` are opaque staff ids. In RELAPSE and MONITORING the first check opens the case."""

    procedure: str = code("procedure")
    checkers: tuple[str, ...] = staff()


@decides(RecordHomeCheck)
def record_home_check(household: Household, command: RecordHomeCheck, decision: Decision) -> None:
    """E-STEP-UNKNOWN (an exit is verified instead), E-NOT-EXITED (RELAPSE), E-NO-CASE, E-STEP-MISSING, E-CHECKERS.

    As its checks say: E-DATE-ORDER, E-NO-LIVING-MEMBER, E-STATE.
    """
    require_live(household)
    if command.procedure == RELAPSE and household.status not in status.EXITED:
        refuse("E-NOT-EXITED", at="procedure", status=household.status)
    if command.procedure in OPENED_BY_A_CHECK and command.procedure not in household.cases:
        refusals = begin(household, command, decision)
        case_id = household.next_case_id(command.procedure)
    else:
        case, refusals = begin_step(household, command, decision, command.procedure, steps.HOME_CHECKED)
        case_id = case.case_id
    check_findings(household, command, refusals)
    check_people(command.checkers, refusals, at="checkers")
    refusals.raise_any()
    household.trigger(
        HomeChecked,
        decision,
        command.effective_on,
        evidence=command.evidence,
        procedure=command.procedure,
        case_id=case_id,
        checkers=list(command.checkers),
        income_from=command.income_from,
        income_to=command.income_to,
        income=command.income,
        medical_self_paid=command.medical_self_paid,
        size=household.size,
        guarantees=command.guarantees,
    )


def check_people(staff: tuple[str, ...], refusals: Refusals, *, at: str) -> None:
    """E-CHECKERS unless somebody is named, and nobody twice."""
    refusals.unless(0 < len(set(staff)) == len(staff), "E-CHECKERS", at=at, minimum=1)


def check_findings(household: Household, command: FindingsCommand, refusals: Refusals) -> None:
    """Somebody lives there; the period lies before the visit, in order; no amount is negative; each guarantee has a result."""
    refusals.unless(household.size > 0, "E-NO-LIVING-MEMBER")
    ordered = command.income_from < command.income_to <= command.effective_on
    refusals.unless(ordered, "E-DATE-ORDER", at="income_to", first="income_from", then="effective_on")
    for kind, amount in command.income.items():
        assert isinstance(amount, Decimal)
        valid = 0 <= amount <= AMOUNT_MAX and amount == amount.quantize(CENT)
        refusals.unless(valid, "E-FIELD-RANGE", at=f"income.{kind}", minimum=0, maximum=AMOUNT_MAX)
    for dimension, result in command.guarantees.items():
        assert isinstance(result, str)
        known_result = known("guarantee_result", result)
        refusals.unless(known_result, "E-CODE-UNKNOWN", at=f"guarantees.{dimension}", table="guarantee_result")
