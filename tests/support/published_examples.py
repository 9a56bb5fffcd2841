"""The example beside each published schema, as values and as the framed bytes that are published."""

import json
from typing import Any

from schemas.catalogue import PACKAGE_FOLDER, EventSchema, registry_catalogue
from schemas.codec import Codec
from tests.support.avro_values import typed

CODEC = Codec(registry_catalogue())


def example_of(schema: EventSchema) -> dict[str, Any]:
    """Its values, as the codec takes them."""
    text = (PACKAGE_FOLDER / "examples" / f"{schema.event_type}.v{schema.version}.json").read_text("utf-8")
    values: dict[str, Any] = typed(json.loads(text), schema.definition, {})
    return values


def framed_example(schema: EventSchema) -> bytes:
    """Its bytes."""
    return CODEC.encode(schema, example_of(schema))
