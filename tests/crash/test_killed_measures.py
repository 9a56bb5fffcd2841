"""SIGKILL of an import of measures, whose rows are one another's consequences, and Ctrl-C of one of households."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from deploy.settings import Settings
from tests.support.importing import TOWNSHIP_OFFICE, office_at
from tests.support.installation import OPERATOR, new_installation
from tests.support.spreadsheets import couple, measure, write_csv
from tests.support.waiting import wait_until

HOUSEHOLDS = 700
KILLS = 6
DONE_S = 120.0


def start(settings: Settings, file: Path, who: Any) -> subprocess.Popen[str]:
    actor = ("--user", who.user_id, "--role", who.role, "--division", who.division)
    command = [sys.executable, "-m", "deploy.cli", "--lang", "en", "import", str(file), "--data", settings.data, *actor]
    environment = {**os.environ, **settings.environment()}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def life_of(number: int) -> list[dict[str, Any]]:
    progress = [measure(number, "PROGRESS", effective_on=f"2020-03-0{day}", progress_pct=20 * day) for day in (2, 3, 4)]
    return [measure(number), *progress, measure(number, "COMPLETE", effective_on="2020-03-04")]


def test_measures_killed_again_and_again_are_told_once_and_in_order(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # noqa: T201
    chance = random.Random(seed)
    settings = new_installation(tmp_path / "data", synthetic_ids=True)
    numbers = range(HOUSEHOLDS)
    with office_at(settings, tmp_path) as office:
        office.take_in([row for number in numbers for row in couple(number)])
        before = office.head()
        file = write_csv(tmp_path / "measures.csv", [row for number in numbers for row in life_of(number)])
        whole = 5 * HOUSEHOLDS
        for kill in range(KILLS):
            importing = start(settings, file, TOWNSHIP_OFFICE)
            due = before + int(whole * (kill + chance.random()) / (KILLS + 1))
            wait_until(lambda due=due, running=importing: office.head() >= due or running.poll() is not None, DONE_S)
            importing.kill()
            importing.communicate(timeout=DONE_S)
        told, err = start(settings, file, TOWNSHIP_OFFICE).communicate(timeout=DONE_S)
        assert "refused 0" in told, err
        assert office.head() == before + whole
        for number in numbers:
            assert [getattr(event, "progress_pct", None) for event in office.events(number)[1:]] == [None, 40, 60, 80, None]


def test_an_import_that_is_interrupted_says_how_to_go_on_and_goes_on(tmp_path: Path) -> None:
    settings = new_installation(tmp_path / "data", synthetic_ids=True)
    file = write_csv(tmp_path / "households.csv", [row for number in range(4000) for row in couple(number)])
    with office_at(settings, tmp_path) as office:
        before = office.head()
        importing = start(settings, file, OPERATOR)
        wait_until(lambda: office.head() > before, DONE_S)
        importing.send_signal(signal.SIGINT)
        out, err = importing.communicate(timeout=DONE_S)
        assert importing.returncode == 130
        assert "the same command goes on from here" in err
        assert "Traceback" not in err
        recorded = int(out.split("recorded ")[1].split(",")[0])
        # One transaction may have been durable a moment before its count.
        assert recorded * 3 <= office.head() - before < 12_000
        again = start(settings, file, OPERATOR)
        out, err = again.communicate(timeout=DONE_S)
        assert (again.returncode, office.head() - before) == (0, 12_000), err
        assert not list(tmp_path.glob("*.errors*"))
