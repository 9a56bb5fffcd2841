"""Exports are whole or not there, the same for the same history, read by any Avro reader; damage to their files is found."""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import avro.datafile
import avro.io
import fastavro
import pytest

from registry.history.checking import Checked, ExportCheck
from registry.history.checkpoint import Checkpoint
from registry.history.exporting import ExportExists, History, write_export
from registry.history.faults import ExportRefused, HistoryFault
from registry.history.keys import CheckpointKeyRefused
from registry.history.manifest import NAME, read_manifest
from registry.history.merkle import EMPTY, leaf_hash
from registry.history.stream_ends import StreamEnds
from registry.store.recorder import RawRow
from schemas.catalogue import registry_catalogue
from tests.support.exports import (
    EVERY,
    SEGMENT,
    change_manifest,
    exported,
    forged,
    history_rows,
    renumbered,
    signed_checkpoints,
)
from tests.support.planted_faults import Crash
from tests.support.signing import keys_of, notary_of

ROWS = history_rows()


@pytest.fixture
def export(tmp_path: Path) -> Path:
    exported(tmp_path / "export")
    return tmp_path / "export"


def checked(export: Path) -> Checked:
    return ExportCheck(export, keys_of(1).public).run()


def fault_of(export: Path) -> HistoryFault:
    with pytest.raises(HistoryFault) as found:
        checked(export)
    return found.value


def refusal_of(export: Path) -> str:
    with pytest.raises(ExportRefused) as refused:
        checked(export)
    return str(refused.value)


def history_of(published: list[Checkpoint], rows: tuple[RawRow, ...] = ROWS, number: int = 1) -> History:
    def select_raw(after: int, limit: int) -> list[RawRow]:
        return [row for row in rows if row[0] > after][:limit]

    return History(
        select_raw, rows[-1][0], published, notary_of(every=EVERY, number=number), registry_catalogue(), "", 0, SEGMENT
    )


def published_so_far(count: int) -> list[Checkpoint]:
    return list(signed_checkpoints()[:count])


def test_an_honest_export_is_in_order(export: Path) -> None:
    found = checked(export)
    root = EMPTY.with_leaves(leaf_hash(row[0], row[3]) for row in ROWS).root.hex()
    assert (found.events, found.position, found.root) == (len(ROWS), ROWS[-1][0], root)
    assert found.key_ids == (keys_of(1).key_id,)
    assert found.checkpoints == len(signed_checkpoints())
    assert sorted(path.name for path in export.iterdir())[0] == "checkpoints.avro"
    assert len(read_manifest(export).segments) == -(-len(ROWS) // SEGMENT) > 3


def test_the_events_are_those_that_were_stored_byte_for_byte(export: Path) -> None:
    events = [event for page in ExportCheck(export).pages() for event in page]
    assert [(event.position, event.record) for event in events] == [(row[0], row[3]) for row in ROWS]


def test_the_same_history_gives_the_same_files(export: Path, tmp_path: Path) -> None:
    exported(tmp_path / "again")
    for path in export.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


def test_fastavro_reads_it_as_it_stands(export: Path) -> None:
    rows: list[Any] = []
    for path in sorted(export.glob("events-*.avro")):
        with path.open("rb") as file:
            rows += list(fastavro.reader(file))
    assert [(row["position"], row["event"]["event_id"]) for row in rows] == [(row[0], row[3][5:21]) for row in ROWS]
    assert {row["event"]["version"] for row in rows} > {1, 2, 3}


def test_apaches_own_reader_reads_it_too(export: Path) -> None:
    with avro.datafile.DataFileReader((export / "events-000001.avro").open("rb"), avro.io.DatumReader()) as reader:
        first: Any = next(reader)
    assert first["position"] == 1
    assert first["event"]["event_id"] == ROWS[0][3][5:21]
    with avro.datafile.DataFileReader((export / "checkpoints.avro").open("rb"), avro.io.DatumReader()) as reader:
        checkpoint: Any = next(reader)
    assert checkpoint["root"] == signed_checkpoints()[0].root


def test_an_empty_history_can_be_exported(tmp_path: Path) -> None:
    manifest = exported(tmp_path / "export", [])
    assert (manifest.events, manifest.root) == (0, hashlib.sha256().hexdigest())
    assert checked(tmp_path / "export").events == 0


def test_nothing_is_written_over(export: Path) -> None:
    before = (export / NAME).read_bytes()
    with pytest.raises(ExportExists):
        exported(export)
    assert (export / NAME).read_bytes() == before


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    for name in ("export", "export.unfinished"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "thesis.txt").write_text("mine")
        with pytest.raises(ExportExists):
            exported(tmp_path / "export")
        assert (folder / "thesis.txt").read_text() == "mine"
        shutil.rmtree(folder)


def test_an_export_that_died_is_not_there_and_the_next_one_is_whole(tmp_path: Path) -> None:
    def dies(_events: int) -> None:
        raise Crash

    left = tmp_path / "export.unfinished"
    left.mkdir()
    (left / "events-000001.avro").write_bytes(b"half of")
    assert not (tmp_path / "export").exists()
    with pytest.raises(Crash):
        write_export(tmp_path / "export", history_of([]), dies)
    assert list(tmp_path.iterdir()) == []
    exported(tmp_path / "export")
    assert checked(tmp_path / "export").events == len(ROWS)
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


def test_an_export_without_its_manifest_is_none(export: Path) -> None:
    (export / NAME).unlink()
    assert "holds no finished export" in refusal_of(export)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "x", "version": 1, "segments": [], "checkpoints": {}}', "\ufeff{"])
