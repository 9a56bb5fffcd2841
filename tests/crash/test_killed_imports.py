"""SIGKILL of `registry import`, and of the `registry up` beside it, again and again: the same command goes on from there.

In the end every household of the file is recorded, once, and shown.
"""

import os
import random
import subprocess
import sys
from pathlib import Path

from deploy.settings import Settings
from registry.store.opening import recorder_for
from tests.support.agreement import assert_all_agree, stored_rows, versions
from tests.support.installation import OPERATOR, new_installation, shown
from tests.support.ports import free_port
from tests.support.registry_up import PIPELINE, kill, registry_up
from tests.support.spreadsheets import couple, write_csv
from tests.support.waiting import wait_until

HOUSEHOLDS = 3000
EVENTS_PER_HOUSEHOLD = 3
"""The household's own, and one of each of the two persons."""
KILLS = 5
DONE_S = 120.0


def start_import(settings: Settings, file: Path) -> subprocess.Popen[str]:
    who = ("--user", OPERATOR.user_id, "--role", OPERATOR.role, "--division", OPERATOR.division)
    command = [sys.executable, "-m", "deploy.cli", "import", str(file), "--data", settings.data, *who]
    environment = {**os.environ, **settings.environment(), "LANG": "C.UTF-8"}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_until_stored(settings: Settings, position: int) -> None:
    store = recorder_for(settings.store)
    try:
        wait_until(lambda: store.head().position >= position, DONE_S)
    finally:
        store.close()


def test_an_import_killed_again_and_again_records_every_household_once(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # noqa: T201
    chance = random.Random(seed)
    settings = new_installation(tmp_path / "data", port=free_port(), synthetic_ids=True)
    file = write_csv(tmp_path / "households.csv", [row for number in range(1, HOUSEHOLDS + 1) for row in couple(number)])
    whole = HOUSEHOLDS * EVENTS_PER_HOUSEHOLD
    for number in range(KILLS):
        with registry_up(settings) as running:
            importing = start_import(settings, file)
            wait_until_stored(settings, int(whole * (number + chance.random()) / (KILLS + 1)))
            if number % 2:
                wait_until(lambda: kill(running.child(PIPELINE)), DONE_S)
            importing.kill()
            importing.communicate(timeout=DONE_S)
            assert importing.returncode < 0
    with registry_up(settings) as running:
        last = start_import(settings, file)
        out, err = last.communicate(timeout=DONE_S)
        assert last.returncode == 0, err
        assert "refused 0" in out
        with shown(settings) as register:
            wait_until(lambda: len(register.households()) == HOUSEHOLDS, DONE_S, "all is shown")
        running.wait_until_ready()
        assert running.stop()[0] == 0
    households = versions(stored_rows(settings))
    assert (len(households), set(households.values())) == (HOUSEHOLDS, {1})
    assert len(versions(stored_rows(settings), "person.")) == 2 * HOUSEHOLDS
    assert_all_agree(settings, tmp_path / "fresh")
