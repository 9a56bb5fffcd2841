"""Where two builds of a table part: the first key, in the table's order, whose row is not the same in both."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from projections.table_rows import Row, TableShape, stream_rows

_BLOCK_ROWS: Final = 1024
_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Difference:
    """table; key: the first key that differs, as text; what: `missing`, `added`, or the names of the columns that differ."""

    table: str
    key: str
    what: str

    def __str__(self) -> str:
        return f"{self.table} ({self.key}): {self.what}"


def first_difference(ours: Connection, theirs: Connection, shape: TableShape) -> Difference | None:
    """How `theirs` first differs from `ours`; None where it does not. Values are not told, only keys and columns."""
    left, right = _rows(ours, shape), _rows(theirs, shape)
    while True:
        mine, other = next(left, None), next(right, None)
        if mine is None and other is None:
            return None
        if mine != other:
            return _difference(shape, mine, other)


def _rows(connection: Connection, shape: TableShape) -> Iterator[Row]:
    for block in stream_rows(connection, shape, _BLOCK_ROWS):
        yield from block


def _difference(shape: TableShape, mine: Row | None, other: Row | None) -> Difference:
    my_key = None if mine is None else shape.key_of(mine)
    other_key = None if other is None else shape.key_of(other)
    if mine is not None and other is not None and my_key == other_key:
        changed = [column.name for column, a, b in zip(shape.columns, mine, other, strict=True) if a != b]
        return Difference(shape.name, _text(shape, mine), f"{', '.join(changed)} differ")
    if mine is not None and (other is None or _before(my_key, other_key)):
        return Difference(shape.name, _text(shape, mine), "missing")
    assert other is not None
    return Difference(shape.name, _text(shape, other), "added")


def _before(one: Row | None, another: Row | None) -> bool:
    try:
        return one is not None and another is not None and one < another
    except TypeError:  # a value of a foreign kind: it sorts somewhere, and either key shows where
        return True


def _text(shape: TableShape, row: Row) -> str:
    return ", ".join(f"{name} {_value(value)}" for name, value in zip(shape.key, shape.key_of(row), strict=True))


def _value(value: object) -> str:
    if isinstance(value, bytes):
        return str(UUID(bytes=value)) if len(value) == _ID_BYTES else value.hex()
    return str(value)
