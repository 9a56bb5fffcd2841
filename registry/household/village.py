"""The village that a household belongs to: it has to exist on the day, and it has to be a village."""

from datetime import date

from registry.decision import Decision
from registry.refusal import Refusals
from schemas.divisions import Level


def check_village(code: str, day: date, decision: Decision, refusals: Refusals, at: str) -> bool:
    """Whether a household may be there on that day; notes E-DIVISION-UNKNOWN, E-DIVISION-LEVEL, E-DIVISION-INACTIVE."""
    division = decision.divisions.get(code)
    if division is None:
        refusals.add("E-DIVISION-UNKNOWN", at=at, division=code)
        return False
    is_village = refusals.unless(division.level is Level.VILLAGE, "E-DIVISION-LEVEL", at=at, division=code, level="VILLAGE")
    return refusals.unless(division.active_on(day), "E-DIVISION-INACTIVE", at=at, division=code, day=day) and is_village
