"""A SELECT that is asked again and again, compiled once for each database and run by the driver.

SQLAlchemy spends ten times on such a statement what SQLite needs to find the rows; with five in an answer that was most of
its cost. The statement is written in SQLAlchemy Core all the same, so it is the same on both databases.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, PoolProxiedConnection, Select
from sqlalchemy.exc import OperationalError
from sqlalchemy.sql.compiler import SQLCompiler

from projections.database import driver_snapshot

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Driver:
    """The driver's connection, within a transaction, and whose dialect it speaks."""

    dialect: Dialect
    connection: PoolProxiedConnection


@contextmanager
def driver_on(engine: Engine) -> Iterator[Driver]:
    """One consistent state of the database for prepared statements."""
    with driver_snapshot(engine) as connection:
        yield Driver(engine.dialect, connection)


def driver_of(connection: Connection) -> Driver:
    """For prepared statements within a transaction of SQLAlchemy's."""
    return Driver(connection.dialect, connection.connection)


class Prepared:
    """Asked with the values of its named parameters (`bindparam`); rows come as the driver gives them, and need no conversion."""

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[SQLCompiler, dict[str, Any]]] = {}

    def rows(self, driver: Driver, **values: Any) -> list[Row]:
        """All rows. Raises OperationalError."""
        dialect = driver.dialect
        compiled, own = self._compiled.get(dialect.name) or self._compile(dialect)
        values = own | values
        given = values if compiled.positiontup is None else [values[name] for name in compiled.positiontup]
        cursor = driver.connection.cursor()
        try:
            cursor.execute(compiled.string, given)
            return cursor.fetchall()  # type: ignore[return-value]
        except dialect.loaded_dbapi.OperationalError as error:
            raise OperationalError(compiled.string, None, error) from error
        finally:
            cursor.close()

    def row(self, driver: Driver, **values: Any) -> Row | None:
        """The only row, if there is one."""
        rows = self.rows(driver, **values)
        return rows[0] if rows else None

    def _compile(self, dialect: Dialect) -> tuple[SQLCompiler, dict[str, Any]]:
        """Compiled, and the values of parameters that the statement has itself."""
        compiled = self._statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        own = {name: value for name, value in compiled.params.items() if value is not None}
        made = self._compiled[dialect.name] = compiled, own
        return made
