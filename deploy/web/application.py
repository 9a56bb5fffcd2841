"""Puts the one web application together: commands, queries, problem details, the document and its page, authentication."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Final

from apiflask import APIFlask
from flask import Blueprint, Flask, Response, request

from deploy.metrics.requests import RequestMetrics
from deploy.web.authentication import Authentication, Authenticator
from deploy.web.documentation import describe_application, documentation_blueprint, page_blueprint
from deploy.web.problems import register_problems, route_of_request
from deploy.web.request_log import ROUTE, RequestLog
from registry.api.document import paths_of
from registry.api.endpoint import blueprint_of
from registry.api.endpoints import command_endpoints
from registry.api.parts import CommandParts

TITLE: Final = "Household lifecycle registry"


def make_web_application(
    parts: CommandParts,
    queries: Sequence[Blueprint],
    tokens: Authenticator,
    sessions: Authenticator,
    metrics: RequestMetrics,
) -> Flask:
    """The WSGI application over both sides."""
    app = APIFlask(
        __name__,
        title=TITLE,
        version=version("household-registry"),
        docs_path=None,
        spec_path=None,
        json_errors=False,
        static_folder=None,  # type: ignore[arg-type]
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    endpoints = command_endpoints(parts)
    for blueprint in (*queries, blueprint_of(endpoints, parts), documentation_blueprint(app), page_blueprint(TITLE)):
        app.register_blueprint(blueprint)
    describe_application(app, *paths_of(endpoints))
    register_problems(app)
    _finish_answers(app)
    authenticated = Authentication(app.wsgi_app, tokens, sessions)
    app.wsgi_app = RequestLog(authenticated, parts.service.next_id, parts.ticks, metrics)  # type: ignore[method-assign]
    return app


def _finish_answers(app: Flask) -> None:
    @app.after_request
    def finish(response: Response) -> Response:
        request.environ[ROUTE] = route_of_request()
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        return response
