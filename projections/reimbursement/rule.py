"""Rule R1: how much of the whole cost has to be reimbursed, and which settlement falls short (three-year plan, item 9).

A shortfall concerns the health insurance, not the household: it is never a warning. The share is that of the total cost, not of
what the insurance recognises, and everything counts as reimbursed that the patient did not pay. Comparisons are exact.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, Final

from schemas.code_tables import table
from schemas.policy_schema import policy_schema

TEKUN: Final = "TEKUN"
KINDS: Final = table("reimbursement_target").codes
_RATIO_KEY: Final = "reimbursement.target."
_ALERT_KEY: Final = "reimbursement.alert_personal"
_STEPS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Targets:
    """Of one year. ratios: by kind of target; alert_personal: fen, from which a shortfall is an alert."""

    ratios: Mapping[str, Fraction]
    alert_personal: int

    @classmethod
    def of(cls, ratios: Mapping[str, Fraction], alert_personal: Decimal) -> "Targets":
        """As a policy has them: the amount in yuan."""
        return cls(ratios, int(alert_personal * 100))

    def alerts(self, kind: str, total: int, personal: int) -> bool:
        """Whether R1 fires on a settlement: it falls short of its target, and the patient paid as much as matters."""
        return falls_short(total, personal, self.ratios[kind]) and personal >= self.alert_personal


def target_kind(care: str, *, tekun: bool) -> str | None:
    """Which target a settlement has: that of the person, else that of the care. Other outpatients have none."""
    if tekun:
        return TEKUN
    return care if care in KINDS else None


def falls_short(total: int, personal: int, target: Fraction) -> bool:
    """Whether less than the target was reimbursed. What cost nothing does not fall short."""
    return (total - personal) * target.denominator < total * target.numerator


def ratio_text(total: int, personal: int) -> str | None:
    """The share that was reimbursed, with four decimals, cut off: what falls short never shows as the target."""
    if total == 0:
        return None
    steps = (total - personal) * _STEPS // total
    return f"{steps // _STEPS}.{steps % _STEPS:04}"


@cache
def shipped_targets() -> Targets:
    """Where no policy says otherwise."""
    schema = policy_schema()
    values: dict[str, Any] = {key: schema.find(key).parse(raw) for key, raw in schema.defaults().items()}  # type: ignore[union-attr]
    return Targets.of({kind: values[_RATIO_KEY + kind] for kind in KINDS}, values[_ALERT_KEY])
