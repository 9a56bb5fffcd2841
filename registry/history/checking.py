"""Checks an export event by event against its signed checkpoints, and names the first event that is not as it was signed.

Needs nothing but the export: no settings, no database. Memory holds two checkpoints' events, whatever the size of the history.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final

from registry.history.alignment import diverged
from registry.history.checkpoint import Checkpoint
from registry.history.checkpoint_file import read_checkpoints
from registry.history.faults import (
    ALTERED,
    CHAIN,
    CHECKPOINT,
    DROPPED,
    INSERTED,
    MOVED,
    Code,
    ExportRefused,
    HistoryFault,
    event_name,
)
from registry.history.keys import CheckpointKeyRefused, PublicKeys
from registry.history.manifest import Manifest, read_manifest
from registry.history.merkle import EMPTY, leaf_hash
from registry.history.segments import ExportedEvent, is_as_written, read_segments
from registry.history.stream_ends import StreamEnds

AHEAD: Final = 2000
"""Events and signed hashes that are looked at after a fault, to see what happened."""

Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in order. key_ids: of those who signed; published: events under checkpoints that the log held."""

    origin: str
    events: int
    position: int
    root: str
    checkpoints: int
    published: int
    key_ids: tuple[str, ...]


class ExportCheck:
    """The check of one export. keys: who may have signed; the manifest's own keys where none are given, which proves less."""

    def __init__(self, folder: Path, keys: PublicKeys | None = None) -> None:
        self.manifest: Manifest = read_manifest(folder)
        self._folder = folder
        self._keys = keys if keys is not None else _own_keys(self.manifest)
        self._events = chain.from_iterable(read_segments(folder, self.manifest.segments))
        self._checkpoints = read_checkpoints(folder)
        self._ends = StreamEnds()
        self._tree = EMPTY
        self._position = 0
        self._recorded_at_us = 0
        self._seen: dict[str, None] = {}
        self._count = 0

    def pages(self) -> Iterator[list[ExportedEvent]]:
        """The events, checkpoint by checkpoint, each page once it is proved. Raises HistoryFault, ExportRefused."""
        try:
            for checkpoint in self._checkpoints:
                self._check_checkpoint(checkpoint)
                page = self._signed_events(checkpoint)
                self._tree = self._tree.with_leaves(checkpoint.hashes)
                if self._tree.root != checkpoint.root:
                    raise HistoryFault(CHECKPOINT, checkpoint.position, "its root is not that of the hashes that it signs")
                yield page
            self._check_end()
        finally:
            self._ends.close()

    def run(self, told: Told = lambda events: None) -> Checked:
        """Check everything. `told`: of how many more events. Raises as `pages`."""
        for page in self.pages():
            told(len(page))
        return self.result()

    def result(self) -> Checked:
        """What was checked, once all pages were."""
        manifest = self.manifest
        leaves, root = self._tree.leaves, self._tree.root.hex()
        return Checked(manifest.origin, leaves, self._position, root, self._count, manifest.published, tuple(self._seen))

    def _check_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Raises HistoryFault unless it is signed and goes on where the one before ended."""
        first = self._position + 1
        fault = _checkpoint_fault(checkpoint, self._tree.leaves, self.manifest.origin, self._keys)
        if fault is not None:
            raise HistoryFault(CHECKPOINT, first, fault)
        self._seen[checkpoint.key_id] = None
        self._count += 1

    def _signed_events(self, checkpoint: Checkpoint) -> list[ExportedEvent]:
        """The next events, which are those that the checkpoint signs. Raises HistoryFault."""
        page: list[ExportedEvent] = []
        for signed in checkpoint.hashes:
            event = next(self._events, None)
            if event is None or leaf_hash(event.position, event.record) != signed:
                raise self._diverged(event, checkpoint, len(page))
            self._check_chain(event)
            self._position = event.position
            page.append(event)
        return page

    def _check_chain(self, event: ExportedEvent) -> None:
        """Raises HistoryFault unless the event follows the one before in its stream."""
        values = event.values
        stream, version = values["aggregate_id"], values["version"]
        last_version, last_hash = self._ends.last(stream)
        if version != last_version + 1:
            raise self._fault(CHAIN, event, f"version {version} follows {last_version}")
        if values["previous_hash"] != last_hash:
            raise self._fault(CHAIN, event, f"version {version} is not chained to the version before")
        if values["recorded_at"] < self._recorded_at_us:
            raise self._fault(CHAIN, event, "recorded before the event that it follows")
        self._recorded_at_us = values["recorded_at"]
        self._ends.add(stream, version, event.record)

    def _diverged(self, event: ExportedEvent | None, checkpoint: Checkpoint, done: int) -> HistoryFault:
        """What happened at the first event that is not the signed one."""
        position = self._position + 1
        actual: list[ExportedEvent] = [] if event is None else [event]
        with suppress(HistoryFault):  # what comes later is not the first fault
            actual += islice(self._events, AHEAD)
        hashes = list(checkpoint.hashes[done:])
        with suppress(HistoryFault):
            for later in self._checkpoints:
                if len(hashes) >= AHEAD:
                    break
                hashes += later.hashes
        what = diverged([one.record for one in actual], hashes, position)
        if event is None:
            return HistoryFault(
                DROPPED, position, f"the export ends before it; {len(checkpoint.hashes) - done} or more are missing"
            )
        if what.code == DROPPED:
            return HistoryFault(DROPPED, position, self._missing(actual, what.count))
        if what.code == MOVED:
            return self._fault(MOVED, event, f"was signed at position {what.signed_at}", position)
        if what.code == INSERTED:
            return self._fault(INSERTED, event, "was never signed", position)
        if not what.count and event.position > position + len(hashes):
            return HistoryFault(DROPPED, position, f"position {event.position} comes in its place")
        claimed = "" if event.position == position else f", and claims position {event.position}"
        return self._fault(ALTERED, event, f"is not what was signed{claimed}", position)

    def _missing(self, following: list[ExportedEvent], count: int) -> str:
        """Which event is missing, as far as those after it tell: the next version of its stream refers to it."""
        if count > 1:
            return f"{count} events are missing"
        for event in chain(following, self._rest()):
            stream, version = event.values["aggregate_id"], event.values["version"]
            known, _ = self._ends.last(stream)
            if version == known + 2:
                return f"missing; it was version {version - 1} in the stream of {event_name(event.record)}"
            self._ends.add(stream, version, event.record)
        return "missing; it was the last of its stream"

    def _rest(self) -> Iterator[ExportedEvent]:
        with suppress(HistoryFault):
            yield from self._events

    def _fault(self, code: Code, event: ExportedEvent, text: str, position: int | None = None) -> HistoryFault:
        return HistoryFault(code, event.position if position is None else position, f"{event_name(event.record)}: {text}")

    def _check_end(self) -> None:
        """Raises HistoryFault for events that no checkpoint covers, ExportRefused for a manifest that says something else."""
        manifest = self.manifest
        event = next(self._events, None)
        if event is not None:
            if self._count < manifest.checkpoints.records:
                raise HistoryFault(
                    CHECKPOINT, self._position + 1, f"{event_name(event.record)}: the checkpoints after it are missing"
                )
            raise self._fault(INSERTED, event, "was never signed", self._position + 1)
        found = (self._tree.leaves, self._position, self._tree.root.hex())
        if found != (manifest.events, manifest.last_position, manifest.root):
            raise ExportRefused("the manifest names another number of events, position or root than the signed checkpoints")
        for file in (*manifest.segments, manifest.checkpoints):
            if not is_as_written(self._folder, file):
                raise ExportRefused(f"{file.file} is not the file that was exported, though its events are")


def _own_keys(manifest: Manifest) -> PublicKeys:
    try:
        return PublicKeys.parse(manifest.public_keys)
    except CheckpointKeyRefused as refused:
        raise ExportRefused(f"the manifest's public keys cannot be read: {refused}") from None


def _checkpoint_fault(checkpoint: Checkpoint, leaves: int, origin: str, keys: PublicKeys) -> str | None:
    """What is wrong with a checkpoint that follows so many leaves, if anything."""
    if checkpoint.key_id not in keys:
        return f"the checkpoint over it is signed by key {checkpoint.key_id}, which is none of {', '.join(keys.ids)}"
    if not checkpoint.is_signed(keys):
        return "the checkpoint over it was altered: its signature is not right"
    if checkpoint.leaves_before != leaves:
        return f"the checkpoint over it is missing; the next one begins after {checkpoint.leaves_before} events, not {leaves}"
    if checkpoint.origin != origin:
        return f"the checkpoint over it is of {checkpoint.origin}, the export of {origin}"
    if len(checkpoint.hashes) != checkpoint.leaves - checkpoint.leaves_before:
        return "the checkpoint over it signs another number of hashes than of events"
    return None
