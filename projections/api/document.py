"""The queries' part of the OpenAPI document, from the very declarations that are served."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from projections.api.endpoint import JSON, PATH_PARTS, Endpoint
from projections.api.json_schemas import example_of, record, rows, words
from projections.register.queries.fields import Document
from schemas.refusal_codes import refusal

PROBLEM_JSON: Final = "application/problem+json"
FAULT: Final = record(
    code=words("Stable code", "E-FIELD-RANGE"),
    field=words("The parameter, or empty", "limit"),
    rule=words("The rule in words", "It must be from 1 to 1000."),
    params={"type": "object", "description": "What the rule shows", "examples": [{"minimum": 1, "maximum": 1000}]},
)
PROBLEM: Final = {
    **record(
        "Problem details (RFC 9457)",
        type=words("Names the kind of problem", "/v1/errors/E-FIELD-RANGE"),
        title=words("What went wrong, in short", "Out of range"),
        status={"type": "integer", "examples": [422]},
        detail=words("What went wrong", "It must be from 1 to 1000."),
        instance=words("The path that was asked", "/v1/households"),
        code=words("Stable code", "E-FIELD-RANGE"),
        violations=rows(FAULT, "Everything that is wrong"),
    ),
    "additionalProperties": True,
}
OF_ALL: Final = ("E-AUTH-TOKEN", "E-AUTH-ROLE", "E-INTERNAL")
OF_PARAMETERS: Final = ("E-FIELD-TYPE", "E-FIELD-UNKNOWN", "E-FIELD-RANGE", "E-CODE-UNKNOWN", "E-CHOICE", "E-PARAMETER-REPEATED")
NO_VIEW: Final = ("E-VIEW-UNAVAILABLE", "E-VIEW-REBUILDING")
WITHOUT_VIEW: Final = frozenset({"Reference", "Operation"})


def describe(endpoint: Endpoint, view: Callable[..., Any]) -> None:
    """Hang the operation on the view, where APIFlask looks for it when the document is asked for."""
    view._spec = {  # type: ignore[attr-defined]
        "summary": endpoint.summary,
        "description": endpoint.description,
        "tags": [endpoint.tag],
        "operation_id": endpoint.name,
        "responses": _responses(endpoint),
        "omit_default_path_parameters": True,
        "extensions": {"parameters": _parameters(endpoint), **({} if endpoint.action else {"security": []})},
    }


def problems_of(endpoint: Endpoint) -> list[str]:
    """Every code that the endpoint may refuse with."""
    codes = [] if endpoint.action is None else list(OF_ALL)
    codes += OF_PARAMETERS if endpoint.parameters else ("E-FIELD-UNKNOWN",)
    codes += () if endpoint.tag in WITHOUT_VIEW else NO_VIEW
    return list(dict.fromkeys([*codes, *endpoint.problems]))


def _parameters(endpoint: Endpoint) -> list[Document]:
    in_path = [
        {"name": name, "in": "path", "required": True, "description": part.means, "schema": part.schema}
        for name, part in PATH_PARTS.items()
        if f"{{{name}}}" in endpoint.path
    ]
    validator: Document = {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag of an answer that you have: 304 if nothing has changed since",
        "schema": {"type": "string"},
    }
    return in_path + [parameter.described for parameter in endpoint.parameters] + ([validator] if endpoint.versioned else [])


def _responses(endpoint: Endpoint) -> dict[str, Document]:
    content = {
        media_type: {"schema": schema, "example": example_of(schema)} if media_type == JSON else {"schema": schema}
        for media_type, schema in endpoint.answers.items()
    }
    answer: Document = {"description": "The answer", "content": content}
    responses: dict[str, Document] = {"200": answer}
    if endpoint.versioned:
        answer["headers"] = {"ETag": {"description": "The household's version, quoted", "schema": {"type": "string"}}}
        responses["304"] = {"description": "You have this version already"}
    # An id in the path that is no UUID is no address at all.
    no_uuid = ("E-NOT-FOUND",) if "<uuid:" in endpoint.rule else ()
    return {**responses, **_problems(problems_of(endpoint), (*no_uuid, *endpoint.missing))}


def _problems(codes: Iterable[str], missing: Sequence[str]) -> dict[str, Document]:
    by_status: dict[str, list[str]] = {}
    for code in (*codes, *missing):
        by_status.setdefault("404" if code in missing else str(refusal(code).status), []).append(code)
    return {
        status: {
            "description": "; ".join(f"`{code}`: {refusal(code).title_en}" for code in of_status),
            "content": {PROBLEM_JSON: {"schema": PROBLEM}},
        }
        for status, of_status in sorted(by_status.items())
    }
