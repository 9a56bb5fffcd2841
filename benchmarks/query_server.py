"""Two applications over one read model, for `benchmarks.queries`: the query API, and bare Flask that runs the same SELECTs.

Both are served by granian as the register serves itself. The database's path is in the environment.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask, Response, jsonify
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine, select
from sqlalchemy.dialects import sqlite

from deploy.clocks import SystemClock
from projections.api.blueprints import query_blueprints
from projections.api.parts import QueryParts
from projections.database import open_engine
from projections.expenses.queries.silence import SilenceRule
from projections.register.queries.division_tree import DivisionTree
from projections.register.tables import HOUSEHOLD, LEDGER_ENTRY, MEASURE, MEMBER, SPELL
from schemas.access import ACTOR, Actor
from schemas.catalogue import registry_catalogue
from schemas.code_tables import shipped
from schemas.codec import Codec

DATABASE = "BENCH_DATABASE"
SOMEBODY = Actor("bench", "PROVINCE_OFFICER", "bench", "460000000000")


def query_parts(engine: Engine) -> QueryParts:
    """The query API's parts over one database."""
    return QueryParts(
        engine=lambda: engine,
        clock=SystemClock(),
        clock_offset=timedelta(0),
        divisions=DivisionTree(lambda: engine, time.monotonic),
        code_tables=shipped,
        codec=Codec(registry_catalogue()),
        probes={},
        lags={},
        ticks=time.monotonic,
        pause=time.sleep,
        metrics=CollectorRegistry(),
        silence=lambda: SilenceRule(3, 24),
    )


def ours() -> Callable[..., Any]:
    """The query API; everybody is somebody, since the bare view asks nobody either."""
    app = Flask("queries")
    for blueprint in query_blueprints(query_parts(open_engine(f"sqlite:///{os.environ[DATABASE]}"))):
        app.register_blueprint(blueprint)

    def as_somebody(environ: dict[str, Any], start_response: Any) -> Any:
        environ[ACTOR] = SOMEBODY
        return app(environ, start_response)

    return as_somebody


def bare() -> Flask:
    """Flask and sqlite3, and nothing else: the same rows as JSON."""
    app = Flask("bare")
    local = threading.local()
    tables = (HOUSEHOLD, MEMBER, SPELL, MEASURE, LEDGER_ENTRY)
    statements = [
        (table.name, str(select(table).where(table.c.household_id == b"").compile(dialect=sqlite.dialect()))) for table in tables
    ]

    @app.get("/v1/households/<uuid:household_id>")
    def household(household_id: UUID) -> Response:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(os.environ[DATABASE])
            local.connection.execute("PRAGMA mmap_size=1073741824")
        told = {}
        for name, statement in statements:
            cursor = local.connection.execute(statement, (household_id.bytes,))
            names = [column[0] for column in cursor.description]
            told[name] = [dict(zip(names, map(_shown, row), strict=True)) for row in cursor]
        return jsonify(told)

    return app


def _shown(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value
