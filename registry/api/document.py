"""The command API's part of the OpenAPI document (3.1): paths and components, from the endpoints' own declarations."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from registry.api.endpoint import PATH_PARTS, Endpoint
from registry.api.examples import example_of
from registry.api.json_schema import PROBLEM, SchemaBook
from schemas.refusal_codes import refusal, refusal_codes

Paths = dict[str, dict[str, Any]]
KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "Sent again with the same key and body, it is carried out once, and answered as the first time",
}
IF_MATCH: Final = {
    "name": "If-Match",
    "in": "header",
    "schema": {"type": "string", "examples": ['"7"']},
    "description": "The version that you saw, quoted; where it has moved on the answer is 412, and the present one is in ETag",
}
CORRELATION: Final = {
    "name": "X-Correlation-ID",
    "in": "header",
    "schema": {"type": "string", "format": "uuid"},
    "description": "The conversation that this belongs to; every event that follows carries it",
}
EVERYWHERE: Final = ("E-AUTH-TOKEN", "E-AUTH-ROLE", "E-HEADER", "E-INTERNAL", "E-STORE-UNAVAILABLE", "E-STORE-BUSY")
WITH_BODY: Final = ("E-BODY", "E-BODY-TOO-LONG", "E-MEDIA-TYPE", "E-FIELD-MISSING", "E-FIELD-TYPE", "E-FIELD-UNKNOWN")
PARSED: Final = ("E-FIELD-TOO-LONG",)
"""Of a body that is read as a record: each has a text."""
KEYED: Final = ("E-IDEMPOTENCY-MISMATCH",)
NAMED: Final = ("E-NOT-FOUND",)
"""Of an id in the path that is no UUID: there is no such address."""
VERSIONED: Final = ("E-AUTH-SCOPE", "E-HOUSEHOLD-UNKNOWN", "E-PRECONDITION", "E-CONCURRENCY")


def paths_of(endpoints: Sequence[Endpoint]) -> tuple[Paths, dict[str, Any]]:
    """(path -> path item, name -> schema component)."""
    book = SchemaBook()
    paths: Paths = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, book)
    return paths, book.components


def _operation(endpoint: Endpoint, book: SchemaBook) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "tags": [endpoint.tag],
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "description": endpoint.description,
        "parameters": list(_parameters(endpoint)),
        "responses": _responses(endpoint),
    }
    if endpoint.action is None:
        operation["security"] = []
    schema = _body(endpoint, book)
    if schema is not None:
        example = {**example_of(schema, book.components), **endpoint.example}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}
    return operation


def _body(endpoint: Endpoint, book: SchemaBook) -> Mapping[str, Any] | None:
    if endpoint.content is not None:
        return endpoint.content(book)
    return None if endpoint.body is None else book.record(endpoint.body, endpoint.fixed)


def _parameters(endpoint: Endpoint) -> Iterable[Mapping[str, Any]]:
    for name, part in PATH_PARTS.items():
        if f"{{{name}}}" in endpoint.path:
            yield {"name": name, "in": "path", "required": True, "schema": part.schema, "description": part.means}
    if endpoint.keyed:
        yield KEY
    if endpoint.versioned:
        yield IF_MATCH
    if endpoint.action is not None:
        yield CORRELATION


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, (means, schema) in endpoint.answers.items():
        responses[str(status)] = {"description": means}
        if schema is not None:
            responses[str(status)]["content"] = {"application/json": {"schema": schema}}
        if endpoint.versioned:
            responses[str(status)]["headers"] = {"ETag": {"schema": {"type": "string"}, "description": "The new version"}}
    by_status: dict[int, list[str]] = {}
    for code in _problems(endpoint):
        by_status.setdefault(refusal(code).status, []).append(code)
    for status in sorted(by_status):
        told = "; ".join(f"{code}: {refusal(code).title_en}" for code in by_status[status])
        responses[str(status)] = {"description": told, "content": {"application/problem+json": {"schema": PROBLEM}}}
    return responses


def _problems(endpoint: Endpoint) -> Iterable[str]:
    codes = list(endpoint.problems)
    if endpoint.action is not None:
        codes += EVERYWHERE
    codes += WITH_BODY if endpoint.body is not None or endpoint.content is not None else ()
    codes += PARSED if endpoint.body is not None else ()
    codes += KEYED if endpoint.keyed else ()
    codes += VERSIONED if endpoint.versioned else ()
    codes += NAMED if "<uuid:" in endpoint.rule else ()
    return (code for code in refusal_codes() if code in codes)