def test_a_manifest_that_is_none_is_refused(export: Path, text: str) -> None:
    (export / NAME).write_text(text, "utf-8")
    assert NAME in refusal_of(export)


def test_a_manifest_leads_nowhere_else(export: Path) -> None:
    segments = json.loads((export / NAME).read_text())["segments"]
    segments[0]["file"] = "../export/events-000001.avro"
    change_manifest(export, segments=segments)
    assert "no file of the export" in refusal_of(export)


@pytest.mark.parametrize(("name", "value"), [("events", 7), ("root", "00" * 32), ("version", 2)])
def test_a_manifest_that_says_something_else_is_found(export: Path, name: str, value: object) -> None:
    change_manifest(export, **{name: value})
    assert refusal_of(export)


def segment(export: Path, number: int) -> Path:
    return export / f"events-{number:06}.avro"


def test_a_missing_file_is_named_with_the_first_event_that_was_in_it(export: Path) -> None:
    segment(export, 2).unlink()
    fault = fault_of(export)
    assert (fault.code, fault.position) == ("E-HISTORY-UNREADABLE", SEGMENT + 1)
    assert "events-000002.avro" in str(fault)


@pytest.mark.parametrize("kept", [0, 3, 50_000, 117_000, -1, -17, -3000])
def test_a_file_that_was_cut_off_is_found_at_the_first_event_that_is_lost(export: Path, kept: int) -> None:
    content = segment(export, 2).read_bytes()
    segment(export, 2).write_bytes(content[:kept])
    fault = fault_of(export)
    assert (fault.code, fault.position) == ("E-HISTORY-UNREADABLE", SEGMENT + 1)


def test_a_file_that_was_damaged_is_found(export: Path) -> None:
    content = bytearray(segment(export, 3).read_bytes())
    content[-400] ^= 0xFF
    segment(export, 3).write_bytes(bytes(content))
    fault = fault_of(export)
    assert fault.code in ("E-HISTORY-ALTERED", "E-HISTORY-UNREADABLE")
    assert 2 * SEGMENT < fault.position <= 3 * SEGMENT


def test_files_that_changed_places_are_found_at_the_first_event(export: Path) -> None:
    first, second = segment(export, 1).read_bytes(), segment(export, 2).read_bytes()
    segment(export, 1).write_bytes(second)
    segment(export, 2).write_bytes(first)
    fault = fault_of(export)
    assert fault.position == 1
    assert fault.code in ("E-HISTORY-MOVED", "E-HISTORY-DROPPED")
    assert str(SEGMENT + 1) in str(fault)


def test_what_follows_the_events_of_a_file_is_found(export: Path) -> None:
    with segment(export, 4).open("ab") as file:
        file.write(b"\x00")
    fault = fault_of(export)
    assert (fault.code, fault.position) == ("E-HISTORY-UNREADABLE", 4 * SEGMENT + 1)


def test_a_file_that_was_only_packed_anew_is_not_the_exported_one(export: Path) -> None:
    with segment(export, 1).open("rb") as file:
        reader = fastavro.reader(file)
        schema, rows = reader.writer_schema, list(reader)
    assert schema is not None
    with segment(export, 1).open("wb") as file:
        fastavro.writer(file, schema, rows, codec="null")
    assert "events-000001.avro is not the file that was exported" in refusal_of(export)


CHECKPOINT_FAULTS: dict[str, Callable[[list[Checkpoint]], object]] = {
    "one is missing": lambda found: found.pop(3),
    "two changed places": lambda found: found.insert(3, found.pop(4)),
    "one is there twice": lambda found: found.insert(3, found[2]),
    "its root is another": lambda found: found.insert(3, replace(found.pop(3), root=bytes(32))),
    "its hashes are others": lambda found: found.insert(3, replace(found.pop(3), hashes=found[3].hashes[::-1])),
    "its signature is another": lambda found: found.insert(3, replace(found.pop(3), signature=found[0].signature)),
    "another key signed it": lambda found: found.insert(3, found.pop(3).signed_by(keys_of(2))),
    "it is of another registry": lambda found: found.insert(3, replace(found.pop(3), origin="/other").signed_by(keys_of(1))),
    "it signs a root that is none": lambda found: found.insert(3, replace(found.pop(3), root=bytes(32)).signed_by(keys_of(1))),
    "it signs fewer hashes": lambda found: found.insert(
        3, replace(found.pop(3), hashes=found[3].hashes[:1]).signed_by(keys_of(1))
    ),
}


