"""Excel workbooks: the first sheet that shows.

calamine holds the sheet outside Python (about 1.3 kB a row of 26 cells) and gives it row by row, a hundred times faster than
openpyxl. It shows a formula that failed as an empty cell, which would lose an amount without a word; so these are looked for in
the workbook itself.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, PasswordError, SheetTypeEnum, SheetVisibleEnum, load_workbook

from registry.importing.xlsx_errors import failed_formulas
from registry.refusal import refuse


class XlsxFile:
    """A workbook's first visible sheet. Raises OSError, and Refused (E-IMPORT-FILE)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._sheet, name = _first_sheet(path)
            self._failed = failed_formulas(path, name)
        except PasswordError:
            refuse("E-IMPORT-FILE", rule="NOT_PROTECTED")
        except OSError:
            raise
        except (CalamineError, ValueError, KeyError):
            refuse("E-IMPORT-FILE", rule="WORKBOOK")
        self.form = f"XLSX, {name}"

    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        """The rows that are not empty. Cells: text, float, bool, date, datetime, time, FailedFormula; "" where empty."""
        if self._sheet.start is None:
            return
        # calamine begins with the first row of the sheet, but with the first column that has anything in it.
        _, left = self._sheet.start
        for number, cells in enumerate(self._sheet.iter_rows(), 1):
            row: list[Any] = [""] * left + cells if left else cells
            for place, failed in self._failed.get(number, {}).items():
                row += [""] * (place + 1 - len(row))
                row[place] = failed
            if any(cell != "" and not (isinstance(cell, str) and cell.isspace()) for cell in row):
                yield number, row


def _first_sheet(path: Path) -> tuple[CalamineSheet, str]:
    with load_workbook(path) as workbook:
        for sheet in workbook.sheets_metadata:
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
                return workbook.get_sheet_by_name(sheet.name), sheet.name
    raise ValueError("no sheet shows")
