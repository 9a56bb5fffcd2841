"""When two texts are one schema: the same names, fields, defaults and logical types, whatever their layout and documentation.

A program that writes has its schema from a generated class or a file of its own, with other white space and perhaps without
the documentation; `schemas.freeze` lets documentation change without a new version too. Avro's canonical form would not do: it
forgets defaults and logical types.
"""

import json
from typing import Any, Final

import fastavro

_INNER: Final = ("type", "fields", "items", "values")
_KEPT: Final = frozenset({*_INNER, "name", "symbols", "size", "default", "logicalType", "precision", "scale", "aliases", "order"})


class NoSchema(ValueError):
    """This is not a valid Avro schema that stands by itself."""


def normal_form(definition: Any) -> str:
    """The same text for every way to write a schema down. Raises NoSchema."""
    try:
        whole = fastavro.parse_schema(definition, named_schemas={})
        return json.dumps(_without_layout(whole), sort_keys=True)
    # What strangers send can fail in any way (no names, names twice, depths without end): all mean the same.
    except Exception as error:
        raise NoSchema(type(error).__name__) from error


def _without_layout(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_layout(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _without_layout(value) if key in _INNER else value for key, value in node.items() if key in _KEPT}
    if kept.get("order") == "ascending":
        del kept["order"]
    return kept["type"] if set(kept) == {"type"} else kept
