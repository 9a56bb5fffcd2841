"""Figures by place, gathered at the divisions below one: county-level units of the province, else its direct children."""

from collections.abc import Mapping
from typing import TypeVar

from projections.register.queries.places import digits_below
from schemas.division_codes import COUNTY_DIGITS, DivisionUnknown, Level, reporting_unit
from schemas.divisions import Division, Divisions

T = TypeVar("T")


def gathered_below(divisions: Divisions, division: Division, by_place: Mapping[str, T]) -> list[tuple[Division, list[T]]]:
    """Each division below, in order of codes, with what there is of it; a place that the tree has not is in none."""
    of_province = division.level is Level.PROVINCE
    below = divisions.reporting_units() if of_province else divisions.children(division.code)
    found: dict[str, list[T]] = {}
    for code, figures in by_place.items():
        at = _unit_of(code) if of_province else above(code, digits_below(division.code))
        found.setdefault(at, []).append(figures)
    return [(at, found.get(at.code, [])) for at in sorted(below, key=lambda place: place.code)]


def above(code: str, digits: int) -> str:
    """The place of which the code has these first digits."""
    return code[:digits].ljust(len(code), "0")


def _unit_of(code: str) -> str:
    try:
        return reporting_unit(above(code, COUNTY_DIGITS))
    except DivisionUnknown:
        return code
