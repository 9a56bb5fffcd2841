"""A digest as a workbook: its figures, each county's, corrections and definitions on a sheet each; always the same bytes.

Numbers are numbers, so that they can be added up; what is text is never taken for a formula.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from io import BytesIO
from typing import Any, Final

import xlsxwriter

from projections.weekly.files.paper import Paper, paper
from projections.weekly.files.words import word
from projections.weekly.sheet import rows

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""The media type."""
Cell = int | str | None
_WIDTHS: Final = {"figures": (10, 44, 22, 14, 26), "counties": (10, 34, 16, 34, 22, 12, 24)}
_CORRECTIONS: Final = ("code", "figure", "week_changed", "county", "events_change", "persons_change", "by")
_CHANGE: Final = "+#,##0;-#,##0;0"


def workbook(document: dict[str, Any], language: str, *, hidden: bool = False) -> bytes:
    """XLSX. hidden: small numbers are not told, and no county by itself."""
    told = paper(document, language, hidden=hidden)
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # The program's clock would make each file differ: a digest has a day of its own.
    book.set_properties({"title": told.title, "created": datetime.combine(told.last_day, time())})
    pages = _Pages(book, told)
    pages.figures()
    if not hidden:
        pages.counties(rows(document, language))
    pages.corrections()
    pages.definitions()
    book.close()
    return content.getvalue()


class _Pages:
    def __init__(self, book: Any, told: Paper) -> None:
        self._book = book
        self._told = told
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DDEBF7", "border": 1})
        self._number = book.add_format({"num_format": "#,##0"})
        self._small = book.add_format({"align": "right"})
        self._change = book.add_format({"num_format": _CHANGE})
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})

    def figures(self) -> None:
        sheet, told = self._added("figures", _WIDTHS["figures"]), self._told
        sheet.write_string(0, 0, told.title, self._title)
        for row, (label, text) in enumerate(told.facts, 1):
            sheet.write_string(row, 1, label)
            sheet.write_string(row, 2, text)
        start = len(told.facts) + 2
        if told.hidden:
            sheet.write_string(start - 1, 0, word("hidden", told.language))
        self._rows(sheet, start, self._words("code", "figure", "amount", "persons", "earlier"), [])
        for row, line in enumerate(told.lines, start + 1):
            self._row(sheet, row, (line.code, line.label, *line.values), self._number)

    def counties(self, lines: Iterable[Sequence[str | int]]) -> None:
        headings, *others = lines
        sheet = self._added("by_county", _WIDTHS["counties"])
        self._rows(sheet, 0, [str(one) for one in headings], others)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, len(others), len(headings) - 1)

    def corrections(self) -> None:
        sheet, told = self._added("corrections", (10, 34, 20, 34, 24, 14, 36)), self._told
        if not told.corrections:
            number = word("corrections_number", told.language, number=told.number_of_corrections)
            sheet.write_string(0, 0, number if told.number_of_corrections else word("no_corrections", told.language))
            return
        self._rows(sheet, 0, self._words(*_CORRECTIONS), [])
        for row, one in enumerate(told.corrections, 1):
            self._row(sheet, row, (one.code, one.label, one.week, one.county, one.events, one.persons, one.by), self._change)

    def definitions(self) -> None:
        sheet, told = self._added("definitions", (10, 34, 90)), self._told
        self._rows(sheet, 0, self._words("code", "figure", "definition"), [])
        for row, line in enumerate(told.lines, 1):
            for place, text in enumerate((line.code, line.label, line.definition)):
                sheet.write_string(row, place, text, self._wrapped)
        last = len(told.lines) + 1
        for place, text in enumerate(("", word("not_collected", told.language), told.not_collected)):
            sheet.write_string(last, place, text, self._wrapped)

    def _added(self, name: str, widths: Sequence[int]) -> Any:
        sheet = self._book.add_worksheet(word(name, self._told.language))
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L&8{self._told.fingerprint}&R&P / &N")
        return sheet

    def _words(self, *keys: str) -> list[str]:
        return [word(key, self._told.language) for key in keys]

    def _rows(self, sheet: Any, start: int, headings: Sequence[str], lines: Iterable[Sequence[Cell]]) -> None:
        for place, heading in enumerate(headings):
            sheet.write_string(start, place, heading, self._heading)
        for row, line in enumerate(lines, start + 1):
            self._row(sheet, row, line, self._number)

    def _row(self, sheet: Any, row: int, cells: Sequence[Cell], number: Any) -> None:
        for place, cell in enumerate(cells):
            if isinstance(cell, int):
                sheet.write_number(row, place, cell, number)
            elif cell:
                sheet.write_string(row, place, cell, self._small if not cell[0].isalnum() else None)
