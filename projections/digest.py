"""A canonical digest of a read model: the same for the same rows, whichever engine keeps them and in whatever order they came.

Rows are taken in the order of the key, and encoded a block and a column at a time: that costs a few calls into C per block
instead of some per value. Whoever computes it has to agree on this form, `v1`:

    view     "v1:sha256:" and the hex SHA-256 of a line "name rows digest" of every table, in order of the names
    table    SHA-256 of its name and columns (a line "name column:kind column:kind..."), then of its blocks
    block    1,024 rows in the order of the primary key, texts by code point; fewer only in the last:
             their number (u32), then each column
    column   "A" where no value is null; else "N" and a byte 1 or 0 for each row. Then the values that are not null:
             numbers (true is 1) as i64; bytes and texts as their lengths (u32; of a text in code points), then all of them
             one after the other, texts in UTF-8. Numbers are little-endian.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from struct import error as CannotPack
from struct import pack
from typing import Any, Final

from sqlalchemy import Connection

from projections.table_rows import Kind, Row, TableShape, stream_rows

FORM: Final = "v1:sha256:"
BLOCK_ROWS: Final = 1024

Told = Callable[[int], None]
"""Called now and then with how many more rows were taken in."""


@dataclass(frozen=True, slots=True)
class TableDigest:
    """One table's rows: how many, and their SHA-256 in hex."""

    name: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ViewDigest:
    """All tables of a read model, in order of their names. Two with the same text have the same rows."""

    tables: tuple[TableDigest, ...]

    @property
    def text(self) -> str:
        """`v1:sha256:...`"""
        lines = "".join(f"{table.name} {table.rows} {table.sha256}\n" for table in self.tables)
        return FORM + sha256(lines.encode()).hexdigest()

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(table.rows for table in self.tables)

    def differing(self, other: "ViewDigest") -> list[str]:
        """Names of the tables that are not the same."""
        mine, others = ({table.name: table for table in digest.tables} for digest in (self, other))
        return sorted(name for name in mine.keys() | others.keys() if mine.get(name) != others.get(name))


def digest_view(connection: Connection, shapes: Sequence[TableShape], told: Told = lambda rows: None) -> ViewDigest:
    """The digest of these tables, within one transaction of the connection."""
    return ViewDigest(tuple(digest_table(connection, shape, told) for shape in sorted(shapes, key=lambda shape: shape.name)))


def digest_table(connection: Connection, shape: TableShape, told: Told = lambda rows: None) -> TableDigest:
    """The digest of one table; memory holds one block."""
    columns = " ".join(f"{column.name}:{column.kind}" for column in shape.columns)
    digest = sha256(f"{shape.name} {columns}\n".encode())
    encoders = [_ENCODERS[column.kind] for column in shape.columns]
    count = 0
    for rows in stream_rows(connection, shape, BLOCK_ROWS):
        digest.update(_encode(rows, encoders))
        count += len(rows)
        told(len(rows))
    return TableDigest(shape.name, count, digest.hexdigest())


def _encode(rows: Sequence[Row], encoders: Sequence[Callable[[Sequence[Any]], bytes]]) -> bytes:
    encoded = [pack("<I", len(rows))]
    for values, encoder in zip(zip(*rows, strict=True), encoders, strict=True):
        encoded.append(_column(values, encoder))
    return b"".join(encoded)


def _column(values: Sequence[Any], encoder: Callable[[Sequence[Any]], bytes]) -> bytes:
    head = b"A"
    if None in values:
        head = b"N" + bytes(value is not None for value in values)
        values = [value for value in values if value is not None]
    try:
        return head + encoder(values)
    except (CannotPack, TypeError):
        # SQLite keeps what it is given: a value of a foreign kind is none of ours, and no row of ours has this digest.
        return b"?" + repr(values).encode()


def _numbers(values: Sequence[int]) -> bytes:
    return pack(f"<{len(values)}q", *values)


def _bytes(values: Sequence[bytes]) -> bytes:
    return _lengths(values) + b"".join(values)


def _texts(values: Sequence[str]) -> bytes:
    return _lengths(values) + "".join(values).encode()


def _lengths(values: Sequence[bytes | str]) -> bytes:
    return pack(f"<{len(values)}I", *map(len, values))


_ENCODERS: Final[Mapping[Kind, Callable[[Sequence[Any]], bytes]]] = {"number": _numbers, "bytes": _bytes, "text": _texts}
