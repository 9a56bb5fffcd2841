"""The header of a file: which kind of sheet it is, and where its columns are, in whatever order and language."""

import re
import string
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from registry.importing.columns import Sheet
from registry.importing.labels import NOTES, labels
from registry.importing.sheets import SHEETS
from registry.refusal import refuse

ROWS_SEEN: Final = 10
"""Rows from the top among which the header is looked for: forms have a title above it."""
COLUMNS_KNOWN_MIN: Final = 2
_MARKS: Final = re.compile(r"[\s*:_（）()-]")
_LIKE_DATA: Final = re.compile(r"\d{4}")

Cells = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Header:
    """row: where it stands; titles: its cells as they are; places: column name -> position; notes: positions of an earlier
    error sheet's own columns.
    """

    sheet: Sheet
    row: int
    titles: tuple[str, ...]
    places: Mapping[str, int]
    notes: frozenset[int]

    def title(self, column: str) -> str:
        """What the file calls a column; its label where the file does not have it."""
        place = self.places.get(column)
        label = labels(self.sheet.kind).get(column)
        return _one_line(self.titles[place]) if place is not None else label.zh if label else column


def find_header(rows: Iterable[tuple[int, Cells]], kind: str | None = None, sheets: Mapping[str, Sheet] = SHEETS) -> Header:
    """The header among a file's first rows; `kind` (import_kind) unless it is to be told from the columns, of these sheets.

    Raises Refused: E-IMPORT-KIND where no row looks like one, E-IMPORT-COLUMNS naming every missing, unknown and repeated column.
    """
    kinds = [kind] if kind is not None else list(sheets)
    best: tuple[int, int, Cells, list[str]] | None = None
    for _, (row, cells) in zip(range(ROWS_SEEN), rows, strict=False):
        counts = {candidate: _known_in(candidate, cells) for candidate in kinds}
        most = max(counts.values())
        if most >= COLUMNS_KNOWN_MIN and (best is None or most > best[0]):
            best = most, row, cells, [candidate for candidate in kinds if counts[candidate] == most]
    if best is None or len(best[3]) != 1:
        refuse("E-IMPORT-KIND")
    _, row, cells, (found,) = best
    return _header(sheets[found], row, tuple("" if cell is None else str(cell) for cell in cells))


def _header(sheet: Sheet, row: int, titles: tuple[str, ...]) -> Header:
    names, notes = _names(sheet.kind), _names(NOTES)
    places: dict[str, int] = {}
    noted: set[int] = set()
    unknown, repeated = [], []
    for place, title in enumerate(titles):
        column = _found(names, title)
        if column is not None and column in places:
            repeated.append(_shown(place, title))
        elif column is not None:
            places[column] = place
        elif _found(notes, title) is not None:
            noted.add(place)
        elif title.strip():
            unknown.append(_shown(place, title))
    missing = [labels(sheet.kind)[name].zh + " " + labels(sheet.kind)[name].en for name in sheet.missing(places)]
    if missing or unknown or repeated:
        nothing = ["-"]
        refuse("E-IMPORT-COLUMNS", missing=missing or nothing, unknown=unknown or nothing, repeated=repeated or nothing)
    return Header(sheet, row, titles, places, frozenset(noted))


def _known_in(kind: str, cells: Cells) -> int:
    names = _names(kind)
    return len({_found(names, str(cell)) for cell in cells if isinstance(cell, str)} - {None})


def _found(names: Mapping[str, str], title: str) -> str | None:
    """The column that a title names: whole, or by one of its lines."""
    whole = names.get(_folded(title))
    return whole or next((names[part] for part in map(_folded, title.splitlines()) if part in names), None)


@cache
def _names(kind: str) -> Mapping[str, str]:
    """Folded name -> column: the machine name, both labels, and other names."""
    known: dict[str, str] = {}
    for column, label in labels(kind).items():
        known |= {_folded(name): column for name in (column, label.zh, label.en, label.zh + label.en, *label.also)}
    return known


def _folded(title: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFKC", title)).casefold()


def _shown(place: int, title: str) -> str:
    """Where a column is and what it is called; not what looks like somebody's data."""
    return letter(place) if _LIKE_DATA.search(title) else f"{letter(place)} {_one_line(title)}"


def _one_line(title: str) -> str:
    return " ".join(title.split())


def letter(place: int) -> str:
    """The column's letter in a spreadsheet: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, digit = divmod(place - 1, len(string.ascii_uppercase))
        letters = string.ascii_uppercase[digit] + letters
    return letters
