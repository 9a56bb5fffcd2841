"""What a home check finds: income by kind over twelve months, own medical payments, guarantees.

Source: income per head of poor households is log-normal around 2,900 yuan, of those ready to exit around 5,200 (assumptions); the
lines are the policy's own.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from deploy.demo.turn import Turn
from registry.household.need import DIMENSIONS

_WAGE, _BUSINESS, _PROPERTY, _COST = 45, 38, 2, 5
"""Per cent of a household's net income; transfers are the rest."""


def income_period(on: date) -> tuple[date, date]:
    """The twelve full months before a day."""
    this_month = on.replace(day=1)
    return this_month.replace(year=this_month.year - 1), this_month - timedelta(days=1)


def findings(on: date, per_head: int, size: int, *unmet: str, medical: int = 0) -> dict[str, Any]:
    """The findings of a household that has so much income a head after its own medical payments."""
    first, last = income_period(on)
    total = per_head * size + medical
    wage, business, interest, cost = (total * share // 100 for share in (_WAGE, _BUSINESS, _PROPERTY, _COST))
    return {
        "income_from": first,
        "income_to": last,
        "income": {
            "wage": Decimal(wage),
            "business": Decimal(business),
            "business_cost": Decimal(cost),
            "property": Decimal(interest),
            "transfer": Decimal(total - wage - business - interest + cost),
        },
        "medical_self_paid": Decimal(medical),
        "guarantees": {dimension: "NOT_MET" if dimension.upper() in unmet else "MET" for dimension in DIMENSIONS},
    }


def poor_income(turn: Turn, on: date) -> int:
    """Income a head below the poverty line."""
    return min(round(turn.chance.lognormvariate(7.97, 0.35)), poverty_line(turn, on) - turn.chance.randint(40, 400))


def raised_income(turn: Turn, on: date) -> int:
    """Income a head of a household that is out of poverty; seldom close above the line."""
    return max(round(turn.chance.lognormvariate(8.556, 0.2)), poverty_line(turn, on) + turn.chance.randint(30, 600))


def risky_income(turn: Turn, on: date) -> int:
    """Income a head above the poverty line and below the monitoring line."""
    low = poverty_line(turn, on)
    return low + round((monitoring_line(turn, on) - low) * turn.chance.uniform(0.05, 0.9))


def safe_income(turn: Turn, on: date) -> int:
    """Income a head above the monitoring line."""
    return monitoring_line(turn, on) + turn.chance.randint(100, 4000)


def poverty_line(turn: Turn, on: date) -> int:
    """The line that findings of a day are held against, in whole yuan."""
    return int(turn.policy(income_period(on)[1]).poverty_line)


def monitoring_line(turn: Turn, on: date) -> int:
    """The monitoring line that findings of a day are held against, rounded up to whole yuan."""
    return int(turn.policy(income_period(on)[1]).monitoring_line) + 1
