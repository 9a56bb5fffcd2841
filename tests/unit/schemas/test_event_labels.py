"""The words for events: every coded field of every event has its code table, and it is the one that the commands check."""

import dataclasses
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest

from registry.application.handlers import DECLARING
from registry.command import Command, command_classes, shape_of
from schemas.catalogue import registry_catalogue
from schemas.code_tables import shipped
from schemas.envelope import ENVELOPE_FIELDS
from schemas.event_labels import FIELDS_OF_ALL, code_tables_of, event_label, field_sections

assert DECLARING  # importing the handlers has declared every command
CATALOGUE = registry_catalogue()
HOUSEHOLD_EVENTS = [name for name in CATALOGUE.event_types if name.startswith("household.")]
STAFF = frozenset({"checkers", "comparator", "helper_id", "previous_helper_id", "verifiers", "visitor_id"})
NO_CODES = STAFF | {"entity_uscc", "from_division", "organisation", "term", "to_division", "unit", "voided_type"}
"""Fields of household events that hold texts but no codes: ids, divisions, terms, event types."""
DECIDED = frozenset(
    {
        ("household.appraisal_held", "result"),
        ("household.sector_compared", "rule"),
        ("household.social_assistance_status_changed", "scheme"),
        ("household.home_checked", "education"),
        ("household.exit_verified", "education"),
    }
)
"""Fields that a decision fills, or a record within a command; another command has a field of the same name."""


def texts_in(definition: Any, name: str = "") -> Iterator[str]:
    """Names of the fields that hold texts or enums, at any depth."""
    if isinstance(definition, list):
        for branch in definition:
            yield from texts_in(branch, name)
    elif isinstance(definition, dict) and definition["type"] == "record":
        for field in definition["fields"]:
            yield from texts_in(field["type"], field["name"])
    elif isinstance(definition, dict) and definition["type"] == "array":
        yield from texts_in(definition["items"], name)
    elif definition in ("string", "RegisterStatus", "MonitoringOverlay") or (
        isinstance(definition, dict) and definition["type"] == "enum"
    ):
        yield name


def body_texts(event_type: str) -> set[str]:
    fields = CATALOGUE.latest(event_type).definition["fields"][len(ENVELOPE_FIELDS) :]
    return set(texts_in({"type": "record", "fields": fields}))


def tables_of_commands() -> dict[str, set[str]]:
    """Field name -> the code tables that some command checks it against."""
    tables: dict[str, set[str]] = {}

    def note(cls: Any) -> None:
        for field in dataclasses.fields(cls):
            if of := shape_of(field).table:
                tables.setdefault(field.name, set()).add(of)
        for hint in get_type_hints(cls).values():
            for inner in (hint, *get_args(hint)):
                if dataclasses.is_dataclass(inner):
                    note(inner)

    commands: tuple[type[Command], ...] = command_classes()
    for command_class in commands:
        note(command_class)
        if command_class.REASONS:
            tables.setdefault("reason_code", set()).add(command_class.REASONS)
    return tables


@pytest.mark.parametrize("event_type", HOUSEHOLD_EVENTS)
def test_every_text_of_a_household_event_is_a_code_with_a_table_or_known_to_be_none(event_type: str) -> None:
    texts = body_texts(event_type)
    assert {name for name in texts if name not in code_tables_of(event_type)} <= NO_CODES
    assert not texts & NO_CODES & set(code_tables_of(event_type))


@pytest.mark.parametrize("event_type", HOUSEHOLD_EVENTS)
def test_a_field_takes_its_codes_from_the_table_that_the_commands_check(event_type: str) -> None:
    checked = tables_of_commands()
    for name in body_texts(event_type) & set(checked):
        if (event_type, name) not in DECIDED:
            assert code_tables_of(event_type)[name] in checked[name], name


def test_a_finding_about_education_is_no_persons_education() -> None:
    assert code_tables_of("household.home_checked")["education"] == "guarantee_result"
    assert code_tables_of("household.member_added")["education"] == "education"


def test_the_file_names_only_fields_events_and_tables_that_exist() -> None:
    for section, fields in field_sections().items():
        assert section == FIELDS_OF_ALL or section in CATALOGUE.event_types
        assert set(fields.values()) <= set(shipped().names)
        of = [section] if section != FIELDS_OF_ALL else CATALOGUE.event_types
        known = {"reason_code"}.union(*(body_texts(event_type) for event_type in of))
        assert set(fields) <= known, section


def test_a_field_of_all_events_is_repeated_nowhere() -> None:
    sections = field_sections()
    everywhere = sections[FIELDS_OF_ALL]
    assert not {name for section, fields in sections.items() if section != FIELDS_OF_ALL for name in fields if name in everywhere}


def test_an_event_type_that_is_newer_than_the_reader_is_its_own_name() -> None:
    assert event_label("household.not_yet_known").zh == "household.not_yet_known"
    assert event_label("household.home_checked").zh == "入户核查"
