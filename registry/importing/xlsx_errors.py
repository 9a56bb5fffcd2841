"""Formulas of a workbook that failed (#N/A, #DIV/0!): where they are, since the reader shows them as empty cells."""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PACKAGE: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_FAILED: Final = re.compile(
    rb'<c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]{1,3})(\d{1,7})"[^>]*>(?:(?!</c>).)*?<v>([^<]{1,20})</v>', re.DOTALL
)
_CHUNK: Final = 1 << 20
_OVERLAP: Final = 1 << 14
"""Longer than a cell with the longest formula that Excel takes (8,192 characters)."""


@dataclass(frozen=True, slots=True)
class FailedFormula:
    """A cell whose formula has no value; `text` is what Excel shows."""

    text: str


def failed_formulas(path: Path, sheet: str) -> dict[int, dict[int, FailedFormula]]:
    """Row number -> place of the cell -> what it shows. Raises OSError, ValueError, KeyError for a damaged workbook."""
    found: dict[int, dict[int, FailedFormula]] = {}
    try:
        with zipfile.ZipFile(path) as package, package.open(_part_of(package, sheet)) as part:
            window = b""
            while chunk := part.read(_CHUNK):
                window = window[-_OVERLAP:] + chunk
                if b't="e"' in window:
                    for letters, row, text in _FAILED.findall(window):
                        found.setdefault(int(row), {})[_place(letters.decode())] = FailedFormula(text.decode())
    except (zipfile.BadZipFile, ElementTree.ParseError) as error:
        raise ValueError(str(error)) from error
    return found


def _part_of(package: zipfile.ZipFile, sheet: str) -> str:
    """The part of the package that holds the sheet of this name."""
    workbook = ElementTree.fromstring(package.read("xl/workbook.xml"))
    relation = next((s.attrib[_RELATION] for s in workbook.iter(f"{_MAIN}sheet") if s.attrib["name"] == sheet), None)
    relations = ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
    target = next((r.attrib["Target"] for r in relations.iter(_PACKAGE) if r.attrib["Id"] == relation), None)
    if target is None:
        raise ValueError("the workbook does not say where its sheet is")
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _place(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1
