"""When a hospital has fallen silent: nothing of it came, good or bad, for so many of its usual intervals.

Whose records are not taken in has not fallen silent, it was stopped; nor has one that does not report yet, or no more.
"""

from dataclasses import dataclass
from typing import Final

from projections.days import first_instant
from projections.expenses.queries.hospitals import KnownHospital

HOUR_US: Final = 3_600_000_000


@dataclass(frozen=True, slots=True)
class SilenceRule:
    """As the policy has it. factor: so many intervals; usual_interval_hours: of hospitals for which nobody registered one."""

    factor: int
    usual_interval_hours: int


def interval_hours(hospital: KnownHospital, rule: SilenceRule) -> int:
    """How often it is usually heard of."""
    return rule.usual_interval_hours if hospital.usual_interval_hours is None else hospital.usual_interval_hours


def silent_since(hospital: KnownHospital, rule: SilenceRule, now: int) -> int | None:
    """From when on it has been silent, microseconds; None: it is not."""
    closed = hospital.until is not None and now >= first_instant(hospital.until + 1)
    if hospital.stopped_at is not None or closed:
        return None
    begun = None if hospital.since is None else first_instant(hospital.since)
    instants = (hospital.last_seen, hospital.resumed_at, begun)
    due = max((at for at in instants if at is not None), default=now) + rule.factor * interval_hours(hospital, rule) * HOUR_US
    return due if due < now else None
