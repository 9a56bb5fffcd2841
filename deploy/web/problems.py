"""Problem details (RFC 9457): one body for every error of the API, commands and queries alike.

{"type", "title", "status", "detail", "instance", "code", "violations": [{"code", "field", "rule", "params"}]}; title and rules in
Chinese unless the client prefers English. Values that were sent are never repeated.
"""

import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from registry.application.service import Conflict, VersionStale
from registry.refusal import Refused, Violation
from registry.store.errors import IdempotencyMismatch, StoreUnavailable
from schemas.refusal_codes import describe, refusal

MIMETYPE = "application/problem+json"
_log = logging.getLogger("registry.api")
_BY_STATUS = {400: "E-BODY", 404: "E-NOT-FOUND", 405: "E-METHOD", 413: "E-BODY", 415: "E-BODY", 422: "E-FIELD-TYPE"}


def preferred_language() -> str:
    """zh unless the client says that it prefers English."""
    return request.accept_languages.best_match(["zh", "en"], "zh")


def problem(
    code: str,
    violations: Iterable[Violation] = (),
    status: int | None = None,
    *,
    extension: Mapping[str, Any] | None = None,
    **params: Any,
) -> Response:
    """The answer for an error code, with every violation; `extension`: further members of the body."""
    language = preferred_language()
    entry = refusal(code)
    body: dict[str, Any] = {
        "type": f"/v1/errors/{code}",
        "title": entry.title_zh if language == "zh" else entry.title_en,
        "status": status or entry.status,
        "detail": describe(code, language, **params),
        "instance": request.path,
        "code": code,
        "violations": [_told(v, language) for v in violations],
        **(extension or {}),
    }
    response = Response(json.dumps(body, ensure_ascii=False, default=str), body["status"], mimetype=MIMETYPE)
    response.headers["Content-Language"] = language
    return response


def _told(violation: Violation, language: str) -> Mapping[str, Any]:
    rule = describe(violation.code, language, **violation.params)
    return {"code": violation.code, "field": violation.field, "rule": rule, "params": violation.params}


def register_problems(app: Flask) -> None:
    """Turn every exception that may leave a view into problem details."""

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        first = error.violations[0]
        # Who may not at all is told so before anything about the command.
        status = max(refusal(v.code).status for v in error.violations)
        return problem(first.code, error.violations, status, **first.params)

    @app.errorhandler(VersionStale)
    def stale(error: VersionStale) -> Response:
        response = problem(error.code, present=error.present)
        response.headers["ETag"] = f'"{error.present}"'
        return response

    @app.errorhandler(Conflict)
    def conflict(error: Conflict) -> Response:
        return problem(error.code)

    @app.errorhandler(IdempotencyMismatch)
    def mismatch(error: IdempotencyMismatch) -> Response:
        return problem("E-IDEMPOTENCY-MISMATCH")

    @app.errorhandler(StoreUnavailable)
    def unavailable(error: StoreUnavailable) -> Response:
        response = problem("E-STORE-UNAVAILABLE")
        response.headers["Retry-After"] = "1"
        return response

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        status = error.code or 500
        return problem(_BY_STATUS.get(status, "E-INTERNAL"), status=status)

    @app.errorhandler(Exception)
    def internal(error: Exception) -> Response:
        # The traceback names code, not data; the message of a database error may hold values and stays out.
        _log.error("unexpected %s on %s", type(error).__name__, request.path, exc_info=error.__traceback__ is not None)
        return problem("E-INTERNAL")
