"""What questions can be answered with instead of an answer, as problem details."""

from flask import Flask, Response

from deploy.web.problems import problem
from projections.api.errors import NotReady, NotYet, QueryRefused, ViewUnavailable
from registry.refusal import Violation


def register_query_problems(app: Flask) -> None:
    """Turn the query API's errors into problem details; those that pass say when to try again."""

    @app.errorhandler(QueryRefused)
    def refused(error: QueryRefused) -> Response:
        first = error.faults[0]
        violations = [Violation(fault.code, fault.field, dict(fault.params)) for fault in error.faults]
        return problem(first.code, violations, error.status, **first.params)

    @app.errorhandler(NotYet)
    @app.errorhandler(ViewUnavailable)
    @app.errorhandler(NotReady)
    def passing(error: NotYet | ViewUnavailable | NotReady) -> Response:
        response = problem(error.code, extension={"report": error.report} if isinstance(error, NotReady) else None)
        response.headers["Retry-After"] = str(error.retry_after_s)
        return response
