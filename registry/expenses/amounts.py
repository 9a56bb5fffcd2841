"""The amounts of a settlement: who pays which part, and how they must add up.

Source: the national medical insurance interface for the parts; three-year plan, item 9, for the five lines of payers. Yuan,
Decimals with two places.
"""

from collections.abc import Mapping
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final

from registry.refusal import Refusals

FUNDS: Final = ("basic_pay", "critical_pay", "commercial_pay", "civil_assist_pay", "special_fund_pay")
"""The five lines, in the order in which they pay."""
PARTS: Final = ("out_of_scope_fee", "over_limit", "pre_self_pay", "in_scope")
"""What the total is made of."""
OWN: Final = ("cash_pay", "account_pay")
"""What the personal burden is paid from."""
AMOUNTS: Final = ("total_fee", *PARTS, "deductible", *FUNDS, "hospital_pay", "personal_pay", *OWN)
TOLERANCE: Final = Decimal("0.01")
AMOUNT_MAX: Final = Decimal("9999999999.99")
SCALE: Final = 2
PRECISION: Final = 12
"""Decimal places, and digits in all, of every amount in the schemas."""

_amounts, _parts, _own = itemgetter(*AMOUNTS), itemgetter(*PARTS), itemgetter(*OWN)
_paid = itemgetter(*FUNDS, "hospital_pay")
"""Whatever others pay."""


def check_amounts(values: Mapping[str, Any], refusals: Refusals, *, settled: bool) -> None:
    """E-AMOUNT-NEGATIVE, E-FIELD-RANGE, and E-AMOUNT-BALANCE where the parts of what was settled do not add up."""
    given = _amounts(values)
    if min(given) >= 0 and max(given) <= AMOUNT_MAX:
        if settled:
            _check_balances(values, refusals)
        return
    for name in AMOUNTS:
        amount: Decimal = values[name]
        refusals.unless(amount >= 0, "E-AMOUNT-NEGATIVE", at=name)
        refusals.unless(amount <= AMOUNT_MAX, "E-FIELD-RANGE", at=name, minimum=0, maximum=AMOUNT_MAX)


def _check_balances(values: Mapping[str, Any], refusals: Refusals) -> None:
    total, personal = values["total_fee"], values["personal_pay"]
    _balance(total, sum(_parts(values)), "total_fee", refusals)
    _balance(personal, total - sum(_paid(values)), "personal_pay", refusals)
    _balance(personal, sum(_own(values)), "cash_pay", refusals)


def personal_in_scope(values: Mapping[str, Any]) -> Decimal:
    """Of the personal burden what lies within the policy's scope (合规自付)."""
    personal: Decimal = values["personal_pay"]
    left: Decimal = values["in_scope"] - sum(_paid(values))
    return max(Decimal(0), min(left, personal))


def _balance(said: Decimal, expected: Decimal | int, at: str, refusals: Refusals) -> None:
    refusals.unless(abs(said - expected) <= TOLERANCE, "E-AMOUNT-BALANCE", at=at, expected=expected)
