"""Several SQLite files with disjoint rows of the same tables, made into one.

Each table is written in key order, by a merge of what lies in key order already: pages are filled one after the other, once, and
the other indexes are made at the end. That takes a few hundredths of what folding took.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import MetaData, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

_DIALECT: Final = sqlite.dialect()
_PRAGMAS: Final = ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", "cache_size=-65536", "temp_store=MEMORY")


def join_files(target: Path, parts: Sequence[Path], metadata: MetaData) -> None:
    """Write the rows of all parts to a new file. Raises sqlite3.IntegrityError where two parts hold the same key."""
    connection = sqlite3.connect(target, isolation_level=None)
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        for number, part in enumerate(parts):
            connection.execute(f"ATTACH ? AS part{number}", (str(part),))
        connection.execute("BEGIN")
        for table in metadata.sorted_tables:
            connection.execute(str(CreateTable(table).compile(dialect=_DIALECT)))
            connection.execute(f"INSERT INTO {table.name} {_rows_in_key_order(table, len(parts))}")
        for table in metadata.sorted_tables:
            for index in sorted(table.indexes, key=lambda index: str(index.name)):
                connection.execute(str(CreateIndex(index).compile(dialect=_DIALECT)))
        connection.execute("COMMIT")
    finally:
        connection.close()


def _rows_in_key_order(table: Table, parts: int) -> str:
    names = [column.name for column in table.columns]
    together = " UNION ALL ".join(f"SELECT {', '.join(names)} FROM part{number}.{table.name}" for number in range(parts))
    # In the primary key's own order of columns, or SQLite would sort what lies sorted.
    key = [str(names.index(column.name) + 1) for column in table.primary_key.columns]
    return f"{together} ORDER BY {', '.join(key)}"
