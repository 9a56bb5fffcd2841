"""JSON schemas of answers, and examples made from them: each leaf brings its own, so no example can outlive its schema."""

from collections.abc import Mapping
from typing import Any


def record(description: str = "", /, **properties: Mapping[str, Any]) -> dict[str, Any]:
    """An object that has exactly these properties."""
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return {**schema, "description": description} if description else schema


def rows(items: Mapping[str, Any], description: str = "") -> dict[str, Any]:
    """An array."""
    schema: dict[str, Any] = {"type": "array", "items": items}
    return {**schema, "description": description} if description else schema


def words(description: str, *examples: str) -> dict[str, Any]:
    """A text."""
    return {"type": "string", "description": description, "examples": list(examples)}


def count(description: str, example: int = 1) -> dict[str, Any]:
    """A whole number from zero up."""
    return {"type": "integer", "minimum": 0, "description": description, "examples": [example]}


def merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """An object that has the properties of both."""
    return record(**{**first["properties"], **second["properties"]})


def example_of(schema: Mapping[str, Any]) -> Any:
    """A value that the schema admits."""
    if schema.get("examples"):
        return schema["examples"][0]
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0])
    if "properties" in schema:
        return {name: example_of(inner) for name, inner in schema["properties"].items()}
    if "items" in schema:
        return [example_of(schema["items"])]
    return {} if "additionalProperties" in schema else None
