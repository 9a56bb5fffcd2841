"""The error sheet: the file's own rows that were refused or are odd, with what is wrong in both languages beside them.

It can be corrected in place and imported again: its further columns are known and ignored. It holds whatever the rows hold, names
and numbers too, so nobody but its owner may read it, and it never takes another file's place: somebody may be at work in that.
"""

import contextlib
import csv
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final, Protocol

import xlsxwriter

from registry.importing.finding import Finding, Findings
from registry.importing.header import Header
from registry.importing.labels import NOTES, labels
from registry.importing.survey import read_rows
from registry.importing.table_file import TableFile
from registry.importing.xlsx_errors import FailedFormula
from schemas.refusal_codes import describe

OWNER_ONLY: Final = 0o600
BOM: Final = "\ufeff"
"""Without it Excel takes a CSV file for one of the system's old encoding."""

WHOLE_ROW: Final = "-"


class Sheet(Protocol):
    """Takes rows from the top."""

    def write(self, cells: Sequence[Any]) -> None:
        """The next row."""
        ...


@dataclass(frozen=True, slots=True)
class ErrorSheet:
    """What to write: the rows of the table that have findings, in its order."""

    table: TableFile
    header: Header
    findings: Findings

    def write(self, path: Path | None = None) -> Path:
        """Write the sheet and return where it is: at `path`, else beside the file. Raises OSError, and Refused where the file
        has changed.
        """
        suffix = self.table.path.suffix.lower()
        wanted = path or self.table.path.with_name(f"{self.table.path.stem}.errors{suffix}")
        draft = wanted.with_name(f".{wanted.name}.{os.getpid()}")
        try:
            with _workbook(draft) if wanted.suffix.lower() == ".xlsx" else _csv(draft) as sheet:
                self._fill(sheet)
            return _settle(draft, wanted)
        finally:
            draft.unlink(missing_ok=True)

    def _fill(self, sheet: Sheet) -> None:
        kept = [place for place in range(len(self.header.titles)) if place not in self.header.notes]
        sheet.write([*(self.header.titles[place] for place in kept), *(label.title for label in labels(NOTES).values())])
        for row in read_rows(self.table, self.header):
            findings = self.findings.of_row(row.number)
            if findings:
                cells = [row.cells[place] if place < len(row.cells) else "" for place in kept]
                beyond = [cell for cell in row.cells[len(self.header.titles) :] if str(cell).strip()]
                sheet.write([*cells, *self._notes(row.number, findings), *beyond])

    def _notes(self, row: int, findings: Sequence[Finding]) -> list[Any]:
        titles = [self.header.title(finding.column) if finding.column else WHOLE_ROW for finding in findings]
        return [
            row,
            _lines(titles),
            _lines([finding.code for finding in findings]),
            *(_lines([_told(t, f, lang) for t, f in zip(titles, findings, strict=True)]) for lang in ("zh", "en")),
        ]


def _told(title: str, finding: Finding, lang: str) -> str:
    sentence = describe(finding.code, lang, **finding.params)
    return sentence if title == WHOLE_ROW else f"{title}: {sentence}"


def _lines(texts: Sequence[str]) -> str:
    return "\n".join(texts)


@contextlib.contextmanager
def _csv(path: Path) -> Iterator[Sheet]:
    with _open_own(path) as file:
        file.write(BOM)
        writer = csv.writer(file, lineterminator="\r\n")
        yield _CsvSheet(writer.writerow)


@dataclass(frozen=True, slots=True)
class _CsvSheet:
    write: Callable[[Sequence[Any]], Any]


@contextlib.contextmanager
def _workbook(path: Path) -> Iterator[Sheet]:
    _open_own(path).close()
    workbook = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
    try:
        yield _XlsxSheet(workbook)
    finally:
        workbook.close()


class _XlsxSheet:
    """A cell is written as the kind that it was: no text becomes a number, a formula or a link."""

    def __init__(self, workbook: Any) -> None:
        self._sheet = workbook.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        self._title = workbook.add_format({"bold": True, "text_wrap": True})
        self._day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self._instant = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._time = workbook.add_format({"num_format": "hh:mm:ss"})
        self._row = 0

    def write(self, cells: Sequence[Any]) -> None:
        """The next row; the first one is the header."""
        for place, cell in enumerate(cells):
            self._write(place, cell)
        self._row += 1

    def _write(self, place: int, cell: Any) -> None:
        match cell:
            case bool():
                self._sheet.write_boolean(self._row, place, cell)
            case int() | float():
                self._sheet.write_number(self._row, place, cell)
            case datetime():
                self._sheet.write_datetime(self._row, place, cell, self._instant)
            case date():
                self._sheet.write_datetime(self._row, place, cell, self._day)
            case time():
                self._sheet.write_datetime(self._row, place, cell, self._time)
            case FailedFormula():
                self._sheet.write_string(self._row, place, cell.text)
            case str() if cell:
                self._sheet.write_string(self._row, place, cell, self._title if not self._row else None)


def _open_own(path: Path) -> Any:
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "w", encoding="utf-8", newline="")


def _settle(draft: Path, wanted: Path) -> Path:
    """Give the draft its name, or that name with the first number that is free."""
    number = 1
    while True:
        path = wanted if number == 1 else wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
        try:
            os.link(draft, path)
        except FileExistsError:
            number += 1
        else:
            return path
