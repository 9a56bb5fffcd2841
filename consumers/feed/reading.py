"""Reads of an event what the feed needs, and not a byte more: no member, no income, no reason is ever decoded.

Avro has no field lengths, but a reader may stop. Of an event that shows nothing only the first fields are read, up to its
version; of the others all up to the last field that their meaning needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import fastavro

from consumers.feed.facts import MEANINGS, Event, Meaning
from projections.event_reader import plain_types
from schemas.catalogue import Catalogue, CatalogueError, EventSchema, parse
from schemas.codec import HEADER_SIZE, MAGIC, Undecodable

FACT_VOIDED: Final = "household.fact_voided"
_LAST_OF_ALL: Final = "version"
_LAST_OF_CORRECTIONS: Final = "division"
"""The envelope's field after `corrects_event_id`: what a shown event is read to, at least."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How values of one schema are read. `meaning` None: they show nothing, or void what does."""

    event_type: str
    parsed: dict[str, Any]
    defaults: Mapping[str, Any]
    meaning: Meaning | None


class FeedReader:
    """Reads values by plans, made when a schema is first met."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._plans: dict[bytes, Plan] = {}

    def read(self, value: bytes | None) -> tuple[Plan, Event]:
        """The plan of a value, and those of its fields that are needed. Raises Undecodable."""
        if value is None:
            raise Undecodable("a tombstone is no event")
        header = value[:HEADER_SIZE]
        plan = self._plans.get(header)
        if plan is None:
            plan = self._plans[header] = self._plan(header)
        stream = BytesIO(value)
        stream.seek(HEADER_SIZE)
        try:
            event: dict[str, Any] = fastavro.schemaless_reader(stream, plan.parsed, None)  # type: ignore[assignment]
        # Foreign bytes can fail in any way (bad UTF-8, an index beyond a union, a length of 2**60): all mean the same.
        except Exception as error:
            raise Undecodable(f"{plan.event_type}: {type(error).__name__}: {error}") from error
        return plan, {**plan.defaults, **event} if plan.defaults else event

    def _plan(self, header: bytes) -> Plan:
        if len(header) < HEADER_SIZE or header[0] != MAGIC:
            raise Undecodable("not a framed value")
        try:
            schema = self._catalogue.by_id(int.from_bytes(header[1:], "big"))
            latest = self._catalogue.latest(schema.event_type)
        except CatalogueError as error:
            raise Undecodable(str(error)) from error
        meaning = MEANINGS.get(schema.event_type)
        needed = {_LAST_OF_ALL}
        if meaning is not None or schema.event_type == FACT_VOIDED:
            needed |= {_LAST_OF_CORRECTIONS, *(meaning.fields if meaning else ())}
        fields = plain_types(schema.definition["fields"])
        last = max(place for place, field in enumerate(fields) if field["name"] in needed)
        parsed = parse({"type": "record", "name": "Prefix", "fields": fields[: last + 1]})
        return Plan(schema.event_type, parsed, _missing(schema, latest, needed), meaning)


def _missing(schema: EventSchema, latest: EventSchema, needed: set[str]) -> dict[str, Any]:
    """Defaults of the needed fields that only later versions of a schema have."""
    known = {field["name"] for field in schema.definition["fields"]}
    return {f["name"]: f["default"] for f in latest.definition["fields"] if f["name"] in needed - known and "default" in f}
