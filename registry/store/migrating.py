"""Makes the tables in PostgreSQL that cannot be made again, and moves them on: by Alembic, all in one transaction or nothing.

Two at once are no harm: the second waits for the first, and then has nothing to do. A database that was made before revisions
were counted is taken over as it is if its shape is the first revision's.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from io import StringIO
from typing import Any, Final

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from registry.store.errors import StoreBusy, StoreNotMigrated, StoreShapeUnknown, StoreUnavailable
from registry.store.postgres_line import Line, engine_on, said
from registry.store.revision import Revision
from registry.store.shape import Shape, differences, shape_of

_ENVIRONMENT: Final = "registry.store:migrations"
_LOCK: Final = 0x6D696772_617465
"""Two who migrate one database take turns."""
_WAIT_S: Final = 30.0
"""For the other one, and for whoever uses the tables; a change that waits keeps everybody else waiting, so not for ever."""
_LOCK_NOT_AVAILABLE: Final = "55P03"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done. found: the present revision, None where there is none; adopts: whether tables are there all the same;
    steps: revision and sentence of each, in order."""

    found: str | None
    adopts: bool
    steps: tuple[tuple[str, str], ...]

    @property
    def nothing_to_do(self) -> bool:
        return not self.steps and not self.adopts


class Migrations:
    """The revisions of one database. Every method raises StoreUnavailable, StoreShapeUnknown, StoreNotMigrated.

    package: where its revisions are, with the shape of the first one.
    """

    def __init__(self, revision: Revision, package: str, url: str) -> None:
        self._revision = revision
        self._package = package
        self._url = url
        self.what = revision.what
        self.where = Line(url, _WAIT_S).where
        self._scripts = ScriptDirectory.from_config(self._config())

    def plan(self) -> Plan:
        """What `apply` would do now. Changes nothing."""
        with self._connected() as connection:
            return self._plan(connection)

    def apply(self) -> Plan:
        """Do it; return what was done."""
        with self._connected() as connection:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            plan = self._plan(connection)
            if plan.nothing_to_do:
                return plan
            self._make_schema(connection)
            config = self._config(connection=connection)
            if plan.adopts:
                command.stamp(config, self._first)
            command.upgrade(config, "head")
        return plan

    def sql(self) -> str:
        """The statements of `plan`, for whoever lets no program change tables."""
        plan = self.plan()
        text = StringIO()
        if self._revision.schema and plan.found is None:
            text.write(f"CREATE SCHEMA IF NOT EXISTS {self._revision.schema};\n\n")
        if plan.adopts:
            command.stamp(self._config(text), self._first, sql=True)
        if plan.steps:
            begun = self._first if plan.adopts else plan.found
            command.upgrade(self._config(text), f"{begun}:head" if begun else "head", sql=True)
        return text.getvalue()

    @property
    def _first(self) -> str:
        (first,) = self._scripts.get_bases()
        return first

    def _plan(self, connection: SqlConnection) -> Plan:
        driver: Any = connection.connection.driver_connection
        found = self._revision.found(driver)
        adopts = found is None and self._is_first(driver)
        begun = self._first if adopts else found
        ours = [script.revision for script in self._scripts.walk_revisions()]
        if begun is not None and begun not in ours:
            problem = f"the {self._revision.what} is at revision {begun}, which this program does not know: use the newer one"
            raise StoreNotMigrated(f"{self.where}: {problem}")
        done = len(ours) if begun is None else ours.index(begun)
        scripts = [self._scripts.get_revision(name) for name in reversed(ours[:done])]
        return Plan(found, adopts, tuple((script.revision, str(script.doc)) for script in scripts))

    def _is_first(self, driver: Any) -> bool:
        """Whether the first revision's tables are there, made before revisions were counted."""
        wanted: Shape = json.loads((files(self._package) / "first_shape.json").read_text("utf-8"))
        found = shape_of(driver, wanted)
        if not found:
            return False
        if told := differences(found, wanted):
            raise StoreShapeUnknown(f"{self.where}: tables of the {self._revision.what} are there, but {'; '.join(told)}")
        return True

    def _make_schema(self, connection: SqlConnection) -> None:
        schema = self._revision.schema
        # "IF NOT EXISTS" wants the right to make one, also where it is there.
        if schema and connection.exec_driver_sql("SELECT to_regnamespace(%s)", (schema,)).scalar() is None:
            connection.exec_driver_sql(f"CREATE SCHEMA {schema}")

    def _config(self, output: Any = None, connection: SqlConnection | None = None) -> Config:
        config = Config(output_buffer=output)
        config.set_main_option("script_location", _ENVIRONMENT)
        config.set_main_option("version_locations", str(files(self._package) / "versions").replace("%", "%%"))
        config.set_main_option("path_separator", "newline")
        config.attributes |= {"connection": connection, "schema": self._revision.schema}
        return config

    @contextmanager
    def _connected(self) -> Iterator[SqlConnection]:
        engine: Engine = engine_on(self._url, _WAIT_S)
        try:
            with engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise self._named(error.orig) from error
        except psycopg.Error as error:
            raise self._named(error) from error
        finally:
            engine.dispose()

    def _named(self, error: BaseException | None) -> StoreUnavailable:
        if not isinstance(error, psycopg.Error):
            return StoreUnavailable(f"{self.where}: {error}")
        if error.sqlstate == _LOCK_NOT_AVAILABLE:
            return StoreBusy(f"{self.where}: others use the tables for longer than {_WAIT_S:g} s; nothing was changed")
        return StoreUnavailable(f"{self.where}: {said(error)}")
