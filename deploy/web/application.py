"""Puts the one web application together: command and query blueprints, problem details, the OpenAPI document and its page."""

from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any

from apiflask import APIFlask
from flask import Blueprint, Flask
from flask_swagger_ui import get_swaggerui_blueprint

from deploy.web.authentication import Authentication, Authenticator
from deploy.web.problems import register_problems
from deploy.web.query_problems import register_query_problems

Paths = dict[str, Any]
DESCRIPTION = """Commands are recorded as events; queries read projections of them.

Every request carries a bearer token. A command answers the household's new version, which a query may wait for (`min_version`).
`as_of` asks what was true on a day, `known_at` what the register knew at an instant. Errors are problem details (RFC 9457) with a
stable `code` and every violation; their words are Chinese, or English for a client that prefers it."""


def make_web_application(
    blueprints: Sequence[Blueprint],
    command_paths: Callable[[], Paths],
    authenticator: Authenticator,
) -> Flask:
    """The WSGI application. `command_paths` gives the commands' part of the document when it is first asked for."""
    app = APIFlask(__name__, title="Household lifecycle registry", version=version("household-registry"), docs_path=None)
    app.config["DESCRIPTION"] = DESCRIPTION
    app.config["OPENAPI_VERSION"] = "3.1.0"  # null is a type of its own, as both parts of the document say it
    app.config["AUTO_404_RESPONSE"] = False  # each endpoint says itself what it refuses with
    app.config["SECURITY_SCHEMES"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    app.register_blueprint(
        get_swaggerui_blueprint("/docs", "/openapi.json", config={"app_name": app.title, "docExpansion": "none"})
    )
    register_problems(app)
    register_query_problems(app)

    @app.spec_processor
    def with_commands(spec: Any) -> Any:
        spec["paths"] = {**spec["paths"], **command_paths()}
        spec["security"] = [{"bearer": []}]
        return spec

    app.wsgi_app = Authentication(app.wsgi_app, authenticator)  # type: ignore[method-assign]
    return app
