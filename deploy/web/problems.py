"""Problem details (RFC 9457): one body for every error of the API, commands and queries alike.

{"type", "title", "status", "detail", "instance", "code", "violations": [{"code", "field", "rule", "params"}]}; title, detail and
rules in Chinese unless the client prefers English. `type` says where the code is explained, `instance` is the request's
correlation id, by which the log has it. Values that were sent are never repeated.
"""

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, Protocol

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from deploy.process_log import process_logger
from projections.api.errors import NotReady, NotYet, QueryRefused, ViewUnavailable
from projections.schema_registry.blueprint import is_of_registry, unserved
from registry.api.circumstances import BODY_BYTES_MAX, CORRELATION
from registry.api.faults import NOT_NOW, OUR_OWN, codes_of
from registry.api.languages import preferred_language
from registry.application.service import Conflict, VersionStale
from registry.refusal import Refused
from registry.store.errors import IdempotencyMismatch, StoreUnavailable
from registry.vault.refusal import VaultError
from schemas.log_errors import LogError
from schemas.refusal_codes import refusal

MIMETYPE: Final = "application/problem+json"
CODE: Final = "registry.code"
"""Where the answer's code is in the WSGI environment, for the log."""
RETRY_AFTER_S: Final = 1
NO_PARAMS: Final[Mapping[str, Any]] = MappingProxyType({})
_BY_STATUS: Final = {404: "E-NOT-FOUND", 405: "E-METHOD", 413: "E-BODY-TOO-LONG", 415: "E-MEDIA-TYPE"}
_log = process_logger("deploy.web")


class Broken(Protocol):
    """A broken rule, of a command or of a query."""

    @property
    def code(self) -> str: ...
    @property
    def field(self) -> str: ...
    @property
    def params(self) -> Mapping[str, Any]: ...


def problem_document(
    code: str,
    language: str,
    instance: object,
    violations: Iterable[Broken] = (),
    params: Mapping[str, Any] = NO_PARAMS,
    status: int | None = None,
) -> dict[str, Any]:
    """The document for an error code, with every violation."""
    entry = refusal(code)
    return {
        "type": f"/v1/errors/{code}",
        "title": entry.title(language),
        "status": status or entry.status,
        "detail": refusal(code).describe(language, params),
        "instance": f"urn:uuid:{instance}",
        "code": code,
        "violations": [_told(violation, language) for violation in violations],
    }


def problem(
    code: str, violations: Iterable[Broken] = (), params: Mapping[str, Any] = NO_PARAMS, status: int | None = None
) -> Response:
    """The answer for an error code, with every violation. params: what the code's sentence shows."""
    language = preferred_language(request)
    document = problem_document(code, language, request.environ.get(CORRELATION), violations, params, status)
    return problem_response(document, language)


def problem_response(document: Mapping[str, Any], language: str) -> Response:
    """A problem document as it goes out."""
    request.environ[CODE] = document["code"]
    response = Response(problem_bytes(document), document["status"], mimetype=MIMETYPE)
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = "no-store"
    return response


def problem_bytes(document: Mapping[str, Any]) -> bytes:
    """A problem document in JSON; days, amounts and ids as text."""
    return json.dumps(document, ensure_ascii=False, default=str).encode()


def register_problems(app: Flask) -> None:
    """Turn every exception that may leave a view into problem details."""
    _register_problems_of_commands(app)
    _register_problems_of_queries(app)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        status = error.code or 500
        if status < 400:
            return error.get_response()  # type: ignore[return-value]
        if is_of_registry(request.path):
            return unserved(error)
        code = _BY_STATUS.get(status, "E-BODY" if status < 500 else OUR_OWN)
        response = problem(code, params={"maximum": BODY_BYTES_MAX, "rule": "NOT_JSON"}, status=status)
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return response

    @app.errorhandler(Exception)
    def internal(error: Exception) -> Response:
        _log.error("unexpected", route=route_of_request(), exc_info=error)
        return problem(OUR_OWN)


def route_of_request() -> str | None:
    """The rule that the request was matched by: a path may hold what a client put there by mistake."""
    return None if request.url_rule is None else request.url_rule.rule


def _register_problems_of_commands(app: Flask) -> None:
    @app.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        first = error.violations[0]
        return problem(first.code, error.violations, first.params)

    @app.errorhandler(VersionStale)
    def stale(error: VersionStale) -> Response:
        response = problem(error.code, params={"present": error.present})
        response.headers["ETag"] = f'"{error.present}"'
        return response

    @app.errorhandler(Conflict)
    @app.errorhandler(IdempotencyMismatch)
    def conflict(error: Conflict | IdempotencyMismatch) -> Response:
        return problem(codes_of(error)[0])

    @app.errorhandler(StoreUnavailable)
    @app.errorhandler(VaultError)
    @app.errorhandler(LogError)
    def unavailable(error: StoreUnavailable | VaultError | LogError) -> Response:
        _log.error("unavailable", route=route_of_request(), exc_info=error)
        response = problem(codes_of(error)[0])
        return later(response, RETRY_AFTER_S) if isinstance(error, NOT_NOW) else response


def _register_problems_of_queries(app: Flask) -> None:
    @app.errorhandler(QueryRefused)
    def refused(error: QueryRefused) -> Response:
        first = error.faults[0]
        return problem(first.code, error.faults, first.params, error.status)

    @app.errorhandler(NotYet)
    def not_yet(error: NotYet) -> Response:
        return later(problem(error.code), error.retry_after_s)

    @app.errorhandler(ViewUnavailable)
    def unavailable(error: ViewUnavailable) -> Response:
        return later(problem(error.code, params=error.params), error.retry_after_s)

    @app.errorhandler(NotReady)
    def not_ready(error: NotReady) -> Response:
        language = preferred_language(request)
        document = problem_document(error.code, language, request.environ.get(CORRELATION))
        return later(problem_response({**document, "report": error.report}, language), error.retry_after_s)


def later(response: Response, seconds: int) -> Response:
    """The same may be well in so many seconds."""
    response.headers["Retry-After"] = str(seconds)
    return response


def _told(violation: Broken, language: str) -> Mapping[str, Any]:
    rule = refusal(violation.code).describe(language, violation.params)
    return {"code": violation.code, "field": violation.field, "rule": rule, "params": violation.params}
