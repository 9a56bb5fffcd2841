"""No internal field becomes public: whatever an event of any type holds, none of its bytes are in what agencies read.

Each value of an event that is not public is made a marker of its own, and the markers are looked for in keys, values and headers.
"""

import json
import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.relay.relay import messages_of as relayed
from schemas.catalogue import PACKAGE_FOLDER, Catalogue, EventSchema, registry_catalogue
from schemas.codec import Codec
from schemas.division_codes import township_code
from schemas.freeze import freeze
from schemas.messages import Message
from schemas.public import public_table
from tests.support import histories
from tests.support.avro_values import any_value
from tests.support.logged import SOURCE, logged, recorded
from tests.support.scenario import FAR_VILLAGE, HOUSEHOLD, TOWNSHIP, VILLAGE
from tests.support.scenario import given as given_life
from tests.support.turned import CODEC, messages_of

TABLE = public_table()
CATALOGUE = registry_catalogue()
TYPES = [event_type for event_type in CATALOGUE.event_types if event_type.startswith("household.")]
RECORDED_AT = datetime(2021, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
EFFECTIVE_ON = date(2021, 5, 5)
PUBLIC = {
    "recorded_at": RECORDED_AT,
    "effective_on": EFFECTIVE_ON,
    "aggregate_id": HOUSEHOLD,
    "division": VILLAGE,
    "to_division": FAR_VILLAGE,
    "corrects_event_id": None,
    "spell_no": 7,
}
"""What an event of these tests says of what is public, in one form or another."""
MOVES = {"from_status": "REGISTERED", "to_status": "EXITED_STABLE", "from_overlay": "NONE", "to_overlay": "ACTIVE"}
STAYS = {"from_status": "REGISTERED", "to_status": "REGISTERED"}
PLACES = {TOWNSHIP, township_code(FAR_VILLAGE)}


class Markers:
    """Makes values of which each is found again in bytes: texts, ids, hashes, amounts, days, numbers."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)
        self.made: list[bytes] = []

    def value(self, schema: Any, known: dict[str, Any]) -> Any:
        """A value that a schema admits, all of it marked."""
        if isinstance(schema, list):
            return self.value(next(branch for branch in schema if branch != "null"), known)
        if isinstance(schema, str) and schema in known:
            return self.value(known[schema], known)
        if isinstance(schema, dict) and "name" in schema:
            known[schema["name"]] = schema
        match schema:
            case {"type": "record", "fields": fields}:
                return {f["name"]: self.value(f["type"], known) for f in fields}
            case {"type": "array", "items": items}:
                return [self.value(items, known), self.value(items, known)]
            case {"type": "fixed", "size": 16}:
                return UUID(bytes=self._mark(16))
            case {"type": "fixed", "size": size}:
                return self._mark(size)
            case {"type": "enum", "symbols": symbols}:
                return symbols[-1]
            case {"logicalType": "decimal"}:
                return Decimal(self._chance.randrange(10**11, 10**12)) / 100
            case {"logicalType": "date"}:
                return date.fromordinal(self._chance.randrange(600_000, 700_000))
            case "string":
                return self._mark(8).hex()
            case "boolean":
                return True
        return self._chance.randrange(2**29, 2**30)

    def _mark(self, size: int) -> bytes:
        made = self._chance.randbytes(size)
        self.made += (made, made.hex().encode(), *([str(UUID(bytes=made)).encode()] if size == 16 else []))
        return made


def event_of(schema: EventSchema, markers: Markers) -> dict[str, Any]:
    """An event of a registered household that moves it where it can, with markers for all that is not public."""
    known: dict[str, Any] = {}
    values = {f["name"]: markers.value(f["type"], known) for f in schema.definition["fields"]}
    shown = PUBLIC | (STAYS if schema.event_type in TABLE.unseen else MOVES)
    return values | {name: value for name, value in shown.items() if name in values}


def published(schema: EventSchema, values: dict[str, Any], catalogue: Catalogue = CATALOGUE) -> list[Message]:
    """What is published of this event, as the next one of a registered household."""
    life = given_life(histories.registered()).history
    before = logged(life)
    state = Codec(catalogue).encode(schema, values | {"version": len(life) + 1})
    row = (len(before) + 1, HOUSEHOLD.bytes, schema.event_type, state, int(RECORDED_AT.timestamp() * 1_000_000))
    (last,) = recorded(relayed([row], SOURCE))
    everything = messages_of([*before, last._replace(offset=len(before))], catalogue)
    return everything[len(messages_of(before)) :]


def all_bytes(messages: Sequence[Message]) -> bytes:
    return b"\n".join(part for m in messages for part in (m.key or b"", m.value or b"", *(v for _, v in m.headers)))


@pytest.mark.parametrize("event_type", TYPES)
def test_no_byte_of_what_is_internal_is_published(event_type: str) -> None:
    schema, markers = CATALOGUE.latest(event_type), Markers(TYPES.index(event_type))
    messages = published(schema, event_of(schema, markers))
    text = all_bytes(messages)
    assert len(markers.made) > 10
    assert [mark for mark in markers.made if mark in text] == []
    assert bool(messages) == (event_type in TABLE.changes and event_type != "household.fact_voided")


@pytest.mark.parametrize("event_type", TYPES)
def test_what_is_published_decodes_to_the_names_that_are_decided_and_to_known_values(event_type: str) -> None:
    schema = CATALOGUE.latest(event_type)
    for message in published(schema, event_of(schema, Markers(1))):
        assert message.value is not None
        read, values = CODEC.decode(message.value)
        record = TABLE.records[read.event_type]
        assert (message.topic, tuple(values)) == (record.topic, tuple(record.fields))
        assert values["division"] in PLACES
        assert values["recorded_at"] == RECORDED_AT
        assert {name for name, _ in message.headers} == {
            *("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time", "content-type", "registry_position")
        }
        allowed = {*TABLE.statuses.values(), *TABLE.overlays.values(), *TABLE.changes.values(), *PLACES}
        assert {value for value in values.values() if isinstance(value, str)} <= allowed


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.data())
def test_whatever_an_event_holds_the_public_records_are_the_same(data: st.DataObject) -> None:
    """All that is not public may change: of an event of the same day, place, status and id the very same bytes are published."""
    schema = CATALOGUE.latest(data.draw(st.sampled_from(sorted(TABLE.changes))))
    values = event_of(schema, Markers(2))
    known: dict[str, Any] = {}
    others = {f["name"]: data.draw(any_value(f["type"], known)) for f in schema.definition["fields"]}
    kept = {name: values[name] for name in (*PUBLIC, *MOVES, "event_id", "spell_start") if name in values}
    assert published(schema, others | kept) == published(schema, values)


def test_a_new_field_of_an_internal_schema_stays_inside(tmp_path: Path) -> None:
    for name in ("avro", "history"):
        shutil.copytree(PACKAGE_FOLDER / name, tmp_path / name)
    shutil.copy(PACKAGE_FOLDER / "lock.json", tmp_path / "lock.json")
    path = tmp_path / "avro" / "HouseholdExited.avsc"
    definition = json.loads(path.read_text("utf-8"))
    place = next(n for n, field in enumerate(definition["fields"]) if field["name"] == "to_status")
    secret = {"name": "told_to_whom", "type": "string", "default": ""}
    definition["fields"].insert(place, secret)
    path.write_text(json.dumps(definition), "utf-8")
    (entry,) = freeze(tmp_path)
    catalogue = Catalogue(tmp_path)
    schema, markers = catalogue.by_id(entry.id), Markers(3)
    assert schema.version == 2
    values = event_of(schema, markers)
    messages = published(schema, values, catalogue)
    assert values["told_to_whom"].encode() not in all_bytes(messages)
    without = {name: value for name, value in values.items() if name != "told_to_whom"}
    assert messages == published(CATALOGUE.latest("household.household_exited"), without)
