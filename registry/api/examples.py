"""Example bodies, made from the schemas that the document shows: shaped as they must be, and the same each time."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from registry.api.json_schema import COMPONENTS

USCC: Final = "11469999008174419M"
VALUES: Final[Mapping[str, Any]] = {
    "effective_on": "2019-03-31",
    "birth_month": "1980-05-01",
    "code": "469030100201",
    "division": "469030100201",
    "to_division": "469030101200",
    "county": "469030000000",
    "unit": USCC,
    "organisation": USCC,
    "entity_uscc": USCC,
    "term": "2019-S",
    "name": "某某",
    "id_number": "469999198005010033",
    "phone": "13800000000",
    "user_id": "program-0001",
    "role": "HOSPITAL",
    "fields": ["name"],
    "expires_at": "2019-06-30T00:00:00Z",
    "changes": {"phone": "13800000001"},
    "text": "一段文字",
}
"""By the field's name, where its schema does not say enough."""
SHOWN: Final = frozenset({"reason_code", "categories"})
"""Optional by their schema, and yet needed by most commands that have them."""


def example_of(schema: Mapping[str, Any], components: Mapping[str, Mapping[str, Any]], name: str = "") -> Any:
    """A value that the schema admits."""
    if "$ref" in schema:
        return example_of(components[schema["$ref"].removeprefix(COMPONENTS)], components, name)
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0], components, name)
    if name in VALUES:
        return VALUES[name]
    if "enum" in schema:
        return schema["enum"][0]
    if schema["type"] == "object":
        wanted = {*schema.get("required", ()), *SHOWN}
        return {
            field: example_of(inner, components, field)
            for field, inner in schema.get("properties", {}).items()
            if field in wanted
        }
    if schema["type"] == "array":
        return [example_of(schema["items"], components, name)]
    if schema["type"] == "string":
        return _text(schema, name)
    if schema["type"] == "number":
        return 1200
    return max(schema.get("minimum", 1), 2019 if name.endswith("year") else 1) if schema["type"] == "integer" else False


def _text(schema: Mapping[str, Any], name: str) -> str:
    if schema.get("format") == "uuid":
        return str(uuid5(NAMESPACE_URL, f"urn:example:{name}"))
    if schema.get("format") == "date":
        return "2019-03-31"
    if schema.get("format") == "date-time":
        return "2019-03-31T08:00:00+08:00"
    if "SHA-256" in schema.get("description", ""):
        return "00" * 32
    return "staff-00042" if "opaque id" in schema.get("description", "") else "2019"
