"""Values to bytes and back: the one form in which an event is hashed, stored and published.

A framed value is 0x00, the schema's id (4 bytes, big-endian) and the Avro body, as Confluent's deserializers expect. In
memory every 16-byte fixed, at any depth, is a UUID (and a longer one bytes), a date a date, an instant an aware UTC datetime,
an amount a Decimal. `decode_raw` leaves out what costs most: ids stay bytes, dates are days and instants are microseconds
since 1970, only amounts are still Decimals. Bare values are Avro's own: amounts too are bytes, big-endian in two's complement.
"""

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any, Final
from uuid import UUID

import fastavro
import fastavro.read
import fastavro.write

from schemas.catalogue import Catalogue, EventSchema, SchemaUnknown, parse
from schemas.named_ids import uuid_of

MAGIC: Final = 0
HEADER_SIZE: Final = 5
ID_SIZE: Final = 16

# fastavro refuses Avro's own `uuid` on a fixed, so ours is a logical type that the published schemas do not show.
_UUID_TYPE: Final = "registry-uuid"
# In place of Avro's own `decimal`, whose writer in fastavro takes an amount apart digit by digit: a bill has sixteen amounts.
_AMOUNT_TYPE: Final = "registry-amount"
_ZERO: Final = b"\x00"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()


class Undecodable(ValueError):
    """These bytes are not a framed value under a schema that we know; the text says why."""


class Unencodable(ValueError):
    """These values do not fit the schema; the text names the event type and what is wrong."""


class Codec:
    """Encodes and decodes under the schemas of one catalogue; parsed once per schema and process."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._rich: dict[int, tuple[EventSchema, dict[str, Any]]] = {}
        self._raw: dict[int, tuple[EventSchema, dict[str, Any]]] = {}
        self._bare: dict[int, tuple[EventSchema, dict[str, Any]]] = {}

    def encode(self, schema: EventSchema, values: dict[str, Any]) -> bytes:
        """Framed Avro. A key too many, or one missing that has no default, is refused. Raises Unencodable.

        Ranges are not checked here: Avro's `int` would hold 2**40, so a command checks its numbers.
        """
        try:
            parsed = self._rich[schema.id][1]
        except KeyError:
            parsed = self._parse_rich(schema)
        return _written(schema, parsed, values)

    def encode_bare(self, schema: EventSchema, values: dict[str, Any]) -> bytes:
        """As `encode`, of bare values, at half the cost. Nobody looks whether an amount is in range. Raises Unencodable."""
        return _written(schema, self._parsed_bare(schema.id, schema)[1], values)

    def decode(self, data: bytes) -> tuple[EventSchema, dict[str, Any]]:
        """The schema it was written under and its values. Raises Undecodable."""
        schema_id = schema_id_of(data)
        try:
            schema, parsed = self._rich[schema_id]
        except KeyError:
            schema = self._known(schema_id)
            parsed = self._parse_rich(schema)
        return schema, _read(data, schema, parsed)

    def decode_raw(self, data: bytes) -> tuple[EventSchema, dict[str, Any]]:
        """As `decode`, about twice as fast: ids as bytes, dates as days, instants as microseconds. Raises Undecodable."""
        schema_id = schema_id_of(data)
        try:
            schema, parsed = self._raw[schema_id]
        except KeyError:
            schema = self._known(schema_id)
            parsed = parse(without_logical_types(schema.definition, but={"decimal"}))
            self._raw[schema_id] = schema, parsed
        return schema, _read(data, schema, parsed)

    def decode_as_latest(self, data: bytes) -> tuple[EventSchema, dict[str, Any]]:
        """The schema it was written under, and its values in the shape of its type's latest version.

        A value of an older version is resolved as Avro says (dropped fields, defaults), at twice the cost. Raises Undecodable.
        """
        schema, values = self.decode(data)
        latest = self.catalogue.latest(schema.event_type)
        if latest is schema:
            return schema, values
        self._parse_rich(latest)
        return schema, _read(data, schema, self._rich[schema.id][1], self._rich[latest.id][1])

    def decode_bare_as_latest(self, data: bytes) -> tuple[EventSchema, dict[str, Any]]:
        """As `decode_as_latest`, in bare values, at less than half the cost; `dress` makes them rich. Raises Undecodable."""
        schema, parsed = self._parsed_bare(schema_id_of(data))
        latest = self.catalogue.latest(schema.event_type)
        reader = None if latest is schema else self._parsed_bare(latest.id)[1]
        return schema, _read(data, schema, parsed, reader)

    def _parsed_bare(self, schema_id: int, schema: EventSchema | None = None) -> tuple[EventSchema, dict[str, Any]]:
        found = self._bare.get(schema_id)
        if found is None:
            schema = schema or self._known(schema_id)
            found = self._bare[schema_id] = schema, parse(without_logical_types(schema.definition))
        return found

    def _known(self, schema_id: int) -> EventSchema:
        try:
            return self.catalogue.by_id(schema_id)
        except SchemaUnknown:
            raise Undecodable(f"no schema has id {schema_id}") from None

    def _parse_rich(self, schema: EventSchema) -> dict[str, Any]:
        parsed = parse(_with_our_types(schema.definition))
        self._rich[schema.id] = schema, parsed
        return parsed


def schema_id_of(data: bytes) -> int:
    """The schema id of a framed value. Raises Undecodable."""
    if len(data) < HEADER_SIZE:
        raise Undecodable(f"{len(data)} bytes are too few for a framed value")
    if data[0] != MAGIC:
        raise Undecodable(f"a framed value begins with 0x00, not 0x{data[0]:02x}")
    return int.from_bytes(data[1:HEADER_SIZE], "big")


def event_id_of(data: bytes) -> bytes:
    """The 16 bytes of a framed event's id, sliced: nothing is decoded. Raises Undecodable."""
    event_id = data[HEADER_SIZE : HEADER_SIZE + ID_SIZE]
    if len(event_id) != ID_SIZE or data[0] != MAGIC:
        raise Undecodable("not a framed event: no event id")
    return event_id


