"""What every kind of help asks for: a household that is entitled to it, a member who gets it, a body that gives it, an amount.

Entitled: REGISTERED, PRE_EXIT, RELAPSED, EXITED_WITH_POLICY, or any household with an ACTIVE monitoring overlay.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from stdnum.cn import uscc

from registry.decision import Decision
from registry.household import status
from registry.household.command import HouseholdCommand
from registry.household.household import Household, Member
from registry.refusal import Refusals, refuse

AMOUNT_MAX = Decimal("9999999999.99")
CENTS = -2


def require_known(household: Household) -> None:
    """Raises Refused (E-HOUSEHOLD-UNKNOWN) where the register does not know it; a closed one may still get late facts."""
    if household.status == status.NONE:
        refuse("E-HOUSEHOLD-UNKNOWN")


def check_entitled(
    household: Household, command: HouseholdCommand, decision: Decision, refusals: Refusals, *, lasting: bool = False
) -> None:
    """E-NOT-ENTITLED unless the household was entitled on the effective day; what lasts asks for it today as well.

    A payment of last month may be recorded after the household's entitlement ended; a measure may not begin then.
    """
    day = command.effective_on
    if not household.entitled_on(day):
        held = sorted(household.statuses_on(day)) or [status.NOT_REGISTERED]
        refusals.add("E-NOT-ENTITLED", at="effective_on", day=day, status=held)
    elif lasting and not household.entitled:
        refusals.add("E-NOT-ENTITLED", day=decision.today, status=[household.status])


def check_member(household: Household, person_id: UUID | None, refusals: Refusals) -> Member | None:
    """The member, or None; E-NOT-A-MEMBER where a person is named who is not one."""
    if person_id is None:
        return None
    member = household.members.get(person_id)
    refusals.unless(member is not None, "E-NOT-A-MEMBER", at="person_id")
    return member


def check_body(code: str, refusals: Refusals, *, at: str) -> None:
    """E-USCC unless it is a unified social credit code (GB 32100) with its check character, in capitals and unspaced."""
    refusals.unless(uscc.is_valid(code) and uscc.compact(code) == code, "E-USCC", at=at)


def check_amount(amount: Decimal | None, refusals: Refusals, *, at: str, maximum: Decimal = AMOUNT_MAX) -> None:
    """E-AMOUNT unless it is above nothing, within the maximum, in whole cents."""
    if amount is None:
        return
    exponent = amount.as_tuple().exponent
    whole_cents = isinstance(exponent, int) and exponent >= CENTS
    refusals.unless(whole_cents and 0 < amount <= maximum, "E-AMOUNT", at=at, maximum=maximum)


def check_year(year: int, effective_on: date, refusals: Refusals) -> None:
    """E-FIELD-RANGE unless it is the year of the effective day or the next one, which is prepared in its autumn."""
    first, last = effective_on.year, effective_on.year + 1
    refusals.unless(first <= year <= last, "E-FIELD-RANGE", at="year", minimum=first, maximum=last)


def check_order(refusals: Refusals, first: str, earlier: date, then: str, later: date | None) -> None:
    """E-DATE-ORDER at `then` where its day lies before that of `first`; None is no day."""
    refusals.unless(later is None or earlier <= later, "E-DATE-ORDER", at=then, first=first, then=then)


def age_on(birth_month: date, day: date) -> int:
    """Full years of age on a day, by months: the register knows the month of birth only."""
    return day.year - birth_month.year - (day.month < birth_month.month)


def recorded_before(known: object, facts: object, *, at: str) -> bool:
    """Whether the register holds these facts under the id that the command names: then there is nothing to do.

    `known` is None where it holds nothing under it. Raises Refused (E-ID-TAKEN) where the id belongs to other facts.
    """
    if known is not None and known != facts:
        refuse("E-ID-TAKEN", at=at)
    return known is not None
