"""The file that decides what is public: complete, and the schemas hold just what it names."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from schemas.catalogue import registry_catalogue
from schemas.code_tables import shipped
from schemas.envelope import ENVELOPE_FIELDS, is_event
from schemas.public import CORRECTED, HOUSEHOLD_CHANGED, HOUSEHOLD_STATE, VOIDED, change_id_of, public_table, state_id_of
from schemas.topics import topic_spec

TABLE = public_table()
CATALOGUE = registry_catalogue()
INTERNAL_NAMES = {
    *(set(ENVELOPE_FIELDS) - {"recorded_at", "effective_on", "division"}),
    *("actor_id", "role", "org", "kind_of_evidence", "sha256", "person_id", "members", "size", "income_pc", "line", "case_id"),
    *("main_cause", "other_causes", "risks", "attribute", "health", "unmet_guarantees", "helper_id", "reason"),
}


def symbols(record: str, field: str) -> list[str]:
    """The symbols of an enum of a public record, without the one for readers that are older."""
    known: dict[str, list[str]] = {}
    fields: list[dict[str, Any]] = CATALOGUE.latest(record).definition["fields"]
    for entry in fields:
        kind = entry["type"]
        if isinstance(kind, Mapping) and kind["type"] == "enum":
            known[entry["name"]] = kind["symbols"][1:]
    return known[field]


def test_every_event_of_a_household_is_decided_on_and_on_none_twice() -> None:
    decided = [*TABLE.changes, *TABLE.unseen, *TABLE.internal]
    assert sorted(decided) == [event_type for event_type in CATALOGUE.event_types if event_type.startswith("household.")]


@pytest.mark.parametrize("record", [HOUSEHOLD_CHANGED, HOUSEHOLD_STATE])
def test_a_schema_has_just_the_fields_that_are_decided(record: str) -> None:
    assert not is_event(record)
    for schema in CATALOGUE.versions(record):
        assert [field["name"] for field in schema.definition["fields"]] == list(TABLE.records[record].fields)
    assert topic_spec(TABLE.records[record].topic).live


def test_the_records_are_those_that_have_schemas() -> None:
    public = {entry.event_type for entry in CATALOGUE.entries if entry.event_type.startswith("public.")}
    assert set(TABLE.records) == public == {HOUSEHOLD_CHANGED, HOUSEHOLD_STATE}


@pytest.mark.parametrize("record", [HOUSEHOLD_CHANGED, HOUSEHOLD_STATE])
def test_no_record_has_a_field_of_what_stays_inside(record: str) -> None:
    assert not set(TABLE.records[record].fields) & INTERNAL_NAMES


def test_every_status_and_overlay_of_an_event_is_shown_as_something_that_the_schemas_know() -> None:
    exited = CATALOGUE.latest("household.household_exited").definition["fields"]
    (statuses,) = (field["type"]["symbols"] for field in exited if field["name"] == "from_status")
    assert list(TABLE.statuses) == statuses[1:]
    for record, field in ((HOUSEHOLD_CHANGED, "status_before"), (HOUSEHOLD_STATE, "status")):
        assert set(TABLE.statuses.values()) == set(symbols(record, field))
    for record, field in ((HOUSEHOLD_CHANGED, "overlay_before"), (HOUSEHOLD_STATE, "overlay")):
        assert set(TABLE.overlays.values()) == set(symbols(record, field))
    assert set(TABLE.overlays.values()) >= TABLE.present_overlays
    assert set(TABLE.statuses.values()) - {"NOT_REGISTERED"} == TABLE.present_statuses


def test_the_words_for_statuses_and_kinds_are_code_tables() -> None:
    assert set(TABLE.statuses.values()) <= set(shipped()["register_status"].codes)
    assert {*TABLE.changes.values(), CORRECTED} == set(shipped()["public_change"].codes)
    assert VOIDED in TABLE.changes.values()
    for record in TABLE.records.values():
        assert all(label.zh and label.en for label in (record.label, *record.fields.values()))


def test_an_id_follows_from_the_events_and_does_not_tell_it() -> None:
    event_id = UUID("0195d0c2-7f3a-7c11-8a55-3f1b2c4d5e6f")
    # For ever: whoever drops repeats by these ids would see everything again.
    assert change_id_of(event_id) == UUID("0ce17f7c-0dd5-50d9-8f62-f696bceea30a")
    assert state_id_of(event_id) == UUID("68e50cfc-159b-5242-bfeb-bb21ab9e2604")
