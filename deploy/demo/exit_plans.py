"""The plans of exits and the exits of villages and counties, on their days.

Source: three-year plan, item 2: in 2018 83,000 persons, 83 villages and two counties were to exit, in 2019 the other persons and
three counties, in 2020 nobody; 81 of the 83 villages did in 2018, the others a year later. How a county's share of the persons is
made, by the households that had not exited, is an assumption; so are the rates of poverty that the checks find.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from deploy.demo.days import FIRST_DAY, working_day
from deploy.demo.staff import PROVINCE, PROVINCE_OFFICER, office_of
from deploy.demo.turn import Step, Turn
from deploy.demo.villages import COUNTY_SHARES, Village, apportion
from registry.command import Command
from registry.reference.division_exit import (
    AnnounceCountyExit,
    AnnounceVillageExit,
    ApplyForCountyExit,
    ApplyForVillageExit,
    VerifyCountyExit,
    VerifyVillageExit,
)
from registry.reference.exit_plan import SetAnnualExitPlan
from schemas.access import Actor

if TYPE_CHECKING:
    from deploy.demo.province import Province

POOR_VILLAGES, VILLAGES_EVER_POOR, EXITED_IN_FIRST_YEAR = 83, 600, 81
COUNTIES: Final[Mapping[int, tuple[str, ...]]] = MappingProxyType(
    {2018: ("469029000000", "469030000000"), 2019: ("469001000000", "469024000000", "469025000000"), 2020: ()}
)
"""The national poverty counties, by the year in which they were to exit."""
_PLAN_DAYS: Final = {working_day(FIRST_DAY): 2018, working_day(date(2019, 1, 3)): 2019, working_day(date(2020, 1, 3)): 2020}
_VILLAGE_DAYS: Final = {
    year: (working_day(date(year, 10, 15)), working_day(date(year, 11, 12)), working_day(date(year, 12, 10)))
    for year in (2018, 2019)
}
_COUNTY_DAYS: Final = {
    year: (working_day(date(year, 11, 5)), working_day(date(year, 12, 3)), working_day(date(year, 12, 24)))
    for year in (2018, 2019)
}
_APPLY, _VERIFY, _ANNOUNCE = range(3)
_THREADS_FROM: Final = 2_000_000
_RURAL_VILLAGE, _RURAL_PER_SHARE = 1_200, 30
_PERCENT_PASSED, _PERCENT_NOT_PASSED = 1, 4
"""Of the rural persons; 2 % is the line of the central provinces."""

Entry = tuple[Actor, Command]


def poor_villages(villages: Sequence[Village]) -> list[Village]:
    """Those that have not exited at the beginning: as many of them as 83 are of 600, from all over the province."""
    count = max(2, round(POOR_VILLAGES * len(villages) / VILLAGES_EVER_POOR))
    return [villages[place * len(villages) // count] for place in range(count)]


def late_villages(villages: Sequence[Village]) -> list[Village]:
    """Those of them that do not pass in the first year: as many as 2 are of 83, and one at least."""
    poor = poor_villages(villages)
    return poor[: max(1, len(poor) - round(len(poor) * EXITED_IN_FIRST_YEAR / POOR_VILLAGES))]


def steps_on(province: "Province", day: date) -> Iterator[Step]:
    """What is planned and decided about places on that day."""
    entries = [*_plans(province, day), *_villages(province, day), *_counties(province, day)]
    for place, (actor, command) in enumerate(entries):
        turn = Turn.of(province.not_exited(0), day, _THREADS_FROM + 1_000 * (day - FIRST_DAY).days + place, province)
        yield Step(actor, command, None, turn.thread)


def _plans(province: "Province", day: date) -> Iterator[Entry]:
    year = _PLAN_DAYS.get(day)
    if year is None:
        return
    persons, counties = province.scale.target(year), COUNTIES[year]
    poor, late = poor_villages(province.villages), late_villages(province.villages)
    planned = {2018: poor, 2019: late}.get(year, [])
    yield PROVINCE_OFFICER, _plan(day, PROVINCE, year, persons, len(planned), len(counties))
    shares = apportion(persons, list(COUNTY_SHARES.values()))
    for county, share in sorted(zip(COUNTY_SHARES, shares, strict=True)):
        villages = sum(village.county == county for village in planned)
        yield PROVINCE_OFFICER, _plan(day, county, year, share, villages, int(county in counties))


def _plan(day: date, place: str, year: int, persons: int, villages: int, counties: int) -> SetAnnualExitPlan:
    return SetAnnualExitPlan(effective_on=day, place=place, year=year, persons=persons, villages=villages, counties=counties)


def _villages(province: "Province", day: date) -> Iterator[Entry]:
    poor, late = poor_villages(province.villages), late_villages(province.villages)
    for year, days in _VILLAGE_DAYS.items():
        if day not in days:
            continue
        step = days.index(day)
        for village in poor if year == FIRST_DAY.year else late:
            passes = year > FIRST_DAY.year or village not in late
            office, at = office_of(village.code), village.code
            rural = _RURAL_VILLAGE + village.share
            if step == _APPLY:
                yield office.township, ApplyForVillageExit(effective_on=day, place=at)
            elif step == _VERIFY:
                result, poor_persons = _found(rural, passes=passes)
                check = VerifyVillageExit(
                    effective_on=day, place=at, result=result, poor_persons=poor_persons, rural_persons=rural
                )
                yield office.county, check
            elif passes:
                yield office.county, AnnounceVillageExit(effective_on=day, place=at)


def _counties(province: "Province", day: date) -> Iterator[Entry]:
    for year, days in _COUNTY_DAYS.items():
        if day not in days:
            continue
        step = days.index(day)
        for county in COUNTIES[year]:
            office = office_of(next(village.code for village in province.villages if village.county == county))
            rural = _RURAL_PER_SHARE * COUNTY_SHARES[county]
            if step == _APPLY:
                yield office.county, ApplyForCountyExit(effective_on=day, place=county)
            elif step == _VERIFY:
                result, poor_persons = _found(rural, passes=True)
                check = VerifyCountyExit(
                    effective_on=day, place=county, result=result, poor_persons=poor_persons, rural_persons=rural
                )
                yield PROVINCE_OFFICER, check
            else:
                yield PROVINCE_OFFICER, AnnounceCountyExit(effective_on=day, place=county)


def _found(rural: int, *, passes: bool) -> tuple[str, int]:
    return ("PASSED", rural * _PERCENT_PASSED // 100) if passes else ("NOT_PASSED", rural * _PERCENT_NOT_PASSED // 100)
