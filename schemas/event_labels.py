"""What an event is called in both languages, and which code tables its fields take their codes from.

Events hold codes and nothing else; whoever shows one (an answer, a page, a digest) finds the words by this.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

FIELDS_OF_ALL: Final = "fields"


@dataclass(frozen=True, slots=True)
class Label:
    """A name in both languages."""

    zh: str
    en: str


@cache
def event_labels() -> Mapping[str, Label]:
    """Event type -> what it is called, in the order of the file."""
    return MappingProxyType({event_type: Label(**names) for event_type, names in _read("events.toml").items()})


def event_label(event_type: str) -> Label:
    """What an event type is called; one that is newer than this reader is its own name."""
    return event_labels().get(event_type) or Label(event_type, event_type)


@cache
def code_tables_of(event_type: str) -> Mapping[str, str]:
    """Name of a field -> name of its code table, for the fields of this event type, at any depth, that hold codes."""
    sections = _read("fields.toml")
    return MappingProxyType({**sections[FIELDS_OF_ALL], **sections.get(event_type, {})})


def field_sections() -> Mapping[str, Mapping[str, str]]:
    """The whole file: the fields of all events, and by event type those that are its own."""
    return MappingProxyType(_read("fields.toml"))


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("schemas").joinpath("labels", name).read_text(encoding="utf-8"))
