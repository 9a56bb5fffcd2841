"""The fields that every event begins with, in this order, under every schema.

They are fixed for ever: a reader may slice `event_id` from any stored event, and `recorded_at` always follows it. What the
envelope leaves out (event type, schema version) the schema id says.
"""

from typing import Any, Final

ENVELOPE: Final[tuple[dict[str, Any], ...]] = (
    {"name": "event_id", "type": {"type": "fixed", "name": "Id", "size": 16}},
    {"name": "recorded_at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
    {"name": "aggregate_id", "type": "Id"},
    {"name": "version", "type": "long"},
    {"name": "effective_on", "type": {"type": "int", "logicalType": "date"}},
    {
        "name": "actor",
        "type": {
            "type": "record",
            "name": "Actor",
            "fields": [
                {"name": "id", "type": "string"},
                {"name": "role", "type": "string"},
                {"name": "org", "type": "string"},
                {"name": "division", "type": "string"},
            ],
        },
    },
    {"name": "source", "type": "string"},
    {"name": "correlation_id", "type": "Id"},
    {"name": "causation_id", "type": "Id"},
    {"name": "policy_version", "type": "string"},
    {"name": "reason_code", "type": ["null", "string"], "default": None},
    {
        "name": "evidence",
        "type": {
            "type": "array",
            "items": {
                "type": "record",
                "name": "Evidence",
                "fields": [
                    {"name": "kind", "type": "string"},
                    {"name": "sha256", "type": {"type": "fixed", "name": "Sha256", "size": 32}},
                ],
            },
        },
        "default": [],
    },
    {"name": "corrects_event_id", "type": ["null", "Id"], "default": None},
    {"name": "division", "type": "string"},
    {"name": "previous_hash", "type": "Sha256"},
)

ENVELOPE_FIELDS: Final = tuple(field["name"] for field in ENVELOPE)


MESSAGE_KINDS: Final = frozenset({"expense", "history", "hospital", "public"})
"""Kinds of schemas (`registry.<kind>.v1`) that are no events: what the registry publishes about its events, and what
hospitals report, without envelope."""


def is_event(event_type: str) -> bool:
    """Whether records of this type are events, which are stored and begin with the envelope."""
    return event_type.partition(".")[0] not in MESSAGE_KINDS


def without_docs(definition: Any) -> Any:
    """An Avro definition without its `doc` attributes: documentation may be improved, a schema may not."""
    if isinstance(definition, dict):
        return {key: without_docs(value) for key, value in definition.items() if key != "doc"}
    if isinstance(definition, list):
        return [without_docs(item) for item in definition]
    return definition


def starts_with_envelope(definition: dict[str, Any]) -> bool:
    """Whether a record schema's first fields are the envelope, in order, with the same types and defaults."""
    first = definition.get("fields", [])[: len(ENVELOPE)]
    return bool(without_docs(first) == list(ENVELOPE))
