"""The first look at a file: how many rows there are, how many each household has, and who stands in it twice.

The second look can then take households as they come: one is complete as soon as its last row was seen, wherever its rows stand,
and nothing but those few that are still open has to be kept.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.importing.header import Header
from registry.importing.rows import Row, RowReader
from registry.importing.table_file import ROWS_MAX, TableFile
from registry.refusal import refuse
from registry.vault.id_number import normalise


@dataclass(slots=True)
class Survey:
    """rows: below the header; of_household: number -> its rows; twice: row -> another row with the same person."""

    rows: int = 0
    of_household: dict[str, int] = field(default_factory=dict)
    twice: dict[int, int] = field(default_factory=dict)


def survey(table: TableFile, header: Header, *, persons_once: bool) -> Survey:
    """Look through the file. persons_once: whether nobody may stand in it twice. Raises Refused (E-IMPORT-FILE)."""
    reader, found = RowReader(header), Survey()
    number_of, person_of = reader.picker("household_number"), reader.picker("id_number")
    first: dict[str, int] = {}
    for row, cells in _below(table, header):
        found.rows += 1
        number = number_of(cells)
        if number is not None:
            found.of_household[number] = found.of_household.get(number, 0) + 1
        person = person_of(cells) if persons_once else None
        if person is not None:
            earlier = first.setdefault(normalise(person), row)
            if earlier != row:
                found.twice[row] = earlier
                found.twice.setdefault(earlier, row)
    if not found.rows:
        refuse("E-IMPORT-FILE", rule="NOT_EMPTY")
    if found.rows > ROWS_MAX:
        refuse("E-IMPORT-FILE", rule="ROWS_MAX")
    return found


def read_rows(table: TableFile, header: Header) -> Iterator[Row]:
    """The rows below the header. Raises Refused (E-IMPORT-FILE)."""
    return RowReader(header).read(_below(table, header))


def by_household(rows: Iterable[Row], found: Survey) -> Iterator[list[Row]]:
    """The rows of one household together, as soon as all of them were seen; a row without a number stands alone.

    Raises Refused (E-IMPORT-FILE) at the end where the file is no longer the one that was surveyed.
    """
    open_ones: dict[str, list[Row]] = {}
    for row in rows:
        number = row.get("household_number")
        if number is None:
            yield [row]
            continue
        of_it = open_ones.setdefault(number, [])
        of_it.append(row)
        if len(of_it) == found.of_household.get(number):
            yield open_ones.pop(number)
    if open_ones:
        refuse("E-IMPORT-FILE", rule="CHANGED")


def _below(table: TableFile, header: Header) -> Iterator[tuple[int, Sequence[Any]]]:
    return ((row, cells) for row, cells in table.rows() if row > header.row)
