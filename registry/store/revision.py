"""Which revision a PostgreSQL database's tables are of, and whether it is this program's: asked by every process at its start.

Nobody makes tables or changes them at his start: several would at once, and with rights that a worker does not need. `registry
migrate` does, once. A file of SQLite belongs to one installation, and is made where it is missing.
"""

from dataclasses import dataclass
from typing import Final

import psycopg

from registry.store.errors import StoreNotMigrated, StoreUnavailable
from registry.store.postgres_line import Connection, Line, said

REVISION_TABLE: Final = "registry_revision"
_WAIT_S: Final = 10.0
_POSTGRESQL: Final = ("postgresql://", "postgres://")


@dataclass(frozen=True, slots=True)
class Revision:
    """What this program needs of a database.

    what: as an operator calls it; schema: where its tables are, None for the one that the address leads to; newest: the revision
    that this program is written for.
    """

    what: str
    schema: str | None
    newest: str

    def require(self, url: str) -> None:
        """Raises StoreNotMigrated unless the tables are there and of this revision; StoreUnavailable. Files are left alone."""
        if not is_postgresql(url):
            return
        line = Line(url, _WAIT_S)
        try:
            with line.connect(autocommit=True) as connection:
                found = self.found(connection)
        except psycopg.Error as error:
            raise StoreUnavailable(f"{line.where}: {said(error)}") from error
        if found is None:
            raise StoreNotMigrated(f"{line.where} has no tables for the {self.what} yet: run `registry migrate`")
        if found != self.newest:
            there = f"{line.where}: the {self.what} is at revision {found}, this program needs {self.newest}"
            raise StoreNotMigrated(f"{there}: run `registry migrate` of the newer program")

    def found(self, connection: Connection) -> str | None:
        """The revision that the database is at, None where it was never migrated. Raises psycopg.Error."""
        table = f"{self.schema}.{REVISION_TABLE}" if self.schema else REVISION_TABLE
        if connection.execute("SELECT to_regclass(%s)", (table,)).fetchone() == (None,):
            return None
        row = connection.execute(f"SELECT version_num FROM {table}").fetchone()
        return None if row is None else str(row[0])


STORE_REVISION: Final = Revision("event store", None, "store_3")


def is_postgresql(url: str) -> bool:
    """Whether the address is of a PostgreSQL database."""
    return url.startswith(_POSTGRESQL)
