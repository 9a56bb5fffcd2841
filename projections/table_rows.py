"""All rows of a table in the order of its key, which is the same on both engines, a block at a time.

A shape says what there is to know of a table for that, without SQLAlchemy's objects: so it can go to another process.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Boolean, Column, Connection, Integer, LargeBinary, String, Table

from projections.database import told_by_the_driver

Row = tuple[Any, ...]
Kind = Literal["number", "bytes", "text"]
_KINDS: Final[tuple[tuple[type[Any], Kind], ...]] = (
    (Boolean, "number"),
    (Integer, "number"),
    (LargeBinary, "bytes"),
    (String, "text"),
)


@dataclass(frozen=True, slots=True)
class ColumnShape:
    """One column: whole numbers (true is 1), bytes or text."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table's name, its columns in their order, and the names of those that are its key, in the key's order."""

    name: str
    columns: tuple[ColumnShape, ...]
    key: tuple[str, ...]

    def key_of(self, row: Row) -> Row:
        """The values of the key in a row."""
        names = [column.name for column in self.columns]
        return tuple(row[names.index(name)] for name in self.key)


def shape_of(table: Table) -> TableShape:
    """The shape of a table. Raises ValueError where a column is of a kind that engines keep in different ways."""
    columns = tuple(ColumnShape(column.name, _kind(column)) for column in table.columns)
    return TableShape(table.name, columns, tuple(column.name for column in table.primary_key.columns))


def stream_rows(connection: Connection, shape: TableShape, block_rows: int) -> Iterator[Sequence[Row]]:
    """Blocks of so many rows, the last one shorter; texts are ordered by code point. Memory holds one block."""
    names = ", ".join(column.name for column in shape.columns)
    statement = f"SELECT {names} FROM {shape.name} ORDER BY {', '.join(_order(connection, shape))}"
    with told_by_the_driver(connection), closing(_cursor(connection)) as cursor:
        cursor.execute(statement)
        while rows := cursor.fetchmany(block_rows):
            yield rows


def _cursor(connection: Connection) -> Any:
    """The driver's cursor, within SQLAlchemy's transaction: rows as plain tuples at a third of the cost."""
    driver: Any = connection.connection.driver_connection
    # A named cursor stays at the server; any other would fetch the whole table at once.
    return driver.cursor("rows", binary=True) if connection.dialect.name == "postgresql" else driver.cursor()


def _order(connection: Connection, shape: TableShape) -> Iterator[str]:
    kinds = {column.name: column.kind for column in shape.columns}
    by_code_point = ' COLLATE "C"' if connection.dialect.name == "postgresql" else ""
    for name in shape.key:
        yield name + (by_code_point if kinds[name] == "text" else "")


def _kind(column: Column[Any]) -> Kind:
    for column_type, kind in _KINDS:
        if isinstance(column.type, column_type):
            return kind
    raise ValueError(f"{column.table.name}.{column.name}: {column.type} has no canonical form")
