"""Sheets: a whole list as CSV, with Chinese or English headings and the words of codes beside the codes.

The list is read in one transaction into a temporary file, in memory while it is small, and sent from there: the sheet shows one
state of the register, a slow client holds no transaction open, and what fails fails before the first byte has left. It begins
with a byte order mark, without which spreadsheets take UTF-8 for something else. Cells hold ids, codes, numbers, days and names
of places, nothing that somebody typed: none can be taken for a formula.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from flask import Response

from projections.api.answers import PRIVATE
from projections.api.endpoint import CSV
from projections.api.headings import CODE_OF, HEADINGS, PLACES
from projections.register.queries.fields import DIVISION, Document, Field, Shape
from schemas.code_tables import CodeTable, CodeTables
from schemas.divisions import Divisions, DivisionUnknown, county_code, township_code

IN_MEMORY_BYTES: Final = 1 << 20
CHUNK_BYTES: Final = 1 << 16
CSV_SCHEMA: Final = {"type": "string", "description": "UTF-8 with a byte order mark; the first row has the headings"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading in the sheet's language, and its cell in a row."""

    heading: str
    cell: Callable[[Document], Any]


class Columns:
    """Makes the columns of one sheet, in one language."""

    def __init__(self, tables: CodeTables, divisions: Divisions, language: str) -> None:
        self._tables, self._divisions, self._language = tables, divisions, language
        self._names: dict[str, tuple[str, ...]] = {}

    def of(self, shape: Shape) -> list[Column]:
        """One for each field, and the words beside the codes."""
        return [column for field in shape.fields for column in self.of_field(field)]

    def of_field(self, field: Field, heading: str = "") -> Iterator[Column]:
        """The columns of a field; `heading` where another field has taken the name."""
        name, title = field.name, self._say(HEADINGS[heading or field.name])
        if field.kind is DIVISION:
            yield Column(title + self._say(CODE_OF), lambda document: document[name])
            yield from self._places(name)
        elif field.codes:
            table = self._tables[field.codes]
            yield Column(title + self._say(CODE_OF), lambda document: _joined(document[name]))
            yield Column(title, lambda document: self._words(table, document[name]))
        else:
            yield Column(title, lambda document: _joined(document[name]))

    def _places(self, name: str) -> Iterator[Column]:
        for place, titles in enumerate(PLACES):
            yield Column(self._say(titles), lambda document, place=place: self._place_names(document[name])[place])  # type: ignore[misc]

    def _place_names(self, code: str) -> tuple[str, ...]:
        names = self._names.get(code)
        if names is None:
            names = self._names[code] = tuple(self._name(of, code) for of in (county_code, township_code, str))
        return names

    def _name(self, of: Callable[[str], str], code: str) -> str:
        try:
            return self._divisions[of(code)].name(self._language)
        except DivisionUnknown:
            return ""

    def _words(self, table: CodeTable, value: Any) -> str:
        codes = value if isinstance(value, list) else [value]
        return ("; " if self._language == "en" else "；").join(table.label(code, self._language) for code in codes if code)

    def _say(self, both: tuple[str, str]) -> str:
        return both[1] if self._language == "en" else both[0]


def sheet_answer(columns: Sequence[Column], documents: Iterable[Document], name: str, language: str) -> Response:
    """The sheet as a download; the documents are consumed before this returns."""
    # It is closed when the response is, on every way out of it.
    file = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115
    try:
        length = _write(file, columns, documents)
    except BaseException:
        file.close()
        raise
    response = Response(_chunks(file), mimetype=CSV)
    response.call_on_close(file.close)
    response.content_length = length
    response.headers["Content-Type"] = "text/csv; charset=utf-8; header=present"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = PRIVATE
    return response


def _write(file: "SpooledTemporaryFile[bytes]", columns: Sequence[Column], documents: Iterable[Document]) -> int:
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([column.heading for column in columns])
    cells = [column.cell for column in columns]
    writer.writerows([cell(document) for cell in cells] for document in documents)
    text.flush()
    text.detach()
    length = file.tell()
    file.seek(0)
    return length


def _chunks(file: "SpooledTemporaryFile[bytes] | IO[bytes]") -> Iterator[bytes]:
    while chunk := file.read(CHUNK_BYTES):
        yield chunk


def _joined(value: Any) -> Any:
    return ";".join(value) if isinstance(value, list) else value
