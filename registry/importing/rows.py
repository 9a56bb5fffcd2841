"""From the cells of a row to its values: every cell is looked at, so that all that is wrong with a row is said at once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.importing.cells import CellRefused, Converter, converter
from registry.importing.finding import Finding
from registry.importing.header import Header


@dataclass(slots=True)
class Row:
    """One row. values: column name -> value, only of cells that are filled in and in order; cells: as they were in the file."""

    number: int
    values: dict[str, Any]
    cells: Sequence[Any]
    findings: list[Finding] = field(default_factory=list)

    def get(self, column: str) -> Any:
        """The value, or None."""
        return self.values.get(column)

    def has(self, columns: Iterable[str]) -> list[str]:
        """Which of these columns are filled in, in the order given."""
        return [column for column in columns if column in self.values]

    def find(self, code: str, column: str = "", **params: Any) -> None:
        """Note that something is wrong or odd."""
        self.findings.append(Finding(self.number, column, code, params))

    def wrong(self, column: str) -> bool:
        """Whether the cell was filled in with what it cannot hold."""
        return any(finding.column == column for finding in self.findings)

    def require(self, columns: Iterable[str]) -> None:
        """Note each of these columns that is empty (E-FIELD-MISSING); one that is wrong is noted already."""
        for column in columns:
            if column not in self.values and not self.wrong(column):
                self.find("E-FIELD-MISSING", column)

    def forbid(self, columns: Iterable[str]) -> None:
        """Note each of these columns that is filled in (E-FIELD-NOT-ALLOWED)."""
        for column in self.has(columns):
            self.find("E-FIELD-NOT-ALLOWED", column)

    @property
    def refused(self) -> bool:
        """Whether anything forbids recording the row."""
        return any(finding.refuses for finding in self.findings)


class RowReader:
    """Makes rows of cells, by the file's header."""

    def __init__(self, header: Header) -> None:
        self.header = header
        self._columns: list[tuple[str, int, Converter]] = [
            (column.name, header.places[column.name], converter(column))
            for column in header.sheet.columns
            if column.name in header.places
        ]
        self._required = [column.name for column in header.sheet.columns if column.required and not column.once]
        titled = {place for place, title in enumerate(header.titles) if title.strip()}
        self._untitled = [place for place in range(len(header.titles)) if place not in titled]

    def read(self, rows: Iterable[tuple[int, Sequence[Any]]]) -> Iterator[Row]:
        """The rows below the header."""
        top = self.header.row
        return (self._row(number, cells) for number, cells in rows if number > top)

    def picker(self, column: str) -> Callable[[Sequence[Any]], Any]:
        """Gives one column's value of a row's cells; None where it is empty, wrong, or no column of the file."""
        found = next((entry for entry in self._columns if entry[0] == column), None)
        if found is None:
            return lambda cells: None
        _, place, convert = found

        def pick(cells: Sequence[Any]) -> Any:
            try:
                return convert(cells[place]) if place < len(cells) else None
            except CellRefused:
                return None

        return pick

    def _row(self, number: int, cells: Sequence[Any]) -> Row:
        row = Row(number, {}, cells)
        width = len(cells)
        for name, place, convert in self._columns:
            if place < width:
                try:
                    value = convert(cells[place])
                except CellRefused as refused:
                    row.find(refused.code, name, **refused.params)
                else:
                    if value is not None:
                        row.values[name] = value
        row.require(self._required)
        beyond = [place for place in (*self._untitled, *range(len(self.header.titles), width)) if place < width]
        stray = sum(1 for place in beyond if str(cells[place]).strip())
        if stray:
            row.find("E-IMPORT-WIDTH", count=stray)
        return row
