"""The hospitals of the province: tertiary ones in its cities, one for each county, and the health centres of townships.

Source: an assumption, since no list was published: five tertiary hospitals, one of each county-level unit, about 300 township
centres. Here every rural township has one centre; the names are made up after the divisions' own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from schemas.division_codes import reporting_unit
from schemas.divisions import Divisions

_SEATS: Final = ("460100000000", "460100000000", "460100000000", "460200000000", "460400000000")
"""County-level units of the tertiary hospitals."""
_FIRST_CENTRE: Final = 201
_FIRST_TERTIARY: Final = 1
_COUNTYS_OWN: Final = 101


class Tier(IntEnum):
    """How far from home somebody is treated: the levels of the insurance, from below."""

    TOWNSHIP = 1
    COUNTY = 2
    TERTIARY = 3


@dataclass(frozen=True, slots=True)
class Hospital:
    """One institution. code: the insurance's, H and 11 digits."""

    code: str
    name: str
    tier: Tier
    county: str


class Hospitals:
    """Those where the people of some villages are treated.

    A township's centre is the township's own, the county's hospital everybody's of the county; a tertiary one is chosen.
    """

    def __init__(self, divisions: Divisions, villages: Sequence[str]) -> None:
        townships = sorted({village[:9] + "000" for village in villages})
        counties = sorted({reporting_unit(village) for village in villages})
        self._centres = {township: _centre(divisions, township, place) for place, township in _numbered(townships)}
        self._counties = {county: _of_county(divisions, county) for county in counties}
        self.tertiary = tuple(_tertiary(divisions, place) for place in range(len(_SEATS)))

    def all(self) -> list[Hospital]:
        """Every one, by code."""
        return sorted((*self._centres.values(), *self._counties.values(), *self.tertiary), key=lambda each: each.code)

    def of(self, village: str, tier: Tier, choice: int) -> Hospital:
        """Where somebody of a village is treated. choice: any number, which tertiary hospital."""
        if tier is Tier.TOWNSHIP:
            return self._centres[village[:9] + "000"]
        return self._counties[reporting_unit(village)] if tier is Tier.COUNTY else self.tertiary[choice % len(self.tertiary)]


def _numbered(townships: Sequence[str]) -> list[tuple[int, str]]:
    """Each township with its place among those of its county's code, as serial numbers are given."""
    given: dict[str, int] = {}
    numbered = []
    for township in townships:
        place = given[township[:6]] = given.get(township[:6], -1) + 1
        numbered.append((place, township))
    return numbered


def _centre(divisions: Divisions, township: str, place: int) -> Hospital:
    name = f"{_name(divisions, township)}卫生院（拟）"
    return Hospital(f"H{township[:6]}{_FIRST_CENTRE + place:05d}", name, Tier.TOWNSHIP, reporting_unit(township))


def _of_county(divisions: Divisions, county: str) -> Hospital:
    return Hospital(f"H{county[:6]}{_COUNTYS_OWN:05d}", f"{_name(divisions, county)}人民医院（拟）", Tier.COUNTY, county)


def _tertiary(divisions: Divisions, place: int) -> Hospital:
    seat = _SEATS[place]
    name = f"{_name(divisions, seat)}第{'一二三四五'[place]}中心医院（拟）"
    return Hospital(f"H{seat[:6]}{_FIRST_TERTIARY + place:05d}", name, Tier.TERTIARY, seat)


def _name(divisions: Divisions, code: str) -> str:
    found = divisions.get(code)
    return code if found is None else found.name_zh
