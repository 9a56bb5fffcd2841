"""The amounts of a settlement: who pays which part, and how they must add up.

Source: the national medical insurance interface for the parts; three-year plan, item 9, for the five lines of payers. Yuan,
Decimals with two places.
"""

from collections.abc import Mapping
from decimal import Decimal
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


def check_amounts(values: Mapping[str, Any], refusals: Refusals, *, settled: bool) -> None:
    """E-AMOUNT-NEGATIVE, E-FIELD-RANGE, and E-AMOUNT-BALANCE where the parts of what was settled do not add up."""
    before = len(refusals)
    for name in AMOUNTS:
        amount: Decimal = values[name]
        refusals.unless(amount >= 0, "E-AMOUNT-NEGATIVE", at=name)
        refusals.unless(amount <= AMOUNT_MAX, "E-FIELD-RANGE", at=name, minimum=0, maximum=AMOUNT_MAX)
    if not settled or len(refusals) > before:
        return
    total, personal = values["total_fee"], values["personal_pay"]
    paid = _sum(values, FUNDS) + values["hospital_pay"]
    _balance(total, _sum(values, PARTS), "total_fee", refusals)
    _balance(personal, total - paid, "personal_pay", refusals)
    _balance(personal, _sum(values, OWN), "cash_pay", refusals)


def personal_in_scope(values: Mapping[str, Any]) -> Decimal:
    """Of the personal burden what lies within the policy's scope (合规自付)."""
    personal: Decimal = values["personal_pay"]
    left: Decimal = values["in_scope"] - _sum(values, FUNDS) - values["hospital_pay"]
    return max(Decimal(0), min(left, personal))


def _sum(values: Mapping[str, Any], names: tuple[str, ...]) -> Decimal:
    return sum((values[name] for name in names), Decimal(0))


def _balance(said: Decimal, expected: Decimal, at: str, refusals: Refusals) -> None:
    refusals.unless(abs(said - expected) <= TOLERANCE, "E-AMOUNT-BALANCE", at=at, expected=expected)
