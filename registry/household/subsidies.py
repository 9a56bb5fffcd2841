"""Money paid to a household or a member, term by term, and what of it came back.

Source: three-year plan, items 4, 6, 8, 10, 11 and 18 (every payment down to the household is watched). The account is in the
vault. A payment is for one term and is made once: paying again needs the first one reversed in full.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from registry.command import code, decides
from registry.decision import Decision
from registry.household.assistance import (
    AMOUNT_MAX,
    age_on,
    check_amount,
    check_entitled,
    check_member,
    check_order,
    recorded_before,
    require_known,
)
from registry.household.command import HouseholdCommand, begin
from registry.household.event import HouseholdEvent
from registry.household.household import Household, Member, Subsidy
from registry.refusal import refuse
from schemas.code_tables import table

ONCE = "ONCE"
YEAR = re.compile(r"20\d\d")
SCHOOL_TERM = re.compile(r"20\d\d-[SA]")
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
TERMS: Mapping[str, tuple[re.Pattern[str], ...]] = MappingProxyType(
    {ONCE: (YEAR,), "YEAR": (YEAR,), "TERM": (SCHOOL_TERM,), "MONTH": (MONTH,)}
)
"""How a term is written, by how often the subsidy is paid: a year, a school term of it (S spring, A autumn), or a month."""
ANY_TERM = (YEAR, SCHOOL_TERM, MONTH)
ANY_AGE = 150


class SubsidyPaid(HouseholdEvent):
    """A subsidy was paid for a term; the account is in the vault."""

    TOPIC = "household.subsidy_paid"
    subsidy_id: UUID
    category: str
    term: str
    amount: Decimal
    person_id: UUID | None

    def apply(self, aggregate: Household) -> None:
        aggregate.subsidies[self.subsidy_id] = Subsidy(self.category, self.term, self.person_id, self.amount, self.effective_on)


class SubsidyReversed(HouseholdEvent):
    """A payment was taken back or bounced."""

    TOPIC = "household.subsidy_reversed"
    subsidy_id: UUID
    amount: Decimal

    def apply(self, aggregate: Household) -> None:
        aggregate.subsidies[self.subsidy_id].reversed_amount += self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class PaySubsidy(HouseholdCommand):
    """Record a payment, yuan, on the day it was made. With `subsidy_id`, sending the same again does nothing."""

    subsidy_id: UUID | None = None
    category: str = code("subsidy_category")
    term: str
    amount: Decimal
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseSubsidy(HouseholdCommand):
    """Record that a payment, or a part of it, came back on the effective day."""

    subsidy_id: UUID
    amount: Decimal


@decides(PaySubsidy)
def pay_subsidy(household: Household, command: PaySubsidy, decision: Decision) -> None:
    """E-NOT-ENTITLED, E-NOT-A-MEMBER, E-BENEFICIARY-AGE, E-TERM, E-AMOUNT, E-DUPLICATE-PAYMENT, E-ID-TAKEN; W-NO-RECIPIENT."""
    require_known(household)
    if recorded_before(*_facts(household, command), at="subsidy_id"):
        return
    refusals = begin(household, command, decision)
    rule = decision.policy_for(household.division, command.effective_on).subsidy_rule(command.category)
    check_entitled(household, command, decision, refusals)
    member = check_member(household, command.person_id, refusals)
    if member is not None:
        lowest, below = rule.age_from or 0, rule.age_below or ANY_AGE
        of_age = lowest <= age_on(member.birth_month, command.effective_on) < below
        refusals.unless(of_age, "E-BENEFICIARY-AGE", at="person_id", minimum=lowest, below=below)
    written = any(form.fullmatch(command.term) for form in TERMS.get(rule.period or "", ANY_TERM))
    refusals.unless(written, "E-TERM", at="term", period=rule.period)
    check_amount(command.amount, refusals, at="amount", maximum=rule.maximum or AMOUNT_MAX)
    paid = _paid(household, command, once=rule.period == ONCE)
    refusals.unless(not paid, "E-DUPLICATE-PAYMENT", at="term", term=command.term)
    refusals.raise_any()
    _doubt(household, command.category, member)
    household.trigger(
        SubsidyPaid,
        decision,
        command.effective_on,
        evidence=command.evidence,
        subsidy_id=command.subsidy_id or decision.next_id(),
        category=command.category,
        term=command.term,
        amount=command.amount,
        person_id=command.person_id,
    )


@decides(ReverseSubsidy)
def reverse_subsidy(household: Household, command: ReverseSubsidy, decision: Decision) -> None:
    """E-SUBSIDY-UNKNOWN, E-DATE-ORDER, E-AMOUNT (not more than is left). What came back asks for no entitlement."""
    require_known(household)
    refusals = begin(household, command, decision)
    subsidy = household.subsidies.get(command.subsidy_id)
    if subsidy is None:
        refuse("E-SUBSIDY-UNKNOWN", at="subsidy_id")
    check_order(refusals, "paid_on", subsidy.paid_on, "effective_on", command.effective_on)
    check_amount(command.amount, refusals, at="amount", maximum=subsidy.amount - subsidy.reversed_amount)
    refusals.raise_any()
    household.trigger(
        SubsidyReversed,
        decision,
        command.effective_on,
        evidence=command.evidence,
        subsidy_id=command.subsidy_id,
        amount=command.amount,
    )


def _facts(household: Household, command: PaySubsidy) -> tuple[object, object]:
    """What is known under the command's id, and what the command says, to compare."""
    known = household.subsidies.get(command.subsidy_id) if command.subsidy_id else None
    stored = known and (known.category, known.term, known.person_id, known.amount, known.paid_on)
    return stored, (command.category, command.term, command.person_id, command.amount, command.effective_on)


def _paid(household: Household, command: PaySubsidy, *, once: bool) -> bool:
    """Whether the same beneficiary has this subsidy for this term (or ever), and it did not all come back."""
    kept = [s for s in household.subsidies.values() if s.reversed_amount < s.amount]
    same = [s for s in kept if (s.category, s.person_id) == (command.category, command.person_id)]
    return any(once or s.term == command.term for s in same)


def _doubt(household: Household, category: str, member: Member | None) -> None:
    """W-NO-RECIPIENT where nobody who may have been meant is of the kind that the subsidy is for."""
    is_meant = RECIPIENTS.get(category)
    candidates = [member] if member else list(household.members.values())
    if is_meant is not None and not any(map(is_meant, candidates)):
        household.warn("W-NO-RECIPIENT", at="category", category=category)


def _pupil(*stages: str) -> Callable[[Member], bool]:
    return lambda member: member.school_status.startswith(stages)


def _disabled(member: Member) -> bool:
    return "DISABLED" in member.health


RECIPIENTS: Mapping[str, Callable[[Member], bool]] = MappingProxyType(
    {
        "EDUCATION_PRESCHOOL": _pupil("PRESCHOOL"),
        "EDUCATION_PRIMARY": _pupil("PRIMARY"),
        "EDUCATION_JUNIOR": _pupil("JUNIOR"),
        "EDUCATION_SENIOR": _pupil("SENIOR"),
        "EDUCATION_VOCATIONAL": _pupil("VOCATIONAL"),
        "EDUCATION_SUPPLIES": lambda member: member.school_status in table("school_status").tagged("compulsory"),
        "DISABILITY_LIVING": _disabled,
        "DISABILITY_CARE": _disabled,
        "MIGRANT_WORK": lambda member: member.work_area in table("work_area").tagged("out_of_county"),
    }
)
"""Whom a subsidy is for; one that is recorded where nobody is of that kind is doubted, not refused (data-quality rule 16)."""
