"""An export's events: files of so many each, in the registry's order."""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import file_digest
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import fastavro
from fastavro.read import block_reader

from registry.history.container import ContainerWriter, avro_long, event_container_schema
from registry.history.durable_files import synced
from registry.history.faults import UNREADABLE, HistoryFault
from registry.history.manifest import ExportedFile
from registry.store.recorder import RawRow
from schemas.catalogue import Catalogue, parse
from schemas.codec import HEADER_SIZE, without_logical_types
from schemas.envelope import is_event

EVENTS_PER_SEGMENT: Final = 100_000
_read: Any = fastavro.schemaless_reader


class ExportedEvent(NamedTuple):
    """An event as it was stored: its position, framed Avro, and what that says (ids as bytes, instants in microseconds)."""

    position: int
    record: bytes
    values: dict[str, Any]


class SegmentWriter:
    """Writes events to one file after the other; each page is a block."""

    def __init__(self, folder: Path, catalogue: Catalogue, events_per_segment: int = EVENTS_PER_SEGMENT) -> None:
        self.written: list[ExportedFile] = []
        self._folder = folder
        self._schema, self._prefixes = _schema_of_events(catalogue)
        self._events_per_segment = events_per_segment
        self._open: IO[bytes] | None = None

    def write(self, rows: Sequence[RawRow]) -> None:
        """Write these, and begin another file where the present one is full."""
        while rows:
            if self._open is None:
                self._begin(rows[0][0])
            room = self._events_per_segment - self._events
            self._write_block(rows[:room])
            rows = rows[room:]
            if self._events == self._events_per_segment:
                self.end()

    def end(self) -> None:
        """Finish the present file, durably."""
        if self._open is None:
            return
        synced(self._open)
        self._open.close()
        self._open = None
        container = self._container
        self.written.append(
            ExportedFile(self._name, container.sha256(), container.bytes, self._events, self._first_position, self._last_position)
        )

    def close(self) -> None:
        """Let go of a file that is not finished."""
        if self._open is not None:
            self._open.close()

    def _begin(self, position: int) -> None:
        self._name = f"events-{len(self.written) + 1:06}.avro"
        self._open = (self._folder / self._name).open("xb")
        self._container = ContainerWriter(self._open, self._schema, self._name, compressed=True)
        self._events = 0
        self._first_position = position

    def _write_block(self, rows: Sequence[RawRow]) -> None:
        prefixes = self._prefixes
        parts: list[bytes] = []
        for position, _, _, state, _ in rows:
            parts += (avro_long(position), prefixes[int.from_bytes(state[1:HEADER_SIZE], "big")], state[HEADER_SIZE:])
        self._container.write_block(len(rows), b"".join(parts))
        self._events += len(rows)
        self._last_position = rows[-1][0]


@lru_cache(maxsize=2)
def _schema_of_events(catalogue: Catalogue) -> tuple[bytes, dict[int, bytes]]:
    """The schema of a file, and by schema id what comes before an event's body: the id and the union's branch."""
    schemas = [schema for schema in catalogue.list() if is_event(schema.event_type)]
    prefixes = {schema.id: avro_long(schema.id) + avro_long(branch) for branch, schema in enumerate(schemas)}
    return event_container_schema(schemas), prefixes


def read_segments(folder: Path, files: Sequence[ExportedFile]) -> Iterator[list[ExportedEvent]]:
    """The events in the order of the files, block by block. Raises HistoryFault where one cannot be read."""
    position = 0
    for file in files:
        try:
            for page in _pages(folder / file.file):
                yield page
                if page:
                    position = page[-1].position
        except HistoryFault:
            raise
        # Damaged bytes can fail in any way; what follows the last event that could be read is lost to the reader.
        except Exception as error:
            text = f"{file.file} cannot be read from here on: {_said(error)}"
            raise HistoryFault(UNREADABLE, position + 1, text) from error


def is_as_written(folder: Path, file: ExportedFile) -> bool:
    """Whether a file has the manifest's SHA-256."""
    with (folder / file.file).open("rb") as content:
        return file_digest(content, "sha256").hexdigest() == file.sha256


def _pages(path: Path) -> Iterator[list[ExportedEvent]]:
    with path.open("rb") as content:
        blocks: Any = block_reader(content)
        branches = _branches(blocks.metadata["avro.schema"])
        for block in blocks:
            found: list[ExportedEvent] = []
            try:
                _read_block(block.bytes_, block.num_records, branches, found)
            finally:
                yield found  # those before the one that cannot be read, too


def _read_block(stream: BytesIO, count: int, branches: Sequence[Any], found: list[ExportedEvent]) -> None:
    data = stream.getvalue()
    for _ in range(count):
        position, schema_id, branch = _read(stream, "long", None), _read(stream, "int", None), _read(stream, "long", None)
        begin = stream.tell()
        values = _read(stream, branches[branch], None)
        record = b"\x00" + schema_id.to_bytes(4, "big") + data[begin : stream.tell()]
        found.append(ExportedEvent(position, record, values))
    if stream.tell() != len(data):
        raise ValueError(f"{len(data) - stream.tell()} bytes follow the last event of a block")


@lru_cache(maxsize=2)
def _branches(text: str) -> list[Any]:
    """The union's schemas, without logical types: a fifth faster, and nobody here needs dates. Every file has the same."""
    definition = json.loads(text)
    event = next(field for field in definition["fields"] if field["name"] == "event")
    return [parse(without_logical_types(branch)) for branch in event["type"]]


def _said(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return " ".join((f"{type(error).__name__}: {error}").split())[:200]
