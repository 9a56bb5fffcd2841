"""What a home check finds, and the need test that reads it.

Need test: (12-month net income - own medical payments) / size < line, or a guarantee unmet; the line is that of the year in
which the income period ends. Water is reported under food and is never alone a reason to identify.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Self, TypedDict

CENT = Decimal("0.01")
MET = "MET"
DIMENSIONS = ("food", "clothing", "education", "medical", "housing", "water")


class Income(TypedDict):
    """Household income of the period by kind, yuan; `business_cost` is subtracted."""

    wage: Decimal
    business: Decimal
    business_cost: Decimal
    property: Decimal
    transfer: Decimal


class Guarantees(TypedDict):
    """Two no-worries and three guarantees, and safe water: each MET or NOT_MET (code table guarantee_result)."""

    food: str
    clothing: str
    education: str
    medical: str
    housing: str
    water: str


@dataclass(frozen=True, slots=True)
class NeedFacts:
    """The findings of one home check or exit verification."""

    checked_on: date
    income_from: date
    income_to: date
    income: Income
    medical_self_paid: Decimal
    size: int
    guarantees: Guarantees

    @classmethod
    def of(cls, event: Any) -> Self:
        """The findings that an event carries."""
        return cls(
            event.effective_on,
            event.income_from,
            event.income_to,
            event.income,
            event.medical_self_paid,
            event.size,
            event.guarantees,
        )

    @property
    def net_income(self) -> Decimal:
        """Household net income of the period, yuan."""
        i = self.income
        return i["wage"] + i["business"] - i["business_cost"] + i["property"] + i["transfer"]

    @property
    def income_per_head(self) -> Decimal:
        """Net income less own medical payments, per head, yuan, to the cent."""
        if not self.size:
            return Decimal(0)
        return ((self.net_income - self.medical_self_paid) / self.size).quantize(CENT, ROUND_HALF_UP)

    @property
    def unmet(self) -> tuple[str, ...]:
        """Codes of the unmet guarantees (code table guarantee_dimension)."""
        return tuple(d.upper() for d in DIMENSIONS if self.guarantees[d] != MET)  # type: ignore[literal-required]

    def in_need(self, line: Decimal) -> bool:
        """Whether the need test is met: poor by income, or a guarantee other than water alone unmet."""
        return self.income_per_head < line or any(d != "WATER" for d in self.unmet)
