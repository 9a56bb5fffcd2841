"""Values to bytes and back, under every schema that was ever published; and what is said of bytes that are no event."""

from contextlib import suppress
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.store.mapper import AvroMapper
from schemas.catalogue import Catalogue, EventSchema, registry_catalogue
from schemas.codec import Codec, Undecodable, Unencodable, dress, event_id_of, schema_id_of
from schemas.envelope import is_event
from schemas.freeze import freeze
from tests.support.avro_values import EPOCH, any_value, undressed
from tests.support.meter import BEGINNING, BODIES, Meter, definition, id_of, meter_catalogue, write_schema

CODEC = Codec(registry_catalogue())
ANY_ROUND = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


def name(schema: EventSchema) -> str:
    return f"{schema.event_type}.v{schema.version}"


@cache
def values_of(schema_id: int) -> st.SearchStrategy[dict[str, Any]]:
    return any_value(registry_catalogue().by_id(schema_id).definition, {})


@pytest.fixture
def codec(tmp_path: Path) -> Codec:
    return Codec(meter_catalogue(tmp_path))


@pytest.fixture
def reading(codec: Codec) -> dict[str, Any]:
    """The values of a meter's reading."""
    meter = Meter.opened(id_of("meter", 1))
    meter.read("12.30")
    return codec.decode(AvroMapper(codec).to_stored_event(meter.pending[1]).state)[1]


@pytest.mark.parametrize("schema", registry_catalogue().list(), ids=name)
@ANY_ROUND
@given(data=st.data())
def test_whatever_a_schema_admits_survives(schema: EventSchema, data: st.DataObject) -> None:
    values = data.draw(values_of(schema.id))
    encoded = CODEC.encode(schema, values)
    assert CODEC.decode(encoded) == (schema, values)
    assert CODEC.decode_as_latest(encoded)[1].items() >= values.items()
    assert not is_event(schema.event_type) or event_id_of(encoded) == values["event_id"].bytes
    assert schema_id_of(encoded) == schema.id


@pytest.mark.parametrize("schema", registry_catalogue().list(), ids=name)
@ANY_ROUND
@given(data=st.data())
def test_raw_values_are_the_same_values_undressed(schema: EventSchema, data: st.DataObject) -> None:
    values = data.draw(values_of(schema.id))
    assert CODEC.decode_raw(CODEC.encode(schema, values)) == (schema, undressed(values))


@pytest.mark.parametrize("schema", registry_catalogue().list(), ids=name)
@ANY_ROUND
@given(data=st.data())
def test_bare_values_are_written_to_the_same_bytes(schema: EventSchema, data: st.DataObject) -> None:
    encoded = CODEC.encode(schema, data.draw(values_of(schema.id)))
    latest, bare = CODEC.decode_bare_as_latest(encoded)
    assert latest is schema
    if schema is CODEC.catalogue.latest(schema.event_type):
        assert CODEC.encode_bare(schema, bare) == encoded


@pytest.mark.parametrize("event_type", ["reported", "corrected", "reversed"])
@ANY_ROUND
@given(data=st.data())
def test_bare_values_dressed_are_those_that_everybody_reads(event_type: str, data: st.DataObject) -> None:
    schema = CODEC.catalogue.latest(f"hospital.medical_expense_{event_type}")
    encoded = CODEC.encode(schema, data.draw(values_of(schema.id)))
    expected = CODEC.decode(encoded)[1]
    dressed = dress(schema, CODEC.decode_bare_as_latest(encoded)[1])
    assert dressed == expected
    assert {name: (type(value), str(value)) for name, value in dressed.items()} == {
        name: (type(value), str(value)) for name, value in expected.items()
    }


def test_a_day_that_there_is_not_is_not_dressed() -> None:
    schema = CODEC.catalogue.latest("hospital.medical_expense_reported")
    with pytest.raises(Undecodable, match="reported v1"):
        dress(schema, {field["name"]: None for field in schema.definition["fields"]} | {"admitted_on": 2**31 - 1})


