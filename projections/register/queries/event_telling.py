"""A stored event as it is told: every value of its body in JSON's terms, and the words of its codes in both languages."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from projections.register.queries.fields import Document, instant_text, micros
from schemas.codec import Codec
from schemas.envelope import ENVELOPE_FIELDS
from schemas.event_labels import code_tables_of

_ENVELOPE: Final = frozenset(ENVELOPE_FIELDS)


class EventTeller:
    """Tells stored events, of any version, in the shape of their type's latest schema."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec

    def event_type(self, schema_id: int) -> str:
        """What kind of event was written under a schema. Raises SchemaUnknown."""
        return self._codec.catalogue.by_id(schema_id).event_type

    def tell(self, stored: bytes) -> Document:
        """Reason, evidence and body; actor, conversation and hash stay inside. Raises Undecodable."""
        _, values = self._codec.decode_as_latest(stored)
        body = {name: told(value) for name, value in values.items() if name not in _ENVELOPE}
        return {"reason_code": values["reason_code"], "evidence": told(values["evidence"]), "body": body}


def told(value: Any) -> Any:
    """A decoded value in JSON's terms: amounts and ids as text, days and instants in ISO 8601, hashes in hexadecimal."""
    if isinstance(value, Mapping):
        return {name: told(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [told(inner) for inner in value]
    if isinstance(value, datetime):
        return instant_text(micros(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    return value.hex() if isinstance(value, bytes) else value


def codes_in(event_type: str, event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(code table, code) of every code that a told event of this type holds, at any depth."""
    tables = code_tables_of(event_type)
    if "reason_code" in tables and event["reason_code"] is not None:
        yield tables["reason_code"], event["reason_code"]
    for paper in event["evidence"]:
        yield "evidence_kind", paper["kind"]
    yield from _codes(tables, event["body"])


def _codes(tables: Mapping[str, str], record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in record.items():
        values = value if isinstance(value, list) else [value]
        for inner in values:
            if isinstance(inner, Mapping):
                yield from _codes(tables, inner)
            elif name in tables and isinstance(inner, str):
                yield tables[name], inner