@pytest.mark.parametrize("name", CHECKPOINT_FAULTS)
def test_a_checkpoint_that_is_not_right_is_found(tmp_path: Path, name: str) -> None:
    checkpoints = list(signed_checkpoints())
    CHECKPOINT_FAULTS[name](checkpoints)
    fault = fault_of(forged(tmp_path / "export", ROWS, checkpoints))
    assert fault.code == "E-HISTORY-CHECKPOINT"
    assert signed_checkpoints()[2].position < fault.position <= signed_checkpoints()[3].position


def test_events_after_the_last_checkpoint_were_never_signed(tmp_path: Path) -> None:
    last = signed_checkpoints()[-2]
    fault = fault_of(forged(tmp_path / "export", ROWS, signed_checkpoints()[:-1]))
    assert (fault.code, fault.position) == ("E-HISTORY-INSERTED", last.position + 1)


def test_a_file_of_checkpoints_that_was_cut_off_is_found(export: Path) -> None:
    content = (export / "checkpoints.avro").read_bytes()
    (export / "checkpoints.avro").write_bytes(content[:-100])
    fault = fault_of(export)
    assert fault.code == "E-HISTORY-CHECKPOINT"
    assert fault.position == signed_checkpoints()[-2].position + 1


def test_a_history_that_was_signed_anew_by_another_key_is_found_by_whoever_pinned_the_first(tmp_path: Path) -> None:
    """Whoever forges all of it can only be told by the key."""
    index = next(i for i, row in enumerate(ROWS) if any(later[1] == row[1] for later in ROWS[i + 1 :]))
    rows = renumbered([*ROWS[:index], *ROWS[index + 1 :]])
    notary = notary_of(every=EVERY, number=9)
    exported(tmp_path / "export", ROWS, notary)
    assert ExportCheck(tmp_path / "export").run().key_ids == (keys_of(9).key_id,)
    fault = fault_of(tmp_path / "export")
    assert (fault.code, fault.position) == ("E-HISTORY-CHECKPOINT", 1)
    assert keys_of(9).key_id in str(fault)
    exported(tmp_path / "chained", rows, notary)  # and who drops an event breaks the chain of its stream
    with pytest.raises(HistoryFault) as found:
        ExportCheck(tmp_path / "chained").run()
    assert found.value.code == "E-HISTORY-CHAIN"


def test_which_event_is_missing_is_told_by_the_next_of_its_stream(tmp_path: Path) -> None:
    index = next(i for i, row in enumerate(ROWS) if any(later[1] == row[1] for later in ROWS[i + 1 :]))
    following = next(row for row in ROWS[index + 1 :] if row[1] == ROWS[index][1])
    fault = fault_of(forged(tmp_path / "export", [*ROWS[:index], *ROWS[index + 1 :]]))
    assert str(UUID(bytes=following[3][5:21])) in str(fault)
    assert "it was version" in str(fault)


def test_an_export_goes_on_from_what_the_log_published(tmp_path: Path) -> None:
    published = published_so_far(5)
    manifest = write_export(tmp_path / "export", history_of(published))
    assert manifest.published == published[-1].leaves
    assert checked(tmp_path / "export").published == published[-1].leaves
    assert manifest.root == exported(tmp_path / "other").root


def test_checkpoints_that_were_published_beyond_its_end_are_left_out(tmp_path: Path) -> None:
    rows = ROWS[: signed_checkpoints()[4].position + 3]
    manifest = write_export(tmp_path / "export", history_of(list(signed_checkpoints()), rows))
    assert (manifest.events, manifest.published) == (len(rows), signed_checkpoints()[4].leaves)
    assert checked(tmp_path / "export").events == len(rows)


def test_a_store_that_was_altered_after_it_was_published_is_not_exported(tmp_path: Path) -> None:
    position, stream, event_type, state, at = ROWS[41]
    forged_row = (position, stream, event_type, state[:-1] + bytes([state[-1] ^ 1]), at)
    for rows, code in (((*ROWS[:41], forged_row, *ROWS[42:]), "ALTERED"), ((*ROWS[:41], *ROWS[42:]), "DROPPED")):
        with pytest.raises(HistoryFault) as found:
            write_export(tmp_path / "export", history_of(list(signed_checkpoints()), rows))
        assert (found.value.code, found.value.position) == (f"E-HISTORY-{code}", position)
        assert not (tmp_path / "export").exists()


def test_checkpoints_of_a_key_that_nobody_knows_any_more_are_not_exported_as_if_they_were(tmp_path: Path) -> None:
    with pytest.raises(CheckpointKeyRefused, match=keys_of(1).key_id):
        write_export(tmp_path / "export", history_of(published_so_far(3), number=2))


def test_streams_beyond_those_that_are_remembered_are_checked_as_well() -> None:
    ends, all_of_them = StreamEnds(remembered_max=3), StreamEnds()
    for row in ROWS:
        version = all_of_them.last(row[1])[0] + 1
        assert ends.last(row[1]) == all_of_them.last(row[1])
        for each in (ends, all_of_them):
            each.add(row[1], version, row[3])
    ends.close()
    all_of_them.close()
