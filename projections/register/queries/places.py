"""Divisions as numbers: which rows lie within a place, and by which digits they are gathered."""

from typing import Any, Final

from sqlalchemy import ColumnElement, and_

from schemas.division_codes import CODE_DIGITS, COUNTY_DIGITS, PREFECTURE_DIGITS, TOWNSHIP_DIGITS, Level, level_of, scope_prefix

_DIGITS_BELOW: Final = {
    Level.PROVINCE: PREFECTURE_DIGITS,
    Level.PREFECTURE: COUNTY_DIGITS,
    Level.COUNTY: TOWNSHIP_DIGITS,
    Level.TOWNSHIP: CODE_DIGITS,
    Level.VILLAGE: CODE_DIGITS,
}


def bounds(division: str) -> tuple[int, int]:
    """The smallest number of a place within the division, and the first one beyond."""
    prefix = scope_prefix(division)
    width = 10 ** (CODE_DIGITS - len(prefix))
    first = int(prefix) * width
    return first, first + width


def within(column: ColumnElement[Any], division: str) -> ColumnElement[bool]:
    """The rows whose place lies within the division (12 digits)."""
    first, beyond = bounds(division)
    return and_(column >= first, column < beyond)


def digits_below(division: str) -> int:
    """By how many digits the direct children of a division differ; a village has no children and is its own."""
    return _DIGITS_BELOW[level_of(division)]


def gathered(column: ColumnElement[Any], digits: int) -> ColumnElement[Any]:
    """The first digits of the place, as a number."""
    return column if digits == CODE_DIGITS else column // 10 ** (CODE_DIGITS - digits)


def gathered_code(number: int, digits: int) -> str:
    """The 12-digit code of such a number."""
    return f"{number:0{digits}}".ljust(CODE_DIGITS, "0")
