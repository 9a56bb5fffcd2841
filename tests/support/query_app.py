"""The query API over tables that a test has filled itself, asked by somebody of the province."""

import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from deploy.clocks import HandSetClock
from deploy.web.problems import register_problems
from projections.api.blueprints import query_blueprints
from projections.api.parts import QueryParts
from projections.expenses.queries.silence import SilenceRule
from projections.register.queries.division_tree import DivisionTree
from projections.reimbursement.rule import Targets, shipped_targets
from schemas.access import ACTOR, Actor
from schemas.catalogue import registry_catalogue
from schemas.code_tables import shipped
from schemas.codec import Codec

SOMEBODY = Actor("tester", "PROVINCE_OFFICER", "tests", "460000000000")


def query_app(
    engine: Engine | None,
    now: datetime,
    expenses: Engine | None = None,
    targets: Callable[[int], Targets] = lambda _year: shipped_targets(),
    with_topic: Callable[[], Collection[str] | None] = lambda: (),
) -> Flask:
    """The application over tables of the register and of hospitals' expenses; its register's clock stands still."""
    parts = QueryParts(
        engine=lambda: engine,
        clock=HandSetClock(now),
        clock_offset=timedelta(),
        divisions=DivisionTree(lambda: engine, time.monotonic),
        code_tables=shipped,
        codec=Codec(registry_catalogue()),
        probes={},
        lags={},
        ticks=time.monotonic,
        pause=time.sleep,
        metrics=CollectorRegistry(),
        silence=lambda: SilenceRule(3, 24),
        expenses=lambda: expenses,
        targets=targets,
        with_topic=with_topic,
    )
    app = Flask("queries")
    for blueprint in query_blueprints(parts):
        app.register_blueprint(blueprint)
    register_problems(app)
    return app


def ask(app: Flask, path: str, actor: Actor = SOMEBODY, **headers: str) -> TestResponse:
    """One question."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.test_client().get(path, headers=sent, environ_overrides={ACTOR: actor}, buffered=True)


def told(app: Flask, path: str, actor: Actor = SOMEBODY) -> Any:
    """A good answer."""
    response = ask(app, path, actor)
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()
