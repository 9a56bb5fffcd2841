"""CSV as the offices' programs write it: UTF-8 with or without a mark, or GB18030; commas or semicolons.

Read row by row, so that a file of any length needs no memory. Which encoding it has is known only at its end, so it is read once
for that; a file that somebody writes to meanwhile is refused, since rows are counted in one pass and taken in the next.
"""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from registry.refusal import refuse

ENCODINGS: Final = (("utf-8-sig", "UTF-8"), ("gb18030", "GB18030"))
"""UTF-8 first: nearly any bytes are GB18030 too."""
DELIMITERS: Final = ",;"
LINES_SEEN: Final = 20
_CHUNK: Final = 1 << 20
_LINE_MAX: Final = 1 << 16


class CsvFile:
    """A CSV file. Raises OSError, and Refused (E-IMPORT-FILE), here and while it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp = _stamp(path)
        self._encoding, name = _encoding_of(path)
        self._delimiter = self._likely_delimiter()
        self.form = f'CSV, {name}, "{self._delimiter}"'

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows that are not empty; a line break within quotes does not end one."""
        if _stamp(self.path) != self._stamp:
            refuse("E-IMPORT-FILE", rule="CHANGED")
        with self.path.open(encoding=self._encoding, newline="") as lines:
            # Strict, or a quotation mark that is not closed would swallow the rest of the file into one cell.
            rows = csv.reader(lines, delimiter=self._delimiter, strict=True)
            try:
                for number, cells in enumerate(rows, 1):
                    if any(cell and not cell.isspace() for cell in cells):
                        yield number, cells
            except csv.Error:
                refuse("E-IMPORT-FILE", rule="CSV", row=rows.line_num)

    def _likely_delimiter(self) -> str:
        """The one that some line near the top has most of: a header has more columns than a title has marks."""
        with self.path.open(encoding=self._encoding, newline="") as lines:
            top = [lines.readline(_LINE_MAX) for _ in range(LINES_SEEN)]
        return max(DELIMITERS, key=lambda mark: max(line.count(mark) for line in top))


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size


def _encoding_of(path: Path) -> tuple[str, str]:
    found = next(((encoding, name) for encoding, name in ENCODINGS if _decodes(path, encoding)), None)
    if found is None:
        refuse("E-IMPORT-FILE", rule="ENCODING")
    return found


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
