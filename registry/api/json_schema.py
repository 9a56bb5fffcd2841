"""JSON schemas, and examples, of declared records: from the same declarations that the parser reads, so they cannot differ.

Records and code tables are named components of the document; what refers to them says `$ref`.
"""

import dataclasses
import types
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Union, get_args, get_origin, get_type_hints, is_typeddict
from uuid import UUID

from registry.application.parsing import TEXT_MAX, WHOLE_MAX, RawText
from registry.command import NO_SHAPE, Shape, shape_of
from registry.household.need import DIMENSIONS
from schemas.code_tables import table

Schema = dict[str, Any]
COMPONENTS: Final = "#/components/schemas/"
DIVISION: Final[Schema] = {"type": "string", "pattern": "^[0-9]{12}$", "description": "12-digit code of a division"}
STAFF: Final[Schema] = {
    "type": "string",
    "pattern": "^[A-Za-z][A-Za-z0-9._-]{0,63}$",
    "description": "opaque id of a member of staff",
}
SCALARS: Final[Mapping[Any, Schema]] = {
    str: {"type": "string", "minLength": 1, "maxLength": TEXT_MAX},
    RawText: {"type": "string", "minLength": 1},
    int: {"type": "integer", "minimum": -WHOLE_MAX, "maximum": WHOLE_MAX},
    bool: {"type": "boolean"},
    Decimal: {
        "anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?[0-9]{1,10}(\.[0-9]{1,2})?$"}],
        "description": "yuan, with at most two decimals",
    },
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    UUID: {"type": "string", "format": "uuid"},
    bytes: {"type": "string", "pattern": "^[0-9a-fA-F]{64}$", "description": "SHA-256, hexadecimal"},
    Mapping[str, Any]: {"type": "object"},
}
CODED: Final[Mapping[tuple[str, str], str]] = {
    ("Evidence", "kind"): "evidence_kind",
    ("Finding", "sector"): "comparison_sector",
    ("Finding", "rule"): "mismatch_rule",
    **{("Guarantees", dimension): "guarantee_result" for dimension in DIMENSIONS},
}
"""(record, field) -> the code table of fields that records without declarations of their own check elsewhere."""
DIVISIONS: Final = frozenset({"division", "to_division", "county", "code", "residence_division"})
"""Fields of this name, without a table of their own, are places."""
EVENT: Final = {
    "type": "object",
    "properties": {
        "event_id": SCALARS[UUID],
        "type": {"type": "string"},
        "aggregate_id": SCALARS[UUID],
        "version": {"type": "integer", "minimum": 1},
    },
    "required": ["event_id", "type", "aggregate_id", "version"],
}
VIOLATION: Final = {
    "type": "object",
    "properties": {
        "code": {"type": "string", "description": "stable; GET /v1/errors/{code} says what it means"},
        "field": {"type": "string", "description": "the field that broke the rule; empty for the whole request"},
        "rule": {"type": "string", "description": "in the client's language"},
        "params": {"type": "object"},
    },
    "required": ["code", "field", "rule", "params"],
}
OUTCOME: Final = {"$ref": COMPONENTS + "Outcome"}
PROBLEM: Final = {"$ref": COMPONENTS + "Problem"}
SHARED: Final[Mapping[str, Schema]] = {
    "Outcome": {
        "type": "object",
        "properties": {
            "aggregate_id": SCALARS[UUID],
            "version": {"type": "integer", "minimum": 0, "description": "may be waited for with min_version"},
            "events": {"type": "array", "items": EVENT, "description": "what was recorded, also in other streams"},
            "warnings": {"type": "array", "items": VIOLATION, "description": "what is doubted, and did not forbid it"},
        },
        "required": ["aggregate_id", "version", "events"],
    },
    "Problem": {
        "type": "object",
        "description": "RFC 9457",
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string", "format": "uri-reference", "description": "the request's correlation id"},
            "code": {"type": "string"},
            "violations": {"type": "array", "items": VIOLATION},
        },
        "required": ["type", "title", "status", "detail", "instance", "code", "violations"],
    },
}


class SchemaBook:
    """Makes schemas, and keeps the components that they refer to."""

    def __init__(self) -> None:
        self.components: dict[str, Schema] = dict(SHARED)

    def record(self, declared: type[Any], without: frozenset[str] = frozenset()) -> Schema:
        """The schema of a declared record, without some of its fields."""
        hints = get_type_hints(declared)
        if not dataclasses.is_dataclass(declared):
            return _object(
                {name: self._schema(hint, name, NO_SHAPE, declared.__name__) for name, hint in hints.items()}, list(hints)
            )
        fields = [field for field in dataclasses.fields(declared) if field.name not in without]
        of = declared.__name__
        properties = {field.name: self._schema(hints[field.name], field.name, _shape(declared, field), of) for field in fields}
        missing = dataclasses.MISSING
        return _object(properties, [f.name for f in fields if f.default is missing and f.default_factory is missing])

    def component(self, declared: type[Any]) -> Schema:
        """A reference to the named schema of a declared record."""
        return self._component(declared.__name__, lambda: self.record(declared))

    def _schema(self, hint: Any, name: str, shape: Shape, of: str) -> Schema:
        inner = _not_none(hint)
        if inner is not hint:
            schema = self._schema(inner, name, shape, of)
            return {"anyOf": [schema, {"type": "null"}]}
        if get_origin(hint) is tuple:
            return {"type": "array", "items": self._schema(get_args(hint)[0], name, shape, of)}
        if is_typeddict(hint) or dataclasses.is_dataclass(hint):
            return self.component(hint)
        if shape.table is not None:
            return self._component(f"code.{shape.table}", lambda: _codes(str(shape.table)))
        if shape.minimum is not None and hint is int:
            return {"type": "integer", "minimum": shape.minimum, "maximum": shape.maximum}
        if hint is str and (codes_of := CODED.get((of, name))) is not None:
            return self._component(f"code.{codes_of}", lambda: _codes(codes_of))
        if hint is str:
            return dict(STAFF if shape.staff else DIVISION if name in DIVISIONS else SCALARS[str])
        return dict(SCALARS[hint])

    def _component(self, name: str, make: Any) -> Schema:
        if name not in self.components:
            self.components[name] = {}  # a record within itself would not end
            self.components[name] = make()
        return {"$ref": COMPONENTS + name}


def _object(properties: Mapping[str, Schema], required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _codes(name: str) -> Schema:
    codes = table(name)
    return {"type": "string", "enum": list(codes.codes), "description": f"code table {name}: {codes.title('en')}"}


def _shape(declared: type[Any], field: "dataclasses.Field[Any]") -> Shape:
    if field.name == "reason_code":
        return Shape(table=getattr(declared, "REASONS", None))
    return shape_of(field)


def _not_none(hint: Any) -> Any:
    """What an optional hint is besides None."""
    if get_origin(hint) not in (Union, types.UnionType):
        return hint
    (inner,) = [kind for kind in get_args(hint) if kind is not types.NoneType]
    return inner
