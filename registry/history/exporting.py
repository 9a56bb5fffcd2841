"""Writes an export: the store's events, the checkpoints that the log holds, a last one of its own, and the manifest at the end.

Everything is written to a folder beside, which takes the export's name when it is whole. What a killed export left is removed by
the next one. On the way every event is compared with what was published: an export of a history that was altered is refused.
"""

import fcntl
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from shutil import rmtree
from typing import ClassVar, Final

from registry.history.checkpoint import Checkpoint
from registry.history.checkpoint_file import CheckpointWriter
from registry.history.durable_files import sync_folder, synced
from registry.history.manifest import NAME, Manifest
from registry.history.notary import Notary, Tally
from registry.history.published import confirmed
from registry.history.segments import EVENTS_PER_SEGMENT, SegmentWriter
from registry.store.recorder import RawRow
from schemas.catalogue import Catalogue

PAGE_ROWS: Final = 1000
_UNFINISHED: Final = ".unfinished"
_OURS: Final = re.compile(r"events-\d{6}\.avro|checkpoints\.avro|manifest\.json")

Told = Callable[[int], None]
SelectRaw = Callable[[int, int], "list[RawRow]"]


class ExportExists(Exception):
    """E-EXPORT-EXISTS: the folder holds something already, or another export is being written to it."""

    code: ClassVar[str] = "E-EXPORT-EXISTS"


@dataclass(frozen=True, slots=True)
class History:
    """What is exported: the store's rows up to a position, the checkpoints that the log holds, and who signs the rest.

    made_at, clock_offset_us: for the manifest.
    """

    select_raw: SelectRaw
    end: int
    published: Iterable[Checkpoint]
    notary: Notary
    catalogue: Catalogue
    made_at: str
    clock_offset_us: int = 0
    events_per_segment: int = EVENTS_PER_SEGMENT


def write_export(folder: Path, history: History, told: Told = lambda events: None) -> Manifest:
    """Write an export; the folder is there when it is whole, and only then. `told`: of how many more events.

    Raises ExportExists; HistoryFault where the store is not what was published; CheckpointKeyRefused, what the store and the log
    raise, OSError.
    """
    with _unfinished(folder) as beside:
        with closing(_Export(beside, history, told)) as export:
            manifest = export.write()
        path = beside / NAME
        with path.open("xb") as file:
            file.write(manifest.to_json().encode())
            synced(file)
        sync_folder(beside)
        os.rename(beside, folder)
    sync_folder(folder.absolute().parent)
    return manifest


class _Export:
    """One export in the making."""

    def __init__(self, folder: Path, history: History, told: Told) -> None:
        self._history = history
        self._told = told
        self._segments = SegmentWriter(folder, history.catalogue, history.events_per_segment)
        self._checkpoints = CheckpointWriter(folder, history.catalogue)
        self._rows = chain.from_iterable(self._pages())
        self._tally = Tally()
        self._recorded_at_us = 0

    def write(self) -> Manifest:
        """Everything but the manifest, which is returned."""
        history = self._history
        for checkpoint in history.published:
            if checkpoint.position > history.end:
                break
            self._take_published(checkpoint)
        published = self._tally.tree.leaves
        while rows := list(islice(self._rows, PAGE_ROWS)):
            self._tally, due = history.notary.count(self._tally, rows)
            self._recorded_at_us = rows[-1][4]
            for checkpoint in due:
                self._checkpoints.write(checkpoint)
        if self._tally.pending:
            self._checkpoints.write(history.notary.seal(self._tally, self._recorded_at_us))
        self._segments.end()
        tree = self._tally.tree
        return Manifest(
            origin=history.notary.origin,
            made_at=history.made_at,
            events=tree.leaves,
            root=tree.root.hex(),
            published=published,
            segments=tuple(self._segments.written),
            checkpoints=self._checkpoints.end(self._tally.position),
            schemas={str(schema.id): schema.event_type for schema in history.catalogue.list()},
            public_keys=history.notary.public.format(),
            clock_offset_us=history.clock_offset_us,
        )

    def close(self) -> None:
        """Let go of the files, whole or not."""
        self._segments.close()
        self._checkpoints.close()

    def _take_published(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint of the log's. Raises HistoryFault unless the store's events are those that it signs."""
        self._tally = Tally.from_seal(confirmed(self._tally.sealed, checkpoint, self._rows, self._history.notary.public))
        self._checkpoints.write(checkpoint)

    def _pages(self) -> Iterator[list[RawRow]]:
        """The store's rows up to the end, each page written to the events' files."""
        after, end = 0, self._history.end
        while after < end and (rows := self._history.select_raw(after, min(PAGE_ROWS, end - after))):
            rows = [row for row in rows if row[0] <= end]
            if not rows:
                return
            self._segments.write(rows)
            self._told(len(rows))
            yield rows
            after = rows[-1][0]


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """An empty folder beside the one that is wanted, for one process at a time."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportExists(f"{folder} holds something already")
    beside = folder.absolute().with_name(folder.name + _UNFINISHED)
    beside.parent.mkdir(parents=True, exist_ok=True)
    with (beside.parent / f".{folder.name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever ends removes the file: one that was opened before that keeps nobody out.
            still_there = os.path.samestat(os.fstat(lock.fileno()), os.stat(lock.name))
        except OSError:
            still_there = False
        if not still_there:
            raise ExportExists(f"another export is being written to {folder}")
        if beside.exists():
            if not all(_OURS.fullmatch(path.name) for path in beside.iterdir()):
                raise ExportExists(f"{beside} holds something else than an unfinished export")
            rmtree(beside)
        beside.mkdir()
        try:
            yield beside
        finally:
            if beside.exists():
                rmtree(beside)
            Path(lock.name).unlink(missing_ok=True)
