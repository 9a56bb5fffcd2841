"""The schema registry's part of the OpenAPI document, from the very declarations that are served."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from projections.api.json_schemas import count, example_of, record, words
from projections.schema_registry.endpoint import JSON, Json, RegistryEndpoint
from projections.schema_registry.errors import Fault

TAG: Final = "Schema registry"
PLAIN_JSON: Final = "application/json"
"""What is sent may be called so as well."""
FAULT: Final = record("Why not", error_code=count("Confluent's number", 40403), message=words("In words", "Schema not found."))
PATH_PARTS: Final = {
    "schema_id": ("Id of a schema", "12"),
    "subject": ("Subject", "household.register-value"),
    "version": ("Number of a version, or latest", "latest"),
}


def describe(endpoint: RegistryEndpoint, view: Callable[..., Any]) -> None:
    """Hang the operation on the view, where APIFlask looks for it when the document is asked for."""
    extensions: dict[str, Any] = {"parameters": _parameters(endpoint), "security": []}
    if endpoint.body is not None:
        content = {"schema": endpoint.body, "example": example_of(endpoint.body)}
        extensions["requestBody"] = {"required": True, "content": {JSON: content, PLAIN_JSON: content}}
    view._spec = {  # type: ignore[attr-defined]
        "summary": endpoint.summary,
        "description": endpoint.description,
        "tags": [TAG],
        "operation_id": endpoint.name,
        "responses": _responses(endpoint),
        "omit_default_path_parameters": True,
        "extensions": extensions,
    }


def _parameters(endpoint: RegistryEndpoint) -> list[Json]:
    in_path: list[Json] = [
        {"name": name, "in": "path", "required": True, "description": means, "schema": {"type": "string", "examples": [example]}}
        for name, (means, example) in PATH_PARTS.items()
        if f"{{{name}}}" in endpoint.path
    ]
    return in_path + [{"name": name, "in": "query", **told} for name, told in (endpoint.parameters or {}).items()]


def _responses(endpoint: RegistryEndpoint) -> dict[str, Json]:
    content = {JSON: {"schema": endpoint.answer, "example": example_of(endpoint.answer)}}
    responses: dict[str, Json] = {"200": {"description": "The answer", "content": content}}
    if endpoint.method == "GET":
        responses["304"] = {"description": "You have it already (`If-None-Match`)"}
    else:
        responses["413"] = {"description": "Too long", "content": {JSON: {"schema": FAULT}}}
    return {**responses, **_refusals(endpoint.faults)}


def _refusals(faults: Iterable[Fault]) -> dict[str, Json]:
    by_status: dict[str, list[Fault]] = {}
    for fault in faults:
        by_status.setdefault(str(fault.status), []).append(fault)
    return {
        status: {
            "description": "; ".join(f"`{fault.code}`: {fault.message}" for fault in of_status),
            "content": {JSON: {"schema": FAULT}},
        }
        for status, of_status in sorted(by_status.items())
    }
