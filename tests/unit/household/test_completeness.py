"""The lists that must agree: events, schemas, labels, examples, deciders, commands, refusal codes and the tests of each.

That every code has words and every command its roles is asked beside the words and the access table.
"""

import importlib
import json
import pkgutil
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any, get_type_hints

import pytest

import registry.household
from registry.command import command_classes, decider_of
from registry.event import RegistryEvent
from registry.household.command import HouseholdCommand
from registry.household.event import HouseholdEvent
from registry.store.mapper import AvroMapper
from schemas.catalogue import registry_catalogue
from schemas.codec import Codec
from schemas.envelope import ENVELOPE_FIELDS
from tests.support.avro_values import typed
from tests.support.program_text import ROOT, coded_classes, handed_on_for, names_in, names_told, texts_in, trees

SCHEMAS = ROOT / "schemas"
TESTS_OF_THE_HOUSEHOLD = ("tests/unit/household",)
CODE = re.compile(r"[EW](-[A-Z0-9]+)+")

for module in pkgutil.iter_modules(registry.household.__path__, "registry.household."):
    importlib.import_module(module.name)


def descendants(cls: type[Any]) -> Iterator[type[Any]]:
    """All subclasses that can be imported; a slotted dataclass leaves the class behind that it was made from."""
    child: type[Any]
    for child in cls.__subclasses__():
        if getattr(sys.modules[child.__module__], child.__name__, None) is child:
            yield child
        yield from descendants(child)


EVENTS = sorted((c for c in descendants(HouseholdEvent) if "TOPIC" in vars(c)), key=lambda c: c.__name__)
COMMANDS = sorted((c for c in command_classes() if issubclass(c, HouseholdCommand)), key=lambda c: c.__name__)


def name(cls: type[Any]) -> str:
    return cls.__name__


@cache
def modules_about_households() -> tuple[tuple[str, frozenset[str]], ...]:
    """Names used by each test module that speaks in given, when and then, of one household or of several."""
    parsed = ((file.name, names_told(tree)) for file, tree in trees(*TESTS_OF_THE_HOUSEHOLD))
    return tuple((file, frozenset(names)) for file, names in parsed if "when" in names and {"given", "a_register"} & names)


@cache
def codes_in_tests() -> frozenset[str]:
    """Every refusal code that some test names, itself or by the exception that stands for it."""
    tests = [tree for _, tree in trees("tests")]
    named = set[str]().union(*map(names_in, tests))
    by_exception = {code for exception, code in coded_classes("registry") if exception in named}
    return frozenset(by_exception).union(text for tree in tests for text in texts_in(tree) if CODE.fullmatch(text))


def codes_of_the_write_side() -> list[str]:
    return sorted({text for _, tree in trees("registry") for text in texts_in(tree) if CODE.fullmatch(text)})


def test_every_household_schema_has_its_event_class() -> None:
    published = {t for t in registry_catalogue().event_types if t.startswith("household.")}
    assert {event.TOPIC for event in EVENTS} == published


@pytest.mark.parametrize("event", EVENTS, ids=name)
def test_an_events_body_is_its_schemas_body(event: type[HouseholdEvent]) -> None:
    schema = registry_catalogue().latest(event.TOPIC)
    assert schema.definition["name"] == event.__name__
    fields = {field["name"] for field in schema.definition["fields"]} - set(ENVELOPE_FIELDS)
    assert set(get_type_hints(event)) - set(get_type_hints(RegistryEvent)) == fields


@pytest.mark.parametrize("event", EVENTS, ids=name)
def test_an_event_is_called_something_in_both_languages(event: type[HouseholdEvent]) -> None:
    label = labels()[event.TOPIC]
    assert label["zh"].strip()
    assert label["en"].strip()


@pytest.mark.parametrize("event", EVENTS, ids=name)
def test_the_example_of_each_version_decodes_into_the_event_class(event: type[HouseholdEvent]) -> None:
    codec = Codec(registry_catalogue())
    for schema in registry_catalogue().versions(event.TOPIC):
        document = json.loads((SCHEMAS / "examples" / f"{event.TOPIC}.v{schema.version}.json").read_text(encoding="utf-8"))
        values = typed(document, schema.definition, {})
        decoded = AvroMapper(codec).event_of(codec.encode(schema, values))
        assert type(decoded) is event
        assert {k: v for k, v in vars(decoded).items() if k in values} == {k: v for k, v in values.items() if k in vars(decoded)}


@pytest.mark.parametrize("event", EVENTS, ids=name)
def test_some_command_leads_to_the_event_and_a_test_shows_it(event: type[HouseholdEvent]) -> None:
    causes = {c.__name__ for c in COMMANDS if event.__name__ in handed_on_for(c.__name__)}
    assert causes, "no decider triggers it"
    told = [file for file, names in modules_about_households() if event.__name__ in names and causes & names]
    assert told, f"no test in the grammar of given, when and then names it beside one of {sorted(causes)}"


@pytest.mark.parametrize("command", COMMANDS, ids=name)
def test_every_command_leads_to_some_event(command: type[HouseholdCommand]) -> None:
    assert handed_on_for(command.__name__) & {event.__name__ for event in EVENTS}


@pytest.mark.parametrize("command", COMMANDS, ids=name)
def test_every_command_is_given_in_some_test(command: type[HouseholdCommand]) -> None:
    assert [file for file, names in modules_about_households() if command.__name__ in names]


def test_every_command_has_its_decider() -> None:
    commands = list(descendants(HouseholdCommand))
    bases = {base for command in commands for base in command.__mro__[1:]}
    assert [c.__name__ for c in commands if c not in bases and not is_decided(c)] == []


@pytest.mark.parametrize("code", codes_of_the_write_side())
def test_every_refusal_of_the_write_side_is_tested(code: str) -> None:
    assert code in codes_in_tests()


def is_decided(command: type[Any]) -> bool:
    try:
        decider_of(command)
    except KeyError:
        return False
    return True


@cache
def labels() -> dict[str, dict[str, str]]:
    return tomllib.loads((SCHEMAS / "labels" / "events.toml").read_text(encoding="utf-8"))
