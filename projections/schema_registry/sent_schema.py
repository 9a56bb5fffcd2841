"""The schema in the body of a request, as a serializer sends it to learn its id."""

import json
from typing import Any, Final

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from projections.schema_registry.errors import NOT_UNDERSTOOD, SCHEMA_INVALID, refuse
from projections.schema_registry.normal_form import NoSchema, normal_form
from projections.schema_registry.told import EXAMPLE

BODY_BYTES_MAX: Final = 200_000
"""Ten times our longest schema, escaped: anybody may send one, and reading it takes time."""
BODY: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "schema": {"type": "string", "description": "The Avro schema, JSON within a text"},
        "schemaType": {"type": "string", "enum": ["AVRO"], "description": "AVRO where it is left out"},
        "references": {"type": "array", "maxItems": 0, "items": {}, "description": "None of ours needs another"},
    },
    "required": ["schema"],
    "examples": [{"schema": EXAMPLE.text, "schemaType": "AVRO"}],
}


def sent_form(http: Request) -> str:
    """The normal form of the schema that was sent. Raises RegistryError, RequestEntityTooLarge."""
    http.max_content_length = BODY_BYTES_MAX + 1
    raw = http.get_data(cache=False)
    if len(raw) > BODY_BYTES_MAX:
        raise RequestEntityTooLarge
    document = _json(raw.decode("utf-8", "replace"))
    if not isinstance(document, dict):
        refuse(NOT_UNDERSTOOD)
    text, kind, references = document.get("schema"), document.get("schemaType"), document.get("references")
    if not isinstance(text, str) or not text or kind not in (None, "", "AVRO") or references:
        refuse(SCHEMA_INVALID)
    try:
        return normal_form(json.loads(text))
    except (ValueError, RecursionError, NoSchema):
        refuse(SCHEMA_INVALID)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        refuse(NOT_UNDERSTOOD)
