"""An export's table of contents, written last: without it there is no export.

It is a help and no proof: what it says is checked against the signed checkpoints, never the other way round.
"""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from registry.history.faults import ExportRefused

NAME: Final = "manifest.json"
CHECKPOINTS: Final = "checkpoints.avro"
FORMAT: Final = "household-registry export"
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """One file: its name, SHA-256 and size, and the events in it (of checkpoints: those under them)."""

    file: str
    sha256: str
    bytes: int
    records: int
    first_position: int
    last_position: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """origin: the registry's URI reference; root: Merkle tree hash of everything; published: how many of the events are under
    checkpoints that the log held, the rest being signed by the export; schemas: schema id -> event type; public_keys: PEM;
    clock_offset_us: how far the register's clock was ahead of the machine's.
    """

    origin: str
    made_at: str
    events: int
    root: str
    published: int
    segments: tuple[ExportedFile, ...]
    checkpoints: ExportedFile
    schemas: dict[str, str]
    public_keys: str
    clock_offset_us: int = 0

    @property
    def last_position(self) -> int:
        """Of the last event, 0 where there is none."""
        return self.segments[-1].last_position if self.segments else 0

    def to_json(self) -> str:
        """For people to read too."""
        document = {"format": FORMAT, "version": VERSION, **dataclasses.asdict(self)}
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        """The reverse. Raises ExportRefused."""
        try:
            document = json.loads(text)
            found = (document.pop("format"), document.pop("version"))
            segments = tuple(_file(entry) for entry in document.pop("segments"))
            checkpoints = _file(document.pop("checkpoints"))
            made = cls(segments=segments, checkpoints=checkpoints, **document)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ExportRefused(f"{NAME} cannot be read: {type(error).__name__}: {error}") from None
        if found != (FORMAT, VERSION):
            raise ExportRefused(f"{NAME} is of {found[0]!r} version {found[1]!r}, this program reads version {VERSION}")
        return made


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a finished export. Raises ExportRefused."""
    try:
        return Manifest.from_json((folder / NAME).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise ExportRefused(f"{folder} holds no finished export: there is no {NAME}") from None
    except UnicodeDecodeError:
        raise ExportRefused(f"{NAME} is no text") from None


def _file(entry: Any) -> ExportedFile:
    made = ExportedFile(**entry)
    if Path(made.file).name != made.file or made.file in ("", ".", ".."):
        raise ValueError(f"{made.file!r} is no file of the export")
    return made
