"""The checker of the documentation, which knows nothing of ours, says the same of an export as we do."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from registry.store.recorder import RawRow
from tests.support.exports import exported, forged, history_rows, renumbered, signed_checkpoints
from tests.support.signing import keys_of

ROOT = Path(__file__).parents[3]
CHECKER = ROOT / "docs/examples/check_export.py"
ROWS = history_rows()


def checked(export: Path, key: int = 1) -> subprocess.CompletedProcess[str]:
    public = export.parent / "public.pem"
    public.write_text(keys_of(key).public.format())
    # Isolated, and elsewhere: it shall find nothing of ours.
    return subprocess.run(
        [sys.executable, "-I", str(CHECKER), str(export), str(public)],
        cwd=export.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_imports_nothing_of_ours() -> None:
    words = CHECKER.read_text("utf-8")
    assert not [package for package in ("registry", "schemas", "deploy", "consumers") if f"import {package}" in words]
    assert "from registry" not in words


def test_it_finds_an_honest_export_in_order(tmp_path: Path) -> None:
    exported(tmp_path / "export")
    told = checked(tmp_path / "export")
    assert (told.returncode, told.stdout) == (0, f"{len(ROWS)} events are as they were signed\n"), told.stderr


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([*ROWS[:70], *ROWS[71:]], "event 71 is not the one that was signed"),
        (renumbered([*ROWS[:70], *ROWS[71:]]), "event 71 is not the one that was signed"),
        ([*ROWS[:70], ROWS[3], *ROWS[70:]], "event 71 is not the one that was signed"),
        (ROWS[:-1], f"event {len(ROWS)} is not the one that was signed"),
        ([*ROWS, ROWS[0]], f"event {len(ROWS) + 1} was never signed"),
    ],
)
def test_it_finds_what_was_done_to_one(tmp_path: Path, rows: Sequence[RawRow], said: str) -> None:
    told = checked(forged(tmp_path / "export", rows))
    assert told.returncode == 1
    assert said in told.stderr


def test_it_finds_a_missing_checkpoint_and_another_key(tmp_path: Path) -> None:
    found = list(signed_checkpoints())
    gone = found.pop(2)
    assert f"a checkpoint is missing after event {gone.leaves_before}" in checked(forged(tmp_path / "export", ROWS, found)).stderr
    assert "InvalidSignature" in checked(tmp_path / "export", key=2).stderr
