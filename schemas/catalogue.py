"""Every schema that a stored event was ever written under, found by its id.

The lock file gives each published version of an event type its id, once; `history/` keeps the text of each, frozen: a file
whose SHA-256 is not the lock's is not used. Loading is lazy: a process parses the schemas that it meets.

CatalogueError
├── SchemaUnknown        no such id, or no schema of that event type
└── FrozenSchemaChanged  a file of `history/` is missing or is not what was frozen
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import fastavro

from schemas.envelope import is_event

PACKAGE_FOLDER = Path(__file__).parent


class CatalogueError(Exception):
    """The schema catalogue cannot answer."""


class SchemaUnknown(CatalogueError, LookupError):
    """No schema has this id, or no schema was published for this event type."""


class FrozenSchemaChanged(CatalogueError):
    """A file of `history/` is missing or differs from what the lock file froze."""


@dataclass(frozen=True, slots=True)
class LockEntry:
    """One line of the lock file: the id of a published version, and the SHA-256 (hex) of its text."""

    id: int
    event_type: str
    version: int
    sha256: str

    @property
    def file_name(self) -> str:
        return f"{self.event_type}.v{self.version}.avsc"


@dataclass(frozen=True, slots=True, eq=False)
class EventSchema:
    """One published version of an event type's schema.

    text: as frozen; definition: the same as JSON; parsed: by fastavro, its named types its own;
    header: the five bytes before every value (0x00 and the id, big-endian).
    """

    id: int
    event_type: str
    version: int
    text: str
    definition: dict[str, Any]
    parsed: dict[str, Any]
    header: bytes


class Catalogue:
    """The schemas of one folder (`lock.json` and `history/`), read when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._schemas: dict[int, EventSchema] = {}
        self._latest: dict[str, EventSchema] = {}

    @cached_property
    def entries(self) -> tuple[LockEntry, ...]:
        """The lock file's entries, in order of id."""
        return read_lock(self.folder)

    @cached_property
    def _by_id(self) -> dict[int, LockEntry]:
        return {entry.id: entry for entry in self.entries}

    @cached_property
    def event_types(self) -> tuple[str, ...]:
        """Every event type that has a schema, sorted; types of other messages are not among them."""
        return tuple(sorted({entry.event_type for entry in self.entries if is_event(entry.event_type)}))

    def by_id(self, schema_id: int) -> EventSchema:
        """The schema with this id. Raises SchemaUnknown, FrozenSchemaChanged."""
        try:
            return self._schemas[schema_id]
        except KeyError:
            pass
        entry = self._by_id.get(schema_id)
        if entry is None:
            raise SchemaUnknown(f"no schema has id {schema_id}")
        schema = self._schemas[schema_id] = self._load(entry)
        return schema

    def latest(self, event_type: str) -> EventSchema:
        """The version that new events of this type are written under. Raises SchemaUnknown, FrozenSchemaChanged."""
        try:
            return self._latest[event_type]
        except KeyError:
            pass
        schema = self._latest[event_type] = self.versions(event_type)[-1]
        return schema

    def versions(self, event_type: str) -> tuple[EventSchema, ...]:
        """Every published version of an event type, oldest first. Raises SchemaUnknown, FrozenSchemaChanged."""
        of_type = sorted((e for e in self.entries if e.event_type == event_type), key=lambda e: e.version)
        if not of_type:
            raise SchemaUnknown(f"no schema of event type {event_type!r}")
        return tuple(self.by_id(entry.id) for entry in of_type)

    def list(self) -> tuple[EventSchema, ...]:
        """Every published schema, in order of id. Raises FrozenSchemaChanged."""
        return tuple(self.by_id(entry.id) for entry in self.entries)

    def _load(self, entry: LockEntry) -> EventSchema:
        text = read_frozen(self.folder, entry)
        definition = json.loads(text)
        return EventSchema(
            id=entry.id,
            event_type=entry.event_type,
            version=entry.version,
            text=text,
            definition=definition,
            parsed=parse(definition),
            header=b"\x00" + entry.id.to_bytes(4, "big"),
        )


def parse(definition: dict[str, Any]) -> dict[str, Any]:
    """Parse an Avro record with named types of its own: every schema defines `Id` and `Actor` again."""
    parsed = fastavro.parse_schema(definition, named_schemas={})
    assert isinstance(parsed, dict)
    return parsed


def read_lock(folder: Path) -> tuple[LockEntry, ...]:
    """The entries of `lock.json`, in order of id; none where there is no such file yet."""
    path = folder / "lock.json"
    if not path.exists():
        return ()
    lines = json.loads(path.read_text("utf-8"))
    entries = (LockEntry(line["id"], line["type"], line["version"], line["sha256"]) for line in lines)
    return tuple(sorted(entries, key=lambda entry: entry.id))


def read_frozen(folder: Path, entry: LockEntry) -> str:
    """The frozen text of one version. Raises FrozenSchemaChanged."""
    path = folder / "history" / entry.file_name
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FrozenSchemaChanged(f"{entry.file_name} is in the lock file but not in history/") from None
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        raise FrozenSchemaChanged(f"{entry.file_name} is not what was frozen (its SHA-256 differs)")
    return content.decode("utf-8")


@cache
def registry_catalogue() -> Catalogue:
    """The registry's own schemas, as shipped with this package."""
    return Catalogue(PACKAGE_FOLDER)
