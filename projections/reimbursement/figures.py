"""Settlements summed by hospital, by county and by month, against their targets."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Final

from projections.register.queries.fields import EPOCH_ORDINAL, division_text
from projections.reimbursement.rule import KINDS, Targets, falls_short
from projections.reimbursement.settled import PAID, Settled
from schemas.division_codes import DivisionUnknown, reporting_unit
from schemas.hospital_codes import division_of

TargetsOf = Callable[[int], Targets]
"""The targets of a year."""


@dataclass(slots=True)
class Sums:
    """Amounts in fen. below: how many fell short of their target; alerts: of these, with a personal part that matters;
    years: those of the discharges."""

    settlements: int = 0
    total: int = 0
    paid: list[int] = field(default_factory=lambda: [0] * len(PAID))
    below: int = 0
    alerts: int = 0
    years: set[int] = field(default_factory=set)

    @property
    def personal(self) -> int:
        """What was left to the patients."""
        return self.paid[-1]

    def add(self, one: Settled, year: int, targets: Targets) -> None:
        """Count a settlement, by the targets of its year."""
        self.settlements += 1
        self.years.add(year)
        self.total += one.total
        for number, amount in enumerate(one.paid):
            self.paid[number] += amount
        if falls_short(one.total, one.personal, targets.ratios[one.kind]):
            self.below += 1
            self.alerts += one.personal >= targets.alert_personal

    def target(self, kind: str, targets: TargetsOf) -> Fraction | None:
        """What was asked of all of them; None where that is not one share."""
        asked = {targets(year).ratios[kind] for year in self.years}
        return asked.pop() if len(asked) == 1 else None


Key = tuple[str, ...]
"""What a row is about, by the words asked for, and the kind of target at last."""


@lru_cache(maxsize=1 << 12)
def month_of(day: int) -> str:
    """`2019-03`."""
    return date.fromordinal(day + EPOCH_ORDINAL).isoformat()[:7]


def year_of(day: int) -> int:
    """The year of a day since 1970."""
    return int(month_of(day)[:4])


def county_of(division: int) -> str:
    """The county-level unit of a place; the place itself where it lies in none."""
    return _unit(division_text(division))


def hospital_county(institution: str) -> str:
    """The county-level unit that the hospital's code names; empty where it names none."""
    place = division_of(institution)
    return "" if place is None else _unit(place)


BY: Final[Mapping[str, Callable[[Settled], str]]] = {
    "institution": lambda one: one.institution,
    "county": lambda one: county_of(one.division),
    "hospital_county": lambda one: hospital_county(one.institution),
    "month": lambda one: month_of(one.discharged_on),
}
"""By what settlements may be summed."""


def summed(settled: Iterable[Settled], by: Sequence[str], targets: TargetsOf) -> dict[Key, Sums]:
    """By these words and the kind of target, in order."""
    keys = [BY[word] for word in by]
    known: dict[int, Targets] = {}
    sums: dict[Key, Sums] = {}
    for one in settled:
        year = year_of(one.discharged_on)
        if year not in known:
            known[year] = targets(year)
        key = *[of(one) for of in keys], one.kind
        if key not in sums:
            sums[key] = Sums()
        sums[key].add(one, year, known[year])
    return dict(sorted(sums.items(), key=lambda item: (item[0][:-1], KINDS.index(item[0][-1]))))


@lru_cache(maxsize=1 << 12)
def _unit(place: str) -> str:
    try:
        return reporting_unit(place)
    except DivisionUnknown:
        return place
