"""Reading events for a read model: as much as is wanted of each type, and nothing that cannot be read."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from projections.event_reader import EventReader, fen
from registry.household.members import MemberAdded
from registry.household.visits import HomeVisitRecorded
from schemas.catalogue import registry_catalogue
from schemas.codec import Undecodable
from tests.support.random_lives import random_life
from tests.support.scenario import avro_mapper

LIFE = [event for seed in (1, 2, 3, 5, 7) for event in random_life(seed)]
STORED = {type(event): avro_mapper().encode(event, event.timestamp, bytes(32))[1] for event in LIFE}
EVENTS = {type(event): event for event in LIFE}
WANTED: dict[str, str | None] = {MemberAdded.TOPIC: "admit"}


@pytest.fixture
def reader() -> EventReader[str]:
    return EventReader(registry_catalogue(), WANTED)


def test_of_a_wanted_event_everything_is_read_in_plain_values(reader: EventReader[str]) -> None:
    event: Any = EVENTS[MemberAdded]
    plan, values = reader.read(STORED[MemberAdded])
    assert (plan.event_type, plan.target) == ("household.member_added", "admit")
    assert values["person_id"] == event.person_id.bytes
    assert values["effective_on"] == (event.effective_on - date(1970, 1, 1)).days
    assert values["recorded_at"] == int(event.timestamp.timestamp() * 1_000_000)
    assert values["health"] == event.health


def test_of_any_other_event_the_envelope_is_read(reader: EventReader[str]) -> None:
    event: Any = EVENTS[HomeVisitRecorded]
    plan, values = reader.read(STORED[HomeVisitRecorded])
    assert plan.target is None
    assert UUID(bytes=values["aggregate_id"]) == event.originator_id
    assert (values["version"], values["actor"]["role"]) == (event.originator_version, event.actor["role"])
    assert "visitor_role" not in values
    assert "previous_hash" not in values


def test_a_type_may_be_wanted_whole_and_for_nothing() -> None:
    reader: EventReader[str] = EventReader(registry_catalogue(), {HomeVisitRecorded.TOPIC: None})
    plan, values = reader.read(STORED[HomeVisitRecorded])
    assert plan.target is None
    assert "visitor_role" in values


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "tombstone"),
        (b"", "not a framed value"),
        (b"\x01\x00\x00\x00\x01" + bytes(300), "not a framed value"),
        (b"\x00\x00\xff\xff\xff" + bytes(300), "no schema has id 16777215"),
        (STORED[MemberAdded][:-1], "household.member_added"),
        (STORED[MemberAdded] + b"\x00", "1 bytes follow the value"),
        (STORED[HomeVisitRecorded][:40], "household.home_visit_recorded"),
    ],
    ids=["tombstone", "empty", "magic", "unknown schema", "cut short", "trailing", "envelope cut short"],
)
def test_what_cannot_be_read_is_told(reader: EventReader[str], value: bytes | None, reason: str) -> None:
    with pytest.raises(Undecodable, match=reason):
        reader.read(value)


def test_an_amount_is_its_unscaled_number() -> None:
    assert fen(b"\x01\x00") == 256
    assert fen(b"\xff") == -1
    assert fen(None) is None
