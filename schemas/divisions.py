"""The tree of administrative divisions, with names and validity.

What can be said from a code alone is in `division_codes`, whose functions are offered here too; the tree
refuses every division that would make the two disagree.
"""

import csv
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from schemas.division_codes import (
    DISTRICTLESS_CITIES,
    DivisionUnknown,
    Level,
    county_code,
    covers,
    is_division_code,
    level_of,
    parent_code,
    reporting_unit,
    scope_prefix,
    township_code,
)

__all__ = [
    "DISTRICTLESS_CITIES",
    "Division",
    "DivisionMisplaced",
    "DivisionUnknown",
    "Divisions",
    "Level",
    "county_code",
    "covers",
    "hainan",
    "is_division_code",
    "level_of",
    "parent_code",
    "reporting_unit",
    "scope_prefix",
    "township_code",
]

SINCE_BEFORE_THE_REGISTER = date(1900, 1, 1)


class DivisionMisplaced(ValueError):
    """A division's level or parent contradicts its code."""


@dataclass(frozen=True, slots=True)
class Division:
    """One division. `parent` is a 12-digit code, empty for a province; `valid_to` is its last day, if any.

    `name_en` falls back to the Chinese name: townships and villages have no settled English one.
    """

    code: str
    level: Level
    name_zh: str
    name_en: str = ""
    parent: str = ""
    national_poverty_county: bool = False
    valid_from: date = SINCE_BEFORE_THE_REGISTER
    valid_to: date | None = None

    def name(self, lang: str) -> str:
        return self.name_en if lang == "en" and self.name_en else self.name_zh

    def active_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Divisions:
    """An immutable tree of divisions; iteration and every tuple are in code order, parents first."""

    __slots__ = ("_by_code", "_codes")

    def __init__(self, divisions: Iterable[Division]) -> None:
        """Raise `DivisionMisplaced` where a level or parent contradicts the code, or no parent is known."""
        self._by_code = {division.code: division for division in divisions}
        self._codes = sorted(self._by_code)
        for division in self._by_code.values():
            self._check(division)

    def _check(self, division: Division) -> None:
        code = division.code
        if not is_division_code(code):
            raise DivisionMisplaced(f"{code!r} is not a 12-digit division code")
        if division.level is not level_of(code):
            raise DivisionMisplaced(f"{code} is a {level_of(code).name.lower()}, not a {division.level.name.lower()}")
        expected = parent_code(code) or ""
        if division.parent != expected:
            raise DivisionMisplaced(f"{code} lies under {expected or 'nothing'}, not under {division.parent!r}")
        if expected and expected not in self._by_code:
            raise DivisionMisplaced(f"{code} has no parent: {expected} is unknown")

    def with_added(self, divisions: Iterable[Division]) -> "Divisions":
        """A new tree with these divisions too; one whose code is known already replaces it."""
        return Divisions([*self._by_code.values(), *divisions])

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __len__(self) -> int:
        return len(self._codes)

    def __iter__(self) -> Iterator[Division]:
        return (self._by_code[code] for code in self._codes)

    def __getitem__(self, code: str) -> Division:
        """The division of this code; `DivisionUnknown` (a LookupError) if there is none."""
        try:
            return self._by_code[code]
        except KeyError:
            raise DivisionUnknown(f"division {code} is unknown") from None

    def get(self, code: str) -> Division | None:
        return self._by_code.get(code)

    def path(self, code: str) -> tuple[str, ...]:
        """The codes from the province down to `code` itself."""
        path = [self[code].code]
        while parent := self._by_code[path[-1]].parent:
            path.append(parent)
        return tuple(reversed(path))

    def name_path(self, code: str, lang: str) -> tuple[str, ...]:
        """The names along `path`, without the node that only gathers counties directly under the province."""
        return tuple(self[step].name(lang) for step in self.path(code) if step[2:] != "9000000000")

    def covers(self, scope: str, code: str) -> bool:
        """Whether `code` is `scope` or lies below it; both must be known."""
        return covers(self[scope].code, self[code].code)

    def county_of(self, code: str) -> Division:
        return self[county_code(self[code].code)]

    def children(self, code: str) -> tuple[Division, ...]:
        """The divisions directly below."""
        return tuple(d for d in self.with_prefix(scope_prefix(self[code].code)) if d.parent == code)

    def with_prefix(self, prefix: str) -> tuple[Division, ...]:
        """The divisions whose code begins with `prefix`."""
        start = bisect_left(self._codes, prefix)
        stop = bisect_left(self._codes, prefix + ":")  # ":" follows "9"
        return tuple(self._by_code[code] for code in self._codes[start:stop])

    def at_level(self, level: Level) -> tuple[Division, ...]:
        return tuple(d for d in self if d.level is level)

    def reporting_units(self) -> tuple[Division, ...]:
        """The county-level units of reports (19 in Hainan)."""
        counties = (reporting_unit(d.code) for d in self.at_level(Level.COUNTY))
        return tuple(self[code] for code in sorted(set(counties)))


@cache
def hainan() -> Divisions:
    """Hainan without its villages, as shipped; villages are added by `with_added`."""
    source = resources.files("schemas").joinpath("data/divisions.csv")
    with source.open("r", encoding="utf-8") as lines:
        return Divisions(
            Division(
                code=row["code"],
                level=Level[row["level"].upper()],
                name_zh=row["name_zh"],
                name_en=row["name_en"],
                parent=row["parent"],
                national_poverty_county=row["national_poverty_county"] == "1",
            )
            for row in csv.DictReader(lines)
        )
