"""Framed values to plain dictionaries, at the least cost: the schema id decides, before decoding, how much is decoded.

A read model keeps ids as bytes, days and instants as numbers and amounts as fen, so nothing is made into dates, UUIDs or
Decimals only to be taken apart again (an amount arrives as the bytes of its unscaled number). Of an event whose body nobody
wants only the envelope is decoded: Avro has no field lengths, but the envelope comes first, and a reader may stop.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final, Generic, TypeVar

import fastavro

from schemas.catalogue import Catalogue, CatalogueError, parse
from schemas.codec import HEADER_SIZE, MAGIC, Undecodable
from schemas.envelope import ENVELOPE_FIELDS

_UNWANTED_TAIL: Final = 1  # the envelope's last field, previous_hash, which no read model needs
_FRAME: Final = {"name": "frame", "type": {"type": "fixed", "name": "Frame", "size": HEADER_SIZE}}

T = TypeVar("T")
Event = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Plan(Generic[T]):
    """How values of one schema are read: whole, or only the envelope. `target` is what its event type is wanted for."""

    schema_id: int
    event_type: str
    parsed: dict[str, Any]
    defaults: dict[str, Any]
    whole: bool
    target: T | None


class EventReader(Generic[T]):
    """Reads values by plans, made when a schema is first met. `wanted`: event type -> target; only these are decoded whole."""

    def __init__(self, catalogue: Catalogue, wanted: Mapping[str, T | None]) -> None:
        self._catalogue = catalogue
        self._wanted = wanted
        self._plans: dict[bytes, Plan[T]] = {}

    def read(self, value: bytes | None) -> tuple[Plan[T], Event]:
        """The plan of a value and its event. Raises Undecodable."""
        if value is None:
            raise Undecodable("a tombstone is no event")
        plan = self._plans.get(value[:HEADER_SIZE]) or self.plan_of(value)
        stream = BytesIO(value)
        try:
            event: Event = fastavro.schemaless_reader(stream, plan.parsed, None)  # type: ignore[assignment]
        # Foreign bytes can fail in any way (bad UTF-8, an index beyond a union, a length of 2**60): all mean the same.
        except Exception as error:
            raise Undecodable(f"{plan.event_type}: {type(error).__name__}: {error}") from error
        if plan.whole and stream.tell() != len(value):
            raise Undecodable(f"{plan.event_type}: {len(value) - stream.tell()} bytes follow the value")
        if plan.defaults:
            event = plan.defaults | event
        return plan, event

    def plan_of(self, value: bytes) -> Plan[T]:
        """The plan of a value, without reading it. Raises Undecodable."""
        header = value[:HEADER_SIZE]
        plan = self._plans.get(header)
        if plan is None:
            plan = self._plans[header] = self._plan(header)
        return plan

    def _plan(self, header: bytes) -> Plan[T]:
        if len(header) < HEADER_SIZE or header[0] != MAGIC:
            raise Undecodable("not a framed value")
        schema_id = int.from_bytes(header[1:], "big")
        try:
            schema = self._catalogue.by_id(schema_id)
            latest = self._catalogue.latest(schema.event_type)
        except CatalogueError as error:
            raise Undecodable(str(error)) from error
        whole = schema.event_type in self._wanted
        fields = plain_types(schema.definition["fields"])
        if not whole:
            fields = fields[: len(ENVELOPE_FIELDS) - _UNWANTED_TAIL]
        parsed = parse({"type": "record", "name": "Framed", "fields": [_FRAME, *fields]})
        defaults = _missing(fields, latest.definition) if whole else {}
        return Plan(schema_id, schema.event_type, parsed, defaults, whole, self._wanted.get(schema.event_type))


def fen(amount: bytes | None) -> int | None:
    """An amount of decimal(12,2), as its unscaled number: fen."""
    return None if amount is None else int.from_bytes(amount, "big", signed=True)


def _missing(fields: list[dict[str, Any]], latest: dict[str, Any]) -> dict[str, Any]:
    """Defaults of the fields that only the latest version of a schema has."""
    known = {field["name"] for field in fields} | set(ENVELOPE_FIELDS)
    return {f["name"]: f["default"] for f in latest["fields"] if f["name"] not in known and "default" in f}


def plain_types(definition: Any) -> Any:
    """A copy of a definition without logical types: what is stored is what we get."""
    if isinstance(definition, list):
        return [plain_types(item) for item in definition]
    if isinstance(definition, dict):
        return {key: plain_types(value) for key, value in definition.items() if key not in ("logicalType", "doc")}
    return definition
