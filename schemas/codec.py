"""Values to bytes and back: the one form in which an event is hashed, stored and published.

A framed value is 0x00, the schema's id (4 bytes, big-endian) and the Avro body, as Confluent's deserializers expect. In
memory every 16-byte fixed, at any depth, is a UUID (and a longer one bytes), a date a date, an instant an aware UTC datetime,
an amount a Decimal. `decode_raw` leaves out what costs most: ids stay bytes, dates are days and instants are microseconds
since 1970, only amounts are still Decimals.
"""

from io import BytesIO
from typing import Any, Final
from uuid import UUID, SafeUUID

import fastavro
import fastavro.read
import fastavro.write

from schemas.catalogue import Catalogue, EventSchema, SchemaUnknown, parse

MAGIC: Final = 0
HEADER_SIZE: Final = 5
ID_SIZE: Final = 16

# fastavro refuses Avro's own `uuid` on a fixed, so ours is a logical type that the published schemas do not show.
_UUID_TYPE: Final = "registry-uuid"
_new_uuid = object.__new__
_set_int = UUID.__dict__["int"].__set__
_set_is_safe = UUID.__dict__["is_safe"].__set__


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

    def encode(self, schema: EventSchema, values: dict[str, Any]) -> bytes:
        """Framed Avro. A key too many, or one missing that has no default, is refused. Raises Unencodable.

        Ranges are not checked here: Avro's `int` would hold 2**40, so a command checks its numbers.
        """
        try:
            parsed = self._rich[schema.id][1]
        except KeyError:
            parsed = self._parse_rich(schema)
        stream = BytesIO()
        stream.write(schema.header)
        try:
            fastavro.schemaless_writer(stream, parsed, values, strict_allow_default=True)
        except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError) as error:
            raise Unencodable(f"{schema.event_type} v{schema.version}: {error}") from error
        return stream.getvalue()

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
            parsed = parse(without_logical_types(schema.definition))
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

    def _known(self, schema_id: int) -> EventSchema:
        try:
            return self.catalogue.by_id(schema_id)
        except SchemaUnknown:
            raise Undecodable(f"no schema has id {schema_id}") from None

    def _parse_rich(self, schema: EventSchema) -> dict[str, Any]:
        parsed = parse(_with_uuids(schema.definition))
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


def _with_uuids(definition: Any) -> Any:
    """A copy of a schema in which each 16-byte fixed has our logical type."""
    if isinstance(definition, list):
        return [_with_uuids(item) for item in definition]
    if not isinstance(definition, dict):
        return definition
    copy = {key: _with_uuids(value) for key, value in definition.items()}
    if copy.get("type") == "fixed" and copy.get("size") == ID_SIZE:
        copy["logicalType"] = _UUID_TYPE
    return copy


def without_logical_types(definition: Any) -> Any:
    """A copy of a schema with no logical type but `decimal`."""
    if isinstance(definition, list):
        return [without_logical_types(item) for item in definition]
    if not isinstance(definition, dict):
        return definition
    return {key: without_logical_types(value) for key, value in definition.items() if key != "logicalType" or value == "decimal"}


def _uuid_to_bytes(value: Any, _schema: Any) -> bytes:
    if type(value) is UUID:
        return value.bytes
    raise TypeError(f"a UUID is needed, not {type(value).__name__}")


def _bytes_to_uuid(value: bytes, _writer: Any, _reader: Any) -> UUID:
    # UUID(bytes=...) weighs six alternatives and costs three times as much; an event has six ids.
    made: UUID = _new_uuid(UUID)
    _set_int(made, int.from_bytes(value, "big"))
    _set_is_safe(made, SafeUUID.unknown)
    return made


fastavro.write.LOGICAL_WRITERS[f"fixed-{_UUID_TYPE}"] = _uuid_to_bytes
fastavro.read.LOGICAL_READERS[f"fixed-{_UUID_TYPE}"] = _bytes_to_uuid
