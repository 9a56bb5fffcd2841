"""The commands' part of the OpenAPI document, from the same declarations that the parser reads."""

import dataclasses
import types
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict
from uuid import UUID

from registry.api.post_household_command import route_of
from registry.command import Command, action_of, shape_of
from registry.household.command import HouseholdCommand
from schemas.code_tables import table

_SCALARS: dict[Any, dict[str, Any]] = {
    str: {"type": "string", "minLength": 1},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    Decimal: {"type": "string", "pattern": r"^-?\d{1,10}(\.\d{1,2})?$", "description": "yuan"},
    date: {"type": "string", "format": "date"},
    UUID: {"type": "string", "format": "uuid"},
    bytes: {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "SHA-256, hexadecimal"},
    Mapping[str, Any]: {"type": "object", "description": "fields of another command"},
}
_HEADERS = [
    {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 200}},
    {"name": "If-Match", "in": "header", "schema": {"type": "string"}, "description": "Household version that you saw, quoted"},
    {"name": "X-Correlation-ID", "in": "header", "schema": {"type": "string", "format": "uuid"}},
]
_PROBLEMS = {
    "401": "No good token",
    "403": "Role or division does not permit it",
    "404": "Unknown household",
    "409": "Refused in this state, or the household kept changing",
    "412": "The household has moved on since you saw it",
    "422": "Refused; every violation is listed",
}


def command_paths(commands: Sequence[type[Command]]) -> dict[str, Any]:
    """OpenAPI path items: one POST for each household command."""
    return {
        f"/v1/households/{{household_id}}/{route_of(c)}": {"post": _operation(c)}
        for c in commands
        if issubclass(c, HouseholdCommand)
    }


def _operation(command_class: type[Command]) -> dict[str, Any]:
    summary, _, text = (command_class.__doc__ or "").partition("\n")
    return {
        "tags": ["Commands"],
        "operationId": action_of(command_class),
        "summary": summary,
        "description": " ".join(text.split()),
        "parameters": [
            {"name": "household_id", "in": "path", "required": True, "schema": _SCALARS[UUID]},
            *_HEADERS,
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _body(command_class)}}},
        "responses": {
            "200": {"description": "Recorded", "headers": {"ETag": {"schema": {"type": "string"}}}},
            "201": {"description": "Recorded; the household is new"},
            **{code: {"description": d, "content": {"application/problem+json": {}}} for code, d in _PROBLEMS.items()},
        },
    }


def _body(command_class: type[Command]) -> dict[str, Any]:
    hints = get_type_hints(command_class)
    properties, required = {}, []
    for field in dataclasses.fields(command_class):
        if field.name == "household_id":
            continue
        reasons = command_class.REASONS if field.name == "reason_code" else None
        properties[field.name] = _schema(hints[field.name], shape_of(field).table or reasons)
        shape = shape_of(field)
        if shape.minimum is not None and properties[field.name].get("type") == "integer":
            properties[field.name] |= {"minimum": shape.minimum, "maximum": shape.maximum}
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            required.append(field.name)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _schema(hint: Any, codes_of: str | None = None) -> dict[str, Any]:
    if get_origin(hint) in (Union, types.UnionType):
        (inner,) = [a for a in get_args(hint) if a is not types.NoneType]
        return _or_null(_schema(inner, codes_of))
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _schema(get_args(hint)[0], codes_of)}
    if is_typeddict(hint) or dataclasses.is_dataclass(hint):
        fields = get_type_hints(hint)
        return {"type": "object", "properties": {n: _schema(t) for n, t in fields.items()}, "required": list(fields)}
    if codes_of is not None:
        return {"type": "string", "enum": sorted(table(codes_of).codes), "description": f"code table {codes_of}"}
    return dict(_SCALARS[hint])


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.1: null is a type of its own."""
    nullable = {**schema, "type": [schema["type"], "null"]}
    return {**nullable, "enum": [*schema["enum"], None]} if "enum" in schema else nullable
