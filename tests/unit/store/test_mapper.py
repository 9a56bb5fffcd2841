"""Between event objects and framed Avro, and what is said where there is no way."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.persistence import MapperDeserialisationError, StoredEvent

from registry.event import RegistryEvent
from registry.store.instant import to_micros
from registry.store.mapper import AvroMapper
from schemas.catalogue import SchemaUnknown
from schemas.codec import Codec, Unencodable
from schemas.freeze import freeze
from tests.support.meter import (
    BEGINNING,
    BODIES,
    DayClosed,
    Meter,
    MeterRead,
    definition,
    envelope,
    id_of,
    meter_catalogue,
    write_schema,
)

TODAY = BEGINNING.date()


@pytest.fixture
def mapper(tmp_path: Path) -> AvroMapper:
    return AvroMapper(Codec(meter_catalogue(tmp_path)))


def reading(**changes: Any) -> MeterRead:
    meter = Meter.opened(id_of("meter", 1))
    meter.read("12.30")
    event = meter.pending[1]
    return MeterRead(**vars(event) | changes)


def test_an_event_survives_the_way_there_and_back(mapper: AvroMapper) -> None:
    event = reading(previous_hash=bytes(range(32)))
    stored = mapper.to_stored_event(event)
    assert (stored.originator_id, stored.originator_version, stored.topic) == (event.originator_id, 2, "meter.meter_read")
    assert mapper.to_domain_event(stored) == event
    assert type(mapper.to_domain_event(stored)) is MeterRead


def test_the_stamp_and_the_link_are_the_stores_to_give(mapper: AvroMapper) -> None:
    event = reading()
    before = dict(vars(event))
    event_type, state = mapper.encode(event, to_micros(BEGINNING) + 1, bytes(range(32)))
    assert vars(event) == before
    decoded = mapper.event_of(state)
    assert event_type == "meter.meter_read"
    assert decoded.timestamp == BEGINNING + timedelta(microseconds=1)
    assert decoded.previous_hash == bytes(range(32))


def test_what_does_not_fit_the_schema_names_the_event_type(mapper: AvroMapper) -> None:
    with pytest.raises(Unencodable, match=r"meter\.meter_read v1"):
        mapper.to_stored_event(reading(amount=Decimal("1.001")))


def test_an_event_type_without_a_schema_cannot_be_stored(mapper: AvroMapper) -> None:
    class MeterMelted(RegistryEvent):
        TOPIC = "meter.meter_melted"

    with pytest.raises(SchemaUnknown, match="meter_melted"):
        mapper.to_stored_event(MeterMelted(**envelope(id_of("meter", 1), 1)))


def test_bytes_that_are_no_event_are_said_to_be_none(mapper: AvroMapper) -> None:
    with pytest.raises(MapperDeserialisationError, match="0x7b"):
        mapper.to_domain_event(StoredEvent(id_of("any"), 1, "meter.meter_read", b'{"a": 1}'))
    with pytest.raises(MapperDeserialisationError, match="no schema has id"):
        mapper.event_of(b"\x00\x00\x00\xff\xff" + bytes(40))


def test_an_event_type_whose_class_is_nowhere_is_named(tmp_path: Path) -> None:
    catalogue = meter_catalogue(tmp_path)
    write_schema(tmp_path, definition("MeterForgotten", BODIES["DayClosed"]))
    freeze(tmp_path)
    codec = Codec(type(catalogue)(tmp_path))
    _, day_closed = codec.decode(AvroMapper(codec).to_stored_event(DayClosed(**envelope(id_of("day"), 1), day=TODAY)).state)
    state = codec.encode(codec.catalogue.latest("meter.meter_forgotten"), day_closed)
    with pytest.raises(MapperDeserialisationError, match=r"meter\.meter_forgotten.*imported"):
        AvroMapper(codec).event_of(state)


def test_an_older_version_is_read_in_the_shape_of_the_latest(tmp_path: Path) -> None:
    before = AvroMapper(Codec(meter_catalogue(tmp_path)))
    stored = before.to_stored_event(reading())
    grown = [*BODIES["MeterRead"], {"name": "estimated", "type": "boolean", "default": False}]
    write_schema(tmp_path, definition("MeterRead", grown))
    freeze(tmp_path)
    now = AvroMapper(Codec(type(before.codec.catalogue)(tmp_path)))
    event: Any = now.to_domain_event(stored)
    assert event.estimated is False
    assert event.amount == Decimal("12.30")
    later = now.event_of(now.encode(event, event.timestamp, event.previous_hash)[1])
    assert vars(later) == vars(event)
