"""Exports of a small real history, and what somebody does to one who has the files but not the key."""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from registry.history.checkpoint import Checkpoint
from registry.history.checkpoint_file import CheckpointWriter
from registry.history.exporting import History, write_export
from registry.history.manifest import NAME, Manifest, read_manifest
from registry.history.notary import Notary, Tally
from registry.history.segments import SegmentWriter
from registry.store.recorder import RawRow
from schemas.catalogue import registry_catalogue
from tests.support.relayed import new_flow, write_lives
from tests.support.signing import notary_of

EVERY = 25
SEGMENT = 60


@cache
def history_rows() -> tuple[RawRow, ...]:
    """Some three hundred events of households and persons that live together, chained, with weeks that end."""
    with TemporaryDirectory() as folder:
        flow = new_flow(f"sqlite:///{folder}/registry.db", Path(folder) / "log.db")
        write_lives(flow.open_store(), range(20))
        rows = flow.rows()
        flow.close()
    return tuple(rows)


@cache
def signed_checkpoints(key: int = 1) -> tuple[Checkpoint, ...]:
    """The checkpoints of that history, and one over what they leave."""
    notary = notary_of(every=EVERY, number=key)
    tally, made = notary.count(Tally(), history_rows())
    return (*made, notary.seal(tally, history_rows()[-1][4])) if tally.pending else tuple(made)


def exported(folder: Path, rows: Sequence[RawRow] | None = None, notary: Notary | None = None) -> Manifest:
    """An honest export of that history, or of other rows."""
    given = history_rows() if rows is None else rows

    def select_raw(after: int, limit: int) -> list[RawRow]:
        return [row for row in given if row[0] > after][:limit]

    history = History(
        select_raw,
        given[-1][0] if given else 0,
        (),
        notary or notary_of(every=EVERY),
        registry_catalogue(),
        "2020-03-04T01:00:00+00:00",
        events_per_segment=SEGMENT,
    )
    return write_export(folder, history)


def forged(folder: Path, rows: Sequence[RawRow], checkpoints: Iterable[Checkpoint] | None = None) -> Path:
    """An export whose files hold these rows and checkpoints and whose manifest agrees with them."""
    folder.mkdir()
    segments = SegmentWriter(folder, registry_catalogue(), SEGMENT)
    segments.write(rows)
    segments.end()
    writer = CheckpointWriter(folder, registry_catalogue())
    last = None
    for last in signed_checkpoints() if checkpoints is None else checkpoints:
        writer.write(last)
    assert last is not None
    manifest = Manifest(
        origin=last.origin,
        made_at="2020-03-04T01:00:00+00:00",
        events=len(rows),
        root=last.root.hex(),
        published=0,
        segments=tuple(segments.written),
        checkpoints=writer.end(last.position),
        schemas={},
        public_keys=notary_of().public.format(),
    )
    (folder / NAME).write_text(manifest.to_json(), "utf-8")
    return folder


def renumbered(rows: Iterable[RawRow]) -> list[RawRow]:
    """The same rows at positions without gaps."""
    return [(position, *row[1:]) for position, row in enumerate(rows, 1)]


def change_manifest(folder: Path, **values: object) -> None:
    """Let the manifest say something else."""
    manifest = read_manifest(folder)
    document = json.loads(manifest.to_json()) | values
    (folder / NAME).write_text(json.dumps(document), "utf-8")
