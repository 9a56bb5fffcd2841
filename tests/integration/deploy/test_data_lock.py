"""The locks on a data folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.cannot_start import CannotStart
from deploy.data_lock import PROJECTOR, RELAY, data_folder_lock

HOLD = """
import sys
from pathlib import Path
from deploy.data_lock import data_folder_lock
with data_folder_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_refused_and_told_which_option_helps(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(CannotStart, match="--data"), data_folder_lock(tmp_path):
            pass
        holder.kill()
    with data_folder_lock(tmp_path):
        pass  # the kernel let go of the killed one's lock


def test_each_role_has_a_lock_of_its_own(tmp_path: Path) -> None:
    with (
        data_folder_lock(tmp_path),
        data_folder_lock(tmp_path, PROJECTOR),
        data_folder_lock(tmp_path, RELAY),
        pytest.raises(CannotStart, match="another relay"),
        data_folder_lock(tmp_path, RELAY),
    ):
        pass


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    with data_folder_lock(tmp_path / "new" / "data"):
        assert (tmp_path / "new" / "data").is_dir()
