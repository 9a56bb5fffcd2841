"""The arithmetic of division codes: who lies within whom, without any table.

Every event carries the 12-digit code of the household's village, and authorisation and every list filter ask
the same question of it: does this scope cover that place? Codes are positional (GB/T 2260 and the
statistical division codes), so the answer is a comparison of prefixes:

    46 0000 000 000   province       digits 1-2
    4601 00 000 000   prefecture     digits 1-4   (4690: the node over counties directly under the province)
    469024 000 000    county         digits 1-6
    469024100 000     township       digits 1-9
    469024100201      village        all 12

One division breaks the pattern: a prefecture-level city without districts, in Hainan only Danzhou. Its
prefecture 4604 and its county 460400 share the code 460400000000. It is one division, a county whose parent
is the province.
"""

from enum import IntEnum

PROVINCE_DIGITS, PREFECTURE_DIGITS, COUNTY_DIGITS, TOWNSHIP_DIGITS, CODE_DIGITS = 2, 4, 6, 9, 12

DISTRICTLESS_CITIES = frozenset({"460400000000"})
"""Prefecture-level cities that are their own county."""


class Level(IntEnum):
    """How deep a division lies; the province is the top."""

    PROVINCE = 1
    PREFECTURE = 2
    COUNTY = 3
    TOWNSHIP = 4
    VILLAGE = 5


class DivisionUnknown(LookupError):
    """No division has this code, or none of the wanted level lies above it."""


def is_division_code(code: str) -> bool:
    """Whether `code` has the form of a 12-digit division code (it need not be in any table)."""
    # `isascii` first: `str.isdigit` accepts the digits of every script.
    return len(code) == CODE_DIGITS and code.isascii() and code.isdigit() and code[:2] != "00"


def level_of(code: str) -> Level:
    """The level that a 12-digit code names; Danzhou, prefecture and county in one, is a county."""
    if code[9:] != "000":
        return Level.VILLAGE
    if code[6:9] != "000":
        return Level.TOWNSHIP
    if code[4:6] != "00" or code in DISTRICTLESS_CITIES:
        return Level.COUNTY
    return Level.PREFECTURE if code[2:4] != "00" else Level.PROVINCE


def scope_prefix(scope: str) -> str:
    """The prefix that exactly the codes within `scope` (itself included) begin with.

    | scope | prefix | covers |
    | --- | --- | --- |
    | 460000000000 | 46 | the province |
    | 460100000000 | 4601 | Haikou with its districts |
    | 469000000000 | 4690 | all counties directly under the province |
    | 460400000000 | 4604 | Danzhou, as prefecture and as county |
    | 469024000000 | 469024 | one county |
    | 469024100000 | 469024100 | one township |
    | 469024100201 | 469024100201 | one village |
    """
    if scope[9:] != "000":
        return scope
    if scope[6:9] != "000":
        return scope[:TOWNSHIP_DIGITS]
    if scope[4:6] != "00":
        return scope[:COUNTY_DIGITS]
    return scope[:PREFECTURE_DIGITS] if scope[2:4] != "00" else scope[:PROVINCE_DIGITS]


def covers(scope: str, code: str) -> bool:
    """Whether `code` is `scope` or lies below it."""
    return code.startswith(scope_prefix(scope))


def county_code(code: str) -> str:
    """The county (or district) that a code is or lies in; `DivisionUnknown` above counties."""
    if code[4:6] == "00" and code[:4] + "00000000" not in DISTRICTLESS_CITIES:
        raise DivisionUnknown(f"{code} lies in no county")
    return code[:COUNTY_DIGITS] + "000000"


def township_code(code: str) -> str:
    """The township that a code is or lies in; `DivisionUnknown` above townships."""
    if code[6:9] == "000":
        raise DivisionUnknown(f"{code} lies in no township")
    return code[:TOWNSHIP_DIGITS] + "000"


def reporting_unit(code: str) -> str:
    """The county-level unit that answers for a place in reports and sets policy for it.

    A prefecture-level city is one unit with all its districts (Haikou, Sanya, Sansha, Danzhou); under the
    province's direct node each county is one: 19 units in Hainan. `DivisionUnknown` for the province and
    for the direct node itself.
    """
    if code[2:4] == "90" and code[4:6] != "00":
        return code[:COUNTY_DIGITS] + "000000"
    if code[2:4] in ("90", "00"):
        raise DivisionUnknown(f"{code} lies in no reporting unit")
    return code[:PREFECTURE_DIGITS] + "00000000"


def parent_code(code: str) -> str | None:
    """The code directly above, as the positions say; None for a province."""
    level = level_of(code)
    if level is Level.PROVINCE:
        return None
    if level is Level.VILLAGE:
        return code[:TOWNSHIP_DIGITS] + "000"
    if level is Level.TOWNSHIP:
        return code[:COUNTY_DIGITS] + "000000"
    if level is Level.COUNTY and code not in DISTRICTLESS_CITIES:
        return code[:PREFECTURE_DIGITS] + "00000000"
    return code[:PROVINCE_DIGITS] + "0000000000"
