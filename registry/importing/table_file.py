"""The port to a file of rows, and what opens one: the file's name says which kind it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Protocol

from registry.importing.csv_file import CsvFile
from registry.importing.xlsx_file import XlsxFile
from registry.refusal import refuse

ROWS_MAX: Final = 2_000_000
"""The province has 5.6 million rural people; what is longer than this is not what somebody meant to import at once."""


class TableFile(Protocol):
    """Rows of cells: texts, or numbers and dates as Excel has them."""

    @property
    def path(self) -> Path: ...

    @property
    def form(self) -> str:
        """What was found out about the file, such as `CSV, GB18030, ";"`."""
        ...

    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        """The rows that are not empty with their numbers as a spreadsheet counts, from the top, each time anew."""
        ...


def open_table(path: Path) -> TableFile:
    """The table in the file. Raises Refused (E-IMPORT-FILE)."""
    suffix = path.suffix.lower()
    if suffix not in (".xlsx", ".csv"):
        refuse("E-IMPORT-FILE", rule="XLSX_OR_CSV")
    try:
        return XlsxFile(path) if suffix == ".xlsx" else CsvFile(path)
    except OSError:
        refuse("E-IMPORT-FILE", rule="READABLE")
