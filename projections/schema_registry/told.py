"""Versions of schemas as the registry tells them, in JSON, and the same described."""

from typing import Any, Final

from projections.api.json_schemas import count, record, rows, words
from schemas.catalogue import EventSchema, registry_catalogue

SHOWN: Final = "public.household_state"
"""Whose schema stands for all of them in examples: the shortest."""
EXAMPLE: Final = registry_catalogue().latest(SHOWN)
SUBJECT: Final = words("The subject", "household.register-value")
VERSION_NUMBER: Final = count("The version of the record type")
SCHEMA_TEXT: Final = words("The Avro schema, JSON within a text", EXAMPLE.text)
ID: Final = count("The id that every value begins with, after a zero byte", EXAMPLE.id)
VERSION: Final = record(
    subject=SUBJECT, version=VERSION_NUMBER, id=ID, schemaType=words("Always AVRO", "AVRO"), schema=SCHEMA_TEXT
)
PLACE: Final = record(subject=SUBJECT, version=VERSION_NUMBER)
SUBJECTS: Final = rows(SUBJECT)
VERSIONS: Final = rows(VERSION_NUMBER)
AVRO_SCHEMA: Final[dict[str, Any]] = {"type": "object", "description": "An Avro schema", "examples": [EXAMPLE.definition]}


def version_told(subject: str, schema: EventSchema) -> dict[str, Any]:
    """A version of a subject. Every schema of ours stands by itself, so it has no references."""
    return {"subject": subject, "version": schema.version, "id": schema.id, "schemaType": "AVRO", "schema": schema.text}
