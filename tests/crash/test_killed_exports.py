"""Exports and restores that are killed in the middle: nothing half-done is ever taken for whole, and the next one succeeds."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from deploy.settings import Settings
from registry.history.checking import ExportCheck
from registry.history.notary import EVERY
from registry.store.errors import StoreMissing
from registry.store.opening import recorder_for
from registry.store.recorder import RawRow
from tests.support.exports import exported
from tests.support.meter_store import all_rows
from tests.support.program import registry
from tests.support.relayed import new_flow, write_lives
from tests.support.signing import keys_of, notary_of

KILLS = 6
DONE_S = 60


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of some thousand events."""
    folder = tmp_path_factory.mktemp("whole")
    flow = new_flow(f"sqlite:///{folder}/registry.db", folder / "log.db")
    write_lives(flow.open_store(), range(120), events_per_save=50)
    exported(folder / "export", flow.rows(), notary_of("/registry/hainan", EVERY))
    flow.close()
    return folder / "export"


def killed_after(seconds: float, arguments: Sequence[object]) -> bool:
    """Run the program and kill it; whether it was done before."""
    running = subprocess.Popen([sys.executable, "-m", "deploy.cli", *map(str, arguments)], stdout=subprocess.DEVNULL)
    time.sleep(seconds)
    running.kill()
    return running.wait(DONE_S) == 0


def time_of(arguments: Sequence[object]) -> float:
    """Seconds that the whole work takes."""
    begun = time.monotonic()
    subprocess.run([sys.executable, "-m", "deploy.cli", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begun


def rows_in(data: Path) -> list[RawRow]:
    recorder = recorder_for(Settings.read({}, data=str(data)).store)
    try:
        return all_rows(recorder)
    except StoreMissing:
        return []
    finally:
        recorder.close()


def test_a_killed_restore_leaves_an_empty_store_or_a_whole_one(export: Path, tmp_path: Path) -> None:
    whole_s = time_of(["restore", export, "--data", tmp_path / "first"])
    whole = rows_in(tmp_path / "first")
    assert len(whole) == ExportCheck(export).manifest.events
    chance = Random(5)
    data = tmp_path / "killed"
    for _ in range(KILLS):
        done = killed_after(whole_s * chance.uniform(0.5, 1.0), ["restore", export, "--data", data])
        assert rows_in(data) in ([], whole)
        if done or rows_in(data):
            return
    assert registry("restore", export, "--data", data).status == 0
    assert rows_in(data) == whole


def test_a_killed_export_is_not_there(export: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert registry("restore", export, "--data", data).status == 0
    (data / "checkpoint.key").write_text(keys_of(1).format())
    (data / "checkpoint.key").chmod(0o600)
    whole_s = time_of(["export", tmp_path / "first", "--data", data])
    chance = Random(6)
    for _ in range(KILLS):
        if killed_after(whole_s * chance.uniform(0.6, 1.0), ["export", tmp_path / "killed", "--data", data]):
            break
        assert not (tmp_path / "killed").exists() or ExportCheck(tmp_path / "killed").run().events
    if not (tmp_path / "killed").exists():
        assert registry("export", tmp_path / "killed", "--data", data).status == 0
    assert ExportCheck(tmp_path / "killed").run() == ExportCheck(tmp_path / "first").run()
    for path in (tmp_path / "first").glob("*.avro"):
        assert (tmp_path / "killed" / path.name).read_bytes() == path.read_bytes()
