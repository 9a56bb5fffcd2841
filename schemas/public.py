"""What is public of a household, read from the one file that decides it (`data/public.toml`), and the ids of what is published.

Ids of public records follow from the events' own: whatever is made again from the log has the id that it had.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID, uuid5

from schemas.event_labels import Label

HOUSEHOLD_CHANGED: Final = "public.household_changed"
HOUSEHOLD_STATE: Final = "public.household_state"
CORRECTED: Final = "CORRECTED"
VOIDED: Final = "VOIDED"
"""Kinds of changes that say something anew of an earlier one, whatever event type it came from."""

_CHANGES: Final = UUID("6f1ce4c4-1c5b-5f0a-9b07-3f5d2a8e4b10")
_STATES: Final = UUID("b4c0a2d6-93b1-5d6e-8a5e-1d7c6f2e9a37")


@dataclass(frozen=True, slots=True)
class PublicRecord:
    """One kind of public record: its topic, its name, and all of its fields with what they mean, in order."""

    topic: str
    label: Label
    fields: Mapping[str, Label]


@dataclass(frozen=True, slots=True)
class PublicTable:
    """The whole file; each part is explained there.

    present_statuses and present_overlays are what is shown, not what it is shown of.
    """

    statuses: Mapping[str, str]
    overlays: Mapping[str, str]
    present_statuses: frozenset[str]
    present_overlays: frozenset[str]
    changes: Mapping[str, str]
    unseen: Mapping[str, str]
    internal: frozenset[str]
    records: Mapping[str, PublicRecord]


@cache
def public_table() -> PublicTable:
    """What is decided."""
    document = tomllib.loads(resources.files("schemas").joinpath("data", "public.toml").read_text("utf-8"))
    return PublicTable(
        statuses=MappingProxyType(document["statuses"]),
        overlays=MappingProxyType(document["overlays"]),
        present_statuses=frozenset(document["present"]["statuses"]),
        present_overlays=frozenset(document["present"]["overlays"]),
        changes=MappingProxyType(document["changes"]),
        unseen=MappingProxyType(document["unseen"]),
        internal=frozenset(document["internal"]["event_types"]),
        records=MappingProxyType({event_type: _record(entry) for event_type, entry in document["records"].items()}),
    )


def change_id_of(event_id: UUID) -> UUID:
    """The id of the public change that an event makes."""
    return uuid5(_CHANGES, str(event_id))


def state_id_of(event_id: UUID) -> UUID:
    """The id of the public state that an event leaves: `ce_id` of its record."""
    return uuid5(_STATES, str(event_id))


def _record(entry: Mapping[str, Any]) -> PublicRecord:
    fields = {name: Label(**label) for name, label in entry["fields"].items()}
    return PublicRecord(entry["topic"], Label(entry["zh"], entry["en"]), MappingProxyType(fields))
