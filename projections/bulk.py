"""Many rows at once, run by the driver on SQLAlchemy's own connection and within its transaction.

SQLAlchemy's executemany wants a dictionary for each row, and makes an object of each row that it reads; tuples to and from the
driver take a third of the time. The statements
are simple enough to be the same text on both engines, but for PostgreSQL's COPY, which is five times its executemany.
Rows are tuples in the order of the table's columns, where nothing else is said.
"""

from collections.abc import Sequence
from contextlib import closing
from functools import cache
from typing import Any, Final

from sqlalchemy import Column, Connection, Table

from projections.database import told_by_the_driver

Row = Sequence[Any]

_KEYS_AT_ONCE: Final = 500


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert new rows."""
    if rows and _is_postgres(connection):
        _copy(connection, table.name, table, rows)
    elif rows:
        _run(connection, _insert_statement(table), rows)


def upsert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows, or replace those with the same key. No key may come twice."""
    _merge(connection, table, rows, ())


def add_to_rows(connection: Connection, table: Table, rows: Sequence[Row], summed: tuple[str, ...]) -> None:
    """Insert rows, or add the `summed` columns to those with the same key. No key may come twice."""
    _merge(connection, table, rows, summed)


def update_rows(connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Row]) -> None:
    """Set `columns` by primary key; each row has the new values, then the key."""
    if rows:
        _run(connection, _update_statement(table, columns, _mark(connection)), rows)


def delete_rows(connection: Connection, table: Table, columns: tuple[str, ...], keys: Sequence[Row]) -> None:
    """Delete the rows whose `columns` equal one of the keys."""
    if keys:
        _run(connection, _delete_statement(table, columns, _mark(connection)), keys)


def select_rows(connection: Connection, columns: Sequence[Column[Any]], by: Column[Any], keys: Sequence[Any]) -> list[Row]:
    """Rows of these columns of a table, where the column `by` has one of the keys; in any order. A boolean may be 0 or 1."""
    found: list[Row] = []
    with told_by_the_driver(connection), closing(connection.connection.cursor()) as cursor:
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            some = keys[start : start + _KEYS_AT_ONCE]
            if _is_postgres(connection):
                cursor.execute(f"{_select_statement(tuple(columns))} WHERE {by.name} = ANY(%s)", (list(some),))
            else:
                cursor.execute(f"{_select_statement(tuple(columns))} WHERE {by.name} IN ({', '.join('?' * len(some))})", some)
            found += cursor.fetchall()
    return found


def _is_postgres(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _mark(connection: Connection) -> str:
    return "%s" if _is_postgres(connection) else "?"


def _run(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
    with told_by_the_driver(connection), closing(connection.connection.cursor()) as cursor:
        cursor.executemany(statement, rows)


def _copy(connection: Connection, target: str, table: Table, rows: Sequence[Row]) -> None:
    cursor: Any = connection.connection.cursor()
    with told_by_the_driver(connection), closing(cursor), cursor.copy(f"COPY {target} ({_columns(table)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _merge(connection: Connection, table: Table, rows: Sequence[Row], summed: tuple[str, ...]) -> None:
    if not rows:
        return
    if not _is_postgres(connection):
        _run(connection, _upsert_statement(table, summed), rows)
        return
    incoming = f"incoming_{table.name}"
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE IF NOT EXISTS {incoming} (LIKE {table.name}) ON COMMIT DELETE ROWS")
    _copy(connection, incoming, table, rows)
    connection.exec_driver_sql(_merge_statement(table, summed))
    connection.exec_driver_sql(f"TRUNCATE {incoming}")


@cache
def _select_statement(columns: tuple[Column[Any], ...]) -> str:
    return f"SELECT {', '.join(column.name for column in columns)} FROM {columns[0].table}"


@cache
def _columns(table: Table) -> str:
    return ", ".join(column.name for column in table.columns)


@cache
def _insert_statement(table: Table) -> str:
    return f"INSERT INTO {table.name} ({_columns(table)}) VALUES ({', '.join('?' * len(table.columns))})"


@cache
def _upsert_statement(table: Table, summed: tuple[str, ...]) -> str:
    return f"{_insert_statement(table)} {_on_conflict(table, summed)}"


@cache
def _merge_statement(table: Table, summed: tuple[str, ...]) -> str:
    columns = _columns(table)
    # In key order, so that two projectors never wait for each other's rows crosswise.
    key = ", ".join(column.name for column in table.primary_key)
    source = f"SELECT {columns} FROM incoming_{table.name} ORDER BY {key}"
    return f"INSERT INTO {table.name} ({columns}) {source} {_on_conflict(table, summed)}"


def _on_conflict(table: Table, summed: tuple[str, ...]) -> str:
    key = ", ".join(column.name for column in table.primary_key)
    if summed:
        changes = ", ".join(f"{name} = {table.name}.{name} + excluded.{name}" for name in summed)
    else:
        changed = [column.name for column in table.columns if not column.primary_key]
        changes = ", ".join(f"{name} = excluded.{name}" for name in changed)
    return f"ON CONFLICT ({key}) DO UPDATE SET {changes}"


@cache
def _update_statement(table: Table, columns: tuple[str, ...], mark: str) -> str:
    changes = ", ".join(f"{name} = {mark}" for name in columns)
    return f"UPDATE {table.name} SET {changes} WHERE {_where(tuple(table.primary_key.columns.keys()), mark)}"


@cache
def _delete_statement(table: Table, columns: tuple[str, ...], mark: str) -> str:
    return f"DELETE FROM {table.name} WHERE {_where(columns, mark)}"


def _where(columns: tuple[str, ...], mark: str) -> str:
    return " AND ".join(f"{name} = {mark}" for name in columns)
