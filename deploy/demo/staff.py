"""Who does what in a village, its township and its county: each step of the register has an actor of the right office.

Staff are opaque ids. Organisations have made-up codes (GB 32100) under the division code 469999, which belongs to nobody.
"""

from dataclasses import dataclass
from functools import cache

from stdnum.cn import uscc

from schemas.access import Actor
from schemas.division_codes import reporting_unit, township_code

PROVINCE = "460000000000"
_GOVERNMENT, _COMPANY = "11", "93"


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
