"""Members' insurance by scheme and year: medical, pension, accident, and insurance against falling back.

Source: three-year plan, items 9 (all insured, premiums paid by finance), 11 (pension, accident insurance from 60) and 19. The
fund's list is a fact about any household of the register, entitled or not: a marginal household's member may lack it too.
"""

from dataclasses import dataclass
from uuid import UUID

from registry.command import code, decides
from registry.decision import Decision
from registry.household.assistance import check_member, check_year
from registry.household.command import HouseholdCommand, begin, require_live
from registry.household.event import HouseholdEvent
from registry.household.household import Household


class InsuranceEnrolled(HouseholdEvent):
    """A member is insured in a scheme for a year."""

    TOPIC = "household.insurance_enrolled"
    person_id: UUID
    scheme: str
    year: int

    def apply(self, aggregate: Household) -> None:
        aggregate.insurance.add((self.person_id, self.scheme, self.year))


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollInsurance(HouseholdCommand):
    """Record that a member is insured in a scheme for a year."""

    person_id: UUID
    scheme: str = code("insurance_scheme")
    year: int


@decides(EnrollInsurance)
def enroll_insurance(household: Household, command: EnrollInsurance, decision: Decision) -> None:
    """E-NOT-A-MEMBER, E-FIELD-RANGE (year); nothing where the member is insured already.

    As its checks say: E-STATE.
    """
    require_live(household)
    if (command.person_id, command.scheme, command.year) in household.insurance:
        return
    refusals = begin(household, command, decision)
    check_member(household, command.person_id, refusals)
    check_year(command.year, command.effective_on, refusals)
    refusals.raise_any()
    household.trigger(
        InsuranceEnrolled,
        decision,
        command.effective_on,
        evidence=command.evidence,
        person_id=command.person_id,
        scheme=command.scheme,
        year=command.year,
    )
