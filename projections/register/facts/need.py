"""What home checks and exit verifications find: income per head and the guarantees; the last finding counts."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from projections.event_reader import Event, fen
from projections.register.facts.fact import Fact, joined
from projections.register.state import Household

DIMENSIONS: Final = ("food", "clothing", "education", "medical", "housing", "water")


def find(household: Household, event: Event) -> None:
    household.need_on = event["effective_on"]
    household.income_per_head = income_per_head(event)
    guarantees = event["guarantees"]
    household.unmet_guarantees = joined([d.upper() for d in DIMENSIONS if guarantees[d] != "MET"])


def income_per_head(event: Event) -> int:
    """Net income less own medical payments, per head, in fen, halves away from zero (the need test of domain 0.2)."""
    net = net_income(event) - (fen(event["medical_self_paid"]) or 0)
    size = event["size"]
    return int((Decimal(net) / size).quantize(Decimal(1), ROUND_HALF_UP)) if size else 0


def net_income(event: Event) -> int:
    """Net income of the household, before own medical payments, in fen."""
    income = event["income"]
    gross = sum(fen(income[kind]) or 0 for kind in ("wage", "business", "property", "transfer"))
    return gross - (fen(income["business_cost"]) or 0)


FACTS: Final = {
    "household.home_checked": Fact(find),
    "household.exit_verified": Fact(find),
}
NEED: Final = frozenset(FACTS)
"""The event types that find a need."""