def dress(schema: EventSchema, bare: dict[str, Any]) -> dict[str, Any]:
    """A copy of bare values with each value of its own (not those within records and arrays) as `decode` gives it.

    Raises Undecodable for a day or an instant that there is not.
    """
    values = bare.copy()
    try:
        for name, dressed in _dressers(schema):
            value = values[name]
            if value is not None:
                values[name] = dressed(value)
    except (ValueError, OverflowError) as error:
        raise Undecodable(f"{schema.event_type} v{schema.version}: {type(error).__name__}: {error}") from error
    return values


@cache
def _dressers(schema: EventSchema) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    found: list[tuple[str, Callable[[Any], Any]]] = []
    ids = {branch["name"] for field in schema.definition["fields"] for branch in _branches(field) if _is_id(branch)}
    for field in schema.definition["fields"]:
        for branch in _branches(field):
            dressed = uuid_of if _is_id(branch) or (isinstance(branch, str) and branch in ids) else _dresser(branch)
            if dressed is not None:
                found.append((field["name"], dressed))
    return tuple(found)


def _branches(field: dict[str, Any]) -> list[Any]:
    return field["type"] if isinstance(field["type"], list) else [field["type"]]


def _is_id(branch: Any) -> bool:
    return isinstance(branch, dict) and branch["type"] == "fixed" and branch["size"] == ID_SIZE


def _dresser(branch: Any) -> Callable[[Any], Any] | None:
    match branch.get("logicalType") if isinstance(branch, dict) else None:
        case "date":
            return _day_of
        case "timestamp-micros":
            return _instant_of
        case "decimal":
            return _amounts(branch["scale"])
    return None


def _day_of(days: int) -> date:
    return date.fromordinal(_EPOCH_DAY + days)


def _instant_of(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


@cache
def _amounts(scale: int) -> Callable[[bytes], Decimal]:
    zero, one = _zero(scale), Decimal(1).scaleb(-scale)
    from_bytes = int.from_bytes

    def amount_of(value: bytes) -> Decimal:
        return zero if value == _ZERO else one * from_bytes(value, "big", signed=True)

    return amount_of


def _written(schema: EventSchema, parsed: dict[str, Any], values: dict[str, Any]) -> bytes:
    stream = BytesIO()
    stream.write(schema.header)
    try:
        fastavro.schemaless_writer(stream, parsed, values, strict_allow_default=True)
    except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError) as error:
        raise Unencodable(f"{schema.event_type} v{schema.version}: {error}") from error
    return stream.getvalue()


