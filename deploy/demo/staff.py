"""Who does what in a village, its township and its county: each step of the register has an actor of the right office.

Staff are opaque ids. Organisations have made-up codes (GB 32100) under the division code 469999, which belongs to nobody.
"""

from dataclasses import dataclass
from functools import cache

from stdnum.cn import uscc

from deploy.demo.days import FIRST_DAY
from projections.weekly import teams as weekly
from schemas.access import Actor
from schemas.division_codes import reporting_unit, township_code

PROVINCE = "460000000000"
_GOVERNMENT, _TEAM, _COMPANY = "11", "12", "93"


@cache
def organisation(kind: str, number: int) -> str:
    """A code of unified form with its check character, of an organisation that does not exist."""
    body = f"{kind}469999{number:09d}"
    return body + str(uscc.calc_check_digit(body))


@cache
def government_of(division: str) -> str:
    """The organisation that governs a division."""
    return organisation(_GOVERNMENT, int(division[2:]) % 1_000_000_000)


@cache
def enterprise(number: int) -> str:
    """A cooperative or enterprise."""
    return organisation(_COMPANY, number)


@cache
def team_of(county: str) -> int:
    """The supervision team of a county-level unit, as the weekly digests have it. The real assignment is not known."""
    return weekly.team_of(county, FIRST_DAY)


@cache
def supervision_team(team: int) -> str:
    """The organisation of a supervision team."""
    return organisation(_TEAM, team)


@cache
def supervisor_of(county: str) -> Actor:
    """Somebody of the team that looks at a county-level unit."""
    team = team_of(county)
    return Actor(f"supervisor-{team}-1", "SUPERVISOR", supervision_team(team), PROVINCE)


@dataclass(frozen=True, slots=True)
class Office:
    """Everybody who acts for the households of one village."""

    village: str
    county_division: str
    clerk: Actor
    team: Actor
    township: Actor
    township_second: Actor
    county: Actor
    county_second: Actor
    acceptance: Actor

    def helper(self, number: int) -> Actor:
        """A helper of the village; he has his own account."""
        return Actor(f"helper-{self.village}-{number}", "HELPER", government_of(self.county_division), self.village)


@cache
def office_of(village: str) -> Office:
    """The office of a village, by its 12-digit code."""
    township, county = township_code(village), reporting_unit(village)
    town_office, county_office = government_of(township), government_of(county)
    town, area = township[:9], county[:6]
    return Office(
        village=village,
        county_division=county,
        clerk=Actor(f"clerk-{village}", "VILLAGE_CLERK", town_office, village),
        team=Actor(f"team-{village}", "VILLAGE_TEAM", town_office, village),
        township=Actor(f"town-{town}-1", "TOWNSHIP_OFFICER", town_office, township),
        township_second=Actor(f"town-{town}-2", "TOWNSHIP_OFFICER", town_office, township),
        county=Actor(f"county-{area}-1", "COUNTY_OFFICER", county_office, county),
        county_second=Actor(f"county-{area}-2", "COUNTY_OFFICER", county_office, county),
        acceptance=Actor(f"accept-{area}-1", "COUNTY_ACCEPTANCE", county_office, county),
    )


PROVINCE_OFFICER = Actor("province-1", "PROVINCE_OFFICER", government_of(PROVINCE), PROVINCE)
