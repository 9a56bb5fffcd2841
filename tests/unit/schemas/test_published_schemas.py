"""The registry's own schemas: all published, none changed since, and readable by strangers who know only what we publish."""

import io
import json
import struct
from pathlib import Path
from typing import Any
from uuid import UUID

import avro.io
import avro.schema
import fastavro
import pytest

import registry.application.handlers
import registry.period.period
from registry.store.mapper import AvroMapper
from schemas.catalogue import PACKAGE_FOLDER, EventSchema, read_lock, registry_catalogue
from schemas.codec import HEADER_SIZE
from schemas.envelope import is_event
from schemas.freeze import check
from schemas.topics import topic_of
from tests.support.avro_values import undressed
from tests.support.published_examples import CODEC, example_of

GOLDEN = Path(__file__).parent.parent.parent / "golden" / "published_schemas.txt"
PUBLISHED = registry_catalogue().list()
EVENTS = [schema for schema in PUBLISHED if is_event(schema.event_type)]
assert registry.application.handlers, registry.period.period  # importing them has declared every event


def name(schema: EventSchema) -> str:
    return f"{schema.event_type}.v{schema.version}"


def test_every_schema_is_as_it_was_published() -> None:
    assert [finding for finding in check(PACKAGE_FOLDER) if finding.state != "unchanged"] == []


def test_what_was_ever_published_is_published_for_ever() -> None:
    """The golden file may only grow: whoever changes a schema together with the lock file is stopped here."""
    published = [f"{e.id} {e.event_type} v{e.version} {e.sha256}" for e in read_lock(PACKAGE_FOLDER)]
    golden = GOLDEN.read_text("utf-8").splitlines()
    assert published[: len(golden)] == golden


def test_history_holds_what_the_lock_names_and_nothing_else() -> None:
    files = {path.name for path in (PACKAGE_FOLDER / "history").iterdir()}
    assert files == {entry.file_name for entry in read_lock(PACKAGE_FOLDER)}


def test_every_version_has_an_example_and_every_example_a_version() -> None:
    files = {path.stem for path in (PACKAGE_FOLDER / "examples").glob("*.json")}
    assert files == {name(schema) for schema in PUBLISHED}


@pytest.mark.parametrize("schema", EVENTS, ids=name)
def test_an_example_becomes_an_event_object_and_the_same_bytes_again(schema: EventSchema) -> None:
    values = example_of(schema)
    encoded = CODEC.encode(schema, values)
    assert CODEC.decode(encoded) == (schema, values)
    mapper = AvroMapper(CODEC)
    event = mapper.event_of(encoded)
    assert schema.event_type == event.TOPIC
    if schema is registry_catalogue().latest(schema.event_type):
        assert mapper.encode(event, event.timestamp, event.previous_hash) == (schema.event_type, encoded)


@pytest.mark.parametrize("schema", PUBLISHED, ids=name)
def test_strangers_read_an_example_under_the_published_text(schema: EventSchema) -> None:
    """As Confluent's deserializers do: a zero byte, the id, and the Avro body under the text that the registry serves."""
    encoded = CODEC.encode(schema, example_of(schema))
    magic, schema_id = struct.unpack(">bI", encoded[:HEADER_SIZE])
    assert (magic, schema_id) == (0, schema.id)
    stream = io.BytesIO(encoded[HEADER_SIZE:])
    values = fastavro.schemaless_reader(stream, json.loads(schema.text), None)
    assert stream.read() == b""
    assert undressed(values) == CODEC.decode_raw(encoded)[1]
    again = io.BytesIO()
    fastavro.schemaless_writer(again, json.loads(schema.text), values)
    assert again.getvalue() == encoded[HEADER_SIZE:]


@pytest.mark.parametrize("schema", PUBLISHED, ids=name)
def test_apaches_own_reader_reads_the_same(schema: EventSchema) -> None:
    encoded = CODEC.encode(schema, example_of(schema))
    stream = io.BytesIO(encoded[HEADER_SIZE:])
    values: Any = avro.io.DatumReader(avro.schema.parse(schema.text)).read(avro.io.BinaryDecoder(stream))
    assert stream.read() == b""
    expected = example_of(schema)
    assert set(values) == set(expected)
    compared = ("division", "source", "policy_version", "reason_code", "version", "effective_on", "previous_hash")
    for field in compared if is_event(schema.event_type) else expected:
        assert values[field] == with_plain_ids(expected[field])
    assert values.get("recorded_at") == expected.get("recorded_at")


def with_plain_ids(value: Any) -> Any:
    """The same with 16 bytes for every id."""
    if isinstance(value, dict):
        return {key: with_plain_ids(item) for key, item in value.items()}
    return value.bytes if isinstance(value, UUID) else value


@pytest.mark.parametrize("event_type", registry_catalogue().event_types)
def test_every_event_type_has_a_topic(event_type: str) -> None:
    if event_type != "registry.period_closed":  # a barrier goes to several
        assert topic_of(event_type)


def test_no_event_has_a_field_for_free_text() -> None:
    """Texts are in the vault. What is text in an event is an id, a code, a division or a version: no `note`, no `name`."""
    forbidden = ("name", "note", "remark", "text", "comment", "description", "phone", "address", "id_number", "account")
    found = [
        f"{name(schema)}: {field}"
        for schema in EVENTS
        for field in field_names(schema.definition)
        if any(part == field or field.endswith(f"_{part}") for part in forbidden)
    ]
    assert found == []


def field_names(definition: Any) -> list[str]:
    """The names of all fields, also deep inside."""
    if isinstance(definition, list):
        return [found for item in definition for found in field_names(item)]
    if not isinstance(definition, dict):
        return []
    own = [field["name"] for field in definition.get("fields", ())]
    return own + [found for value in definition.values() for found in field_names(value)]