@ANY_ROUND
@given(data=st.data())
def test_no_part_of_an_event_passes_for_the_event(data: st.DataObject) -> None:
    schema = data.draw(st.sampled_from(registry_catalogue().list()))
    encoded = CODEC.encode(schema, data.draw(values_of(schema.id)))
    for end in {0, 1, 4, 5, 20, len(encoded) // 2, len(encoded) - 1}:
        for decode in (CODEC.decode, CODEC.decode_raw, CODEC.decode_as_latest, CODEC.decode_bare_as_latest):
            with pytest.raises(Undecodable):
                decode(encoded[:end])


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(registry_catalogue().list()))
def test_foreign_bytes_never_do_worse_than_not_to_decode(noise: bytes, schema: EventSchema) -> None:
    for data in (noise, schema.header + noise):
        for decode in (CODEC.decode, CODEC.decode_raw, CODEC.decode_as_latest, CODEC.decode_bare_as_latest):
            with suppress(Undecodable):
                found, values = decode(data)
                assert set(values) == {field["name"] for field in found.definition["fields"]}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "0 bytes are too few"),
        (b"\x00\x00\x00\x01", "4 bytes are too few"),
        (b'{"event_id": 1}', "begins with 0x00, not 0x7b"),
        (b"\x00\x00\x0f\x42\x40" + bytes(100), "no schema has id 1000000"),
        (b"\x00\x00\x00\x00\x01", "truncated"),
    ],
)
def test_it_is_said_why_bytes_are_no_event(data: bytes, said: str) -> None:
    with pytest.raises(Undecodable, match=said):
        CODEC.decode(data)


def test_bytes_that_follow_an_event_are_not_overlooked(codec: Codec, reading: dict[str, Any]) -> None:
    encoded = codec.encode(codec.catalogue.latest("meter.meter_read"), reading)
    for decode in (codec.decode, codec.decode_raw, codec.decode_as_latest, codec.decode_bare_as_latest):
        with pytest.raises(Undecodable, match="1 bytes follow"):
            decode(encoded + b"\x00")


@pytest.mark.parametrize("data", [b"", b"\x00" * 20, b"\x01" * 40])
def test_an_event_id_is_not_sliced_from_something_else(data: bytes) -> None:
    with pytest.raises(Undecodable):
        event_id_of(data)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"unheard_of": 1}, "unheard_of"),
        ({"amount": Decimal("1.001")}, "(?i)scale|precision|exponent"),
        ({"amount": Decimal("12345678901.00")}, "(?i)precision"),
        ({"amount": 1.5}, "amount|bytes"),
        ({"aggregate_id": "7d1f0d3c-8a53-4e0c-9f0e-0a6d6c1b2e3f"}, "a UUID is needed, not str"),
        ({"aggregate_id": bytes(16)}, "a UUID is needed, not bytes"),
        ({"previous_hash": bytes(31)}, "(?i)fixed|31|32"),
        ({"readers": None}, "readers|None"),
        ({"actor": {"id": "staff-1"}}, "role"),
        ({"division": None}, "division|str"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(codec: Codec, reading: dict[str, Any], change: dict[str, Any], said: str) -> None:
    with pytest.raises(Unencodable, match=said) as refused:
        codec.encode(codec.catalogue.latest("meter.meter_read"), reading | change)
    assert "meter.meter_read v1" in str(refused.value)


@pytest.mark.parametrize("missing", ["event_id", "amount", "readers", "evidence"])
def test_a_missing_field_is_refused_unless_it_has_a_default(codec: Codec, reading: dict[str, Any], missing: str) -> None:
    schema = codec.catalogue.latest("meter.meter_read")
    del reading[missing]
    if missing == "evidence":
        assert codec.decode(codec.encode(schema, reading))[1]["evidence"] == []
        return
    with pytest.raises(Unencodable, match=missing):
        codec.encode(schema, reading)


def test_an_instant_keeps_its_microseconds_and_its_place_on_the_line(codec: Codec, reading: dict[str, Any]) -> None:
    schema = codec.catalogue.latest("meter.meter_read")
    exact = BEGINNING.replace(microsecond=123_457)
    _, decoded = codec.decode(codec.encode(schema, reading | {"recorded_at": exact}))
    assert decoded["recorded_at"] == exact
    assert decoded["recorded_at"].utcoffset() == exact.utcoffset()
    micros = (exact - EPOCH) // EPOCH.resolution
    assert codec.encode(schema, reading | {"recorded_at": micros}) == codec.encode(schema, reading | {"recorded_at": exact})


def test_an_older_version_is_read_as_the_latest(tmp_path: Path, reading: dict[str, Any], codec: Codec) -> None:
    old = codec.catalogue.latest("meter.meter_read")
    encoded = codec.encode(old, reading)
    grown = [*BODIES["MeterRead"], {"name": "estimated", "type": ["null", "string"], "default": None}]
    write_schema(tmp_path, definition("MeterRead", grown))
    freeze(tmp_path)
    now = Codec(Catalogue(tmp_path))
    schema, values = now.decode_as_latest(encoded)
    assert (schema.version, values) == (1, reading | {"estimated": None})
    assert now.decode(encoded)[1] == reading, "plain decoding gives it as it was written"
    latest = now.catalogue.latest("meter.meter_read")
    assert now.decode_as_latest(now.encode(latest, values)) == (latest, values)
