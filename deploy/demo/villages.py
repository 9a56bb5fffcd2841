"""The villages of the province, made up under the real townships, and how many households live in each.

Source: county shares of the households that had not exited are an assumption, since none were published; townships are the real
ones. Streets and farms of state have no villages here.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from registry.reference.division_set import ChangedDivision
from schemas.division_codes import reporting_unit
from schemas.divisions import Divisions, Level

COUNTY_SHARES = {
    "469024000000": 7_500,
    "469025000000": 4_200,
    "460400000000": 3_600,
    "469030000000": 3_000,
    "469029000000": 2_600,
    "469027000000": 2_500,
    "469001000000": 2_000,
    "469007000000": 1_800,
    "469026000000": 1_200,
    "469022000000": 1_000,
    "469021000000": 1_000,
    "469028000000": 700,
    "469006000000": 600,
    "469023000000": 500,
    "469005000000": 350,
    "469002000000": 200,
    "460100000000": 150,
    "460200000000": 100,
}
"""Households not yet exited, by county-level unit."""
LI_SHARES = {
    "469025000000": 0.65,
    "469030000000": 0.60,
    "469029000000": 0.65,
    "469001000000": 0.75,
    "469027000000": 0.40,
    "469028000000": 0.55,
    "469007000000": 0.25,
    "469026000000": 0.35,
    "460200000000": 0.40,
}
"""Share of Li in a county's rural households; 2 % elsewhere."""
_RURAL_TOWNSHIPS = "12"
_FIRST_VILLAGE = 200
_FRONT = "南北东西新上下大长石白红青水龙凤"
_BACK = "田坡岭塘湾洋山坑园桥井沟洞门寨峒"


@dataclass(frozen=True, slots=True)
class Village:
    """A village: its code and made-up name, its county, and how many households of the county's share are its own."""

    code: str
    name: str
    county: str
    share: int


def make_villages(divisions: Divisions, count: int) -> list[Village]:
    """At least one village for each county of the table, about `count` in all, in code order."""
    townships: dict[str, list[str]] = {county: [] for county in COUNTY_SHARES}
    for division in divisions.at_level(Level.TOWNSHIP):
        if division.code[6] in _RURAL_TOWNSHIPS and reporting_unit(division.code) in townships:
            townships[reporting_unit(division.code)].append(division.code)
    made = [
        village
        for county, number in zip(COUNTY_SHARES, apportion(count, list(COUNTY_SHARES.values()), at_least=1), strict=True)
        for village in _of_county(county, townships[county], number)
    ]
    return sorted(made, key=lambda village: village.code)


def _of_county(county: str, townships: Sequence[str], number: int) -> Iterator[Village]:
    shares = apportion(COUNTY_SHARES[county], [1] * number)
    for place in range(number):
        within, number_of_township = divmod(place, len(townships))
        township = townships[number_of_township]
        front, back = (
            _FRONT[(number_of_township + within) % len(_FRONT)],
            _BACK[(5 * number_of_township + 7 * within) % len(_BACK)],
        )
        name = f"{front}{back}村"
        yield Village(f"{township[:9]}{_FIRST_VILLAGE + within}", name, county, shares[place])


def edition(villages: Sequence[Village]) -> tuple[ChangedDivision, ...]:
    """The villages as an edition of the divisions brings them in."""
    return tuple(ChangedDivision(code=village.code, level=Level.VILLAGE.name, name_zh=village.name) for village in villages)


def apportion(total: int, shares: Sequence[int], at_least: int = 0) -> list[int]:
    """Divide a number by shares in whole parts, the largest remainders first."""
    whole = sum(shares)
    parts = [total * share // whole for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda place: (-(total * shares[place] % whole), place))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return [max(part, at_least) for part in parts]


class Neighbourhood:
    """Which village the households with consecutive numbers live in."""

    def __init__(self, villages: Sequence[Village], counts: Sequence[int]) -> None:
        self._villages = villages
        self._ends = list(accumulate(counts))

    def village_of(self, place: int) -> Village:
        """The village of the household at a place, counted from 0."""
        return self._villages[bisect_right(self._ends, place)]

    def places_of(self, village: int) -> range:
        """The places of a village's households; the village by its place in the list."""
        return range(self._ends[village - 1] if village else 0, self._ends[village])