def _read(data: bytes, schema: EventSchema, parsed: dict[str, Any], reader: dict[str, Any] | None = None) -> dict[str, Any]:
    stream = BytesIO(data)
    stream.seek(HEADER_SIZE)
    try:
        values = fastavro.schemaless_reader(stream, parsed, reader)
    except EOFError:
        raise Undecodable(f"{schema.event_type} v{schema.version}: truncated after {len(data)} bytes") from None
    # Foreign bytes can fail in any way (bad UTF-8, an index beyond a union, a length of 2**60): all mean the same.
    except Exception as error:
        raise Undecodable(f"{schema.event_type} v{schema.version}: {type(error).__name__}: {error}") from error
    if stream.tell() != len(data):
        raise Undecodable(f"{schema.event_type} v{schema.version}: {len(data) - stream.tell()} bytes follow the value")
    assert isinstance(values, dict)
    return values


def _with_our_types(definition: Any) -> Any:
    """A copy of a schema in which each 16-byte fixed and each amount has our logical type."""
    if isinstance(definition, list):
        return [_with_our_types(item) for item in definition]
    if not isinstance(definition, dict):
        return definition
    copy = {key: _with_our_types(value) for key, value in definition.items()}
    if copy.get("type") == "fixed" and copy.get("size") == ID_SIZE:
        copy["logicalType"] = _UUID_TYPE
    elif copy.get("type") == "bytes" and copy.get("logicalType") == "decimal":
        copy["logicalType"] = _AMOUNT_TYPE
    return copy


def without_logical_types(definition: Any, but: Collection[str] = ()) -> Any:
    """A copy of a schema with no logical type but these."""
    if isinstance(definition, list):
        return [without_logical_types(item, but) for item in definition]
    if not isinstance(definition, dict):
        return definition
    if "logicalType" in definition and definition["logicalType"] not in but and definition["type"] != "fixed":
        # Of a primitive nothing else is left, and a plain name is what fastavro is quickest with.
        return definition["type"]
    return {key: without_logical_types(value, but) for key, value in definition.items() if key != "logicalType" or value in but}


def _uuid_to_bytes(value: Any, _schema: Any) -> bytes:
    if type(value) is UUID:
        return value.bytes
    raise TypeError(f"a UUID is needed, not {type(value).__name__}")


def _bytes_to_uuid(value: bytes, _writer: Any, _reader: Any) -> UUID:
    return uuid_of(value)


def amount_bytes(value: Decimal, scale: int, precision: int) -> bytes:
    """An amount as a bare value. Raises TypeError, and ValueError for what has more digits."""
    if type(value) is not Decimal:
        raise TypeError(f"an amount is a Decimal, not {type(value).__name__}")
    if not value:
        return _ZERO
    scaled = value.scaleb(scale)
    unscaled = int(scaled)
    if unscaled != scaled or abs(unscaled) >= 10**precision:
        raise ValueError(f"an amount of precision {precision} and scale {scale} is needed")
    return unscaled.to_bytes((unscaled.bit_length() + 8) >> 3, "big", signed=True)


def _amount_to_bytes(value: Any, schema: Any) -> bytes:
    return amount_bytes(value, schema["scale"], schema["precision"])


def _bytes_to_amount(value: bytes, writer: Any, _reader: Any) -> Decimal:
    if value == _ZERO:
        return _zero(writer["scale"])
    return Decimal(int.from_bytes(value, "big", signed=True)).scaleb(-writer["scale"])


@cache
def _zero(scale: int) -> Decimal:
    return Decimal(0).scaleb(-scale)


fastavro.write.LOGICAL_WRITERS[f"bytes-{_AMOUNT_TYPE}"] = _amount_to_bytes
fastavro.read.LOGICAL_READERS[f"bytes-{_AMOUNT_TYPE}"] = _bytes_to_amount
fastavro.write.LOGICAL_WRITERS[f"fixed-{_UUID_TYPE}"] = _uuid_to_bytes
fastavro.read.LOGICAL_READERS[f"fixed-{_UUID_TYPE}"] = _bytes_to_uuid
