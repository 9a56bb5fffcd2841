"""Between event objects and framed Avro, in place of the library's JSON.

The event's class gives the event type (its `TOPIC`), the catalogue the schema; the attributes carry the schema's field names,
but for the library's three: originator_id (aggregate_id), originator_version (version) and timestamp (recorded_at).
"""

from typing import Any
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, MapperDeserialisationError, StoredEvent
from eventsourcing.utils import TopicError, get_topic, resolve_topic

from schemas.catalogue import EventSchema
from schemas.codec import Codec, Undecodable

_new = object.__new__
_set = object.__setattr__


class AvroMapper(Mapper[UUID]):
    """The library's mapper over the codec. Stored bytes are neither compressed nor encrypted: they are published as they are."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self.compressor = None
        self.cipher = None
        self._schemas: dict[type[Any], EventSchema] = {}
        self._classes: dict[int, type[Any]] = {}

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """As the event stands, with its own timestamp and previous hash. Raises Unencodable, SchemaUnknown."""
        event: Any = domain_event
        event_type, state = self.encode(event, event.timestamp, event.previous_hash)
        return StoredEvent(event.originator_id, event.originator_version, event_type, state)

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """Raises MapperDeserialisationError: undecodable bytes, or an event type that no class is registered for."""
        event: DomainEventProtocol[UUID] = self.event_of(stored_event.state)
        return event

    def encode(self, event: Any, recorded_at: Any, previous_hash: bytes) -> tuple[str, bytes]:
        """Event type and framed Avro of an event, as recorded then (datetime or microseconds) and chained to that hash.

        The event itself is left as it is. Raises Unencodable, SchemaUnknown.
        """
        schema = self._schemas.get(type(event)) or self._schema_of(type(event))
        values = dict(event.__dict__)
        values["aggregate_id"] = values.pop("originator_id")
        values["version"] = values.pop("originator_version")
        del values["timestamp"]
        values["recorded_at"] = recorded_at
        values["previous_hash"] = previous_hash
        return schema.event_type, self.codec.encode(schema, values)

    def event_of(self, state: bytes) -> Any:
        """The event object of framed Avro, in the shape of its type's latest schema. Raises MapperDeserialisationError."""
        try:
            schema, values = self.codec.decode_as_latest(state)
        except Undecodable as error:
            raise MapperDeserialisationError(str(error)) from error
        event_class = self._classes.get(schema.id) or self._class_of(schema)
        values["originator_id"] = values.pop("aggregate_id")
        values["originator_version"] = values.pop("version")
        values["timestamp"] = values.pop("recorded_at")
        event = _new(event_class)
        _set(event, "__dict__", values)
        return event

    def _schema_of(self, event_class: type[Any]) -> EventSchema:
        schema = self._schemas[event_class] = self.codec.catalogue.latest(get_topic(event_class))
        return schema

    def _class_of(self, schema: EventSchema) -> type[Any]:
        try:
            found: type[Any] = resolve_topic(schema.event_type)
        except TopicError:
            raise MapperDeserialisationError(
                f"no event class is registered for {schema.event_type!r}: is its module imported?"
            ) from None
        self._classes[schema.id] = found
        return found
