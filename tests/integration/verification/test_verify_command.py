"""`registry verify`: all is well, or what is not is named, by its place, and the exit status is 1."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.composition.write_side import write_side
from deploy.settings import Settings
from tests.support.installation import CLERK, new_installation, record_household, shown
from tests.support.program import Called, registry
from tests.support.running_pipeline import projectors_running, relay_running
from tests.support.waiting import wait_until

HOUSEHOLDS = 12
EVERY = 5


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with some households, everything relayed and projected; to be read only."""
    folder = tmp_path_factory.mktemp("sound") / "data"
    settings = new_installation(folder, checkpoint_every=EVERY)
    with relay_running(settings), projectors_running(settings), write_side(settings) as side, shown(settings) as view:
        for _ in range(HOUSEHOLDS):
            record_household(side)
        wait_until(lambda: len(view.households()) == HOUSEHOLDS)
    return folder


@pytest.fixture
def data(sound: Path, tmp_path: Path) -> Path:
    """A copy to be tampered with."""
    return Path(shutil.copytree(sound, tmp_path / "data"))


def verify(data: Path, *options: object) -> Called:
    return registry("verify", "--data", data, "--workers", 1, *options)


def change(data: Path, file: str, statement: str) -> None:
    (path,) = data.glob(file)
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(statement).rowcount == 1


def wrong(called: Called) -> list[str]:
    """Names of the checks that failed."""
    return [line.split()[0] for line in called.lines if not line.startswith(" ") and line.split()[1] == "WRONG"]


def test_everything_is_in_order(sound: Path) -> None:
    called = verify(sound, "--workers", 2)
    assert called.status == 0, called.out
    assert [line.split()[:2] for line in called.lines] == [
        [name, "ok"] for name in ("store", "log", "register", "expenses", "balance", "vault", "history")
    ]
    assert "v1:sha256:" in called.lines[2]
    assert "无误" in registry("--lang", "zh", "verify", "--data", sound, "--balance").out


def test_a_program_reads_the_same(sound: Path) -> None:
    document = json.loads(verify(sound, "--json").out)
    assert document["ok"] is True
    checks = {check["name"]: check for check in document["checks"]}
    assert checks["store"]["facts"]["events"] == checks["log"]["facts"]["events"] > HOUSEHOLDS
    assert checks["register"]["facts"]["digest"] == checks["register"]["facts"]["fresh"]
    assert all(check["problems"] == [] for check in checks.values())


def test_only_what_is_named_is_checked(sound: Path) -> None:
    assert [line.split()[0] for line in verify(sound, "--store", "--views").lines] == ["store", "register", "expenses"]


def test_nothing_is_left_of_the_fresh_build(data: Path) -> None:
    before = sorted(path.name for path in (data / "views").glob("*.db"))
    assert verify(data, "--views").status == 0
    assert sorted(path.name for path in (data / "views").glob("*.db")) == before


def test_a_changed_row_of_a_view_is_found(data: Path) -> None:
    change(
        data,
        "views/register-*.db",
        "UPDATE household SET size = 9 WHERE household_id = (SELECT min(household_id) FROM household)",
    )
    called = verify(data, "--views", "--json")
    assert called.status == 1
    check, other = json.loads(called.out)["checks"]
    assert other["ok"]
    assert check["facts"]["digest"] != check["facts"]["fresh"]
    assert check["problems"][0].startswith("household (household_id ")
    assert check["problems"][0].endswith("): size differ")


def test_a_view_out_of_balance_is_found(data: Path) -> None:
    change(
        data,
        "views/register-*.db",
        "INSERT INTO flow (partition, bucket, division, stock, kind, other_division, households, persons)"
        " VALUES (0, 0, 469030100201, 1, 'IDENTIFIED', 0, 1, 3)",
    )
    called = verify(data)
    assert called.status == 1
    assert wrong(called) == ["register", "balance"]
    assert "E-BALANCE" in called.out


def test_a_damaged_view_is_found(data: Path) -> None:
    (path,) = (data / "views").glob("register-*.db")
    path.write_bytes(path.read_bytes()[:8192] + b"\xff" * 40_000)
    called = verify(data, "--views", "--balance")
    assert called.status == 1
    assert wrong(called) == ["register", "balance"]


def test_a_changed_record_of_the_store_is_found(data: Path) -> None:
    change(data, "registry.db", "UPDATE stored_events SET state = substr(state, 1, 60) WHERE rowid = 5")
    called = verify(data, "--store", "--log")
    assert called.status == 1
    assert wrong(called) == ["store", "log"]
    assert "    RECORDS: position 5: undecodable" in called.out
    assert "    position 5: " in called.out


def test_a_missing_record_of_the_store_is_found(data: Path) -> None:
    change(data, "registry.db", "DELETE FROM stored_events WHERE rowid = 5")
    called = verify(data, "--store")
    assert called.status == 1
    assert "    POSITIONS: position 5: missing, as all before 6" in called.lines


def test_a_changed_row_of_the_access_log_is_found(data: Path) -> None:
    with write_side(Settings.read({}, data=str(data))) as side:
        for _ in range(3):
            side.vault.read([uuid4()], CLERK, "AUDIT", ["name"])
    assert verify(data, "--vault").status == 0
    with closing(sqlite3.connect(data / "vault.db")) as connection, connection:
        connection.execute("DROP TRIGGER access_log_no_update")
        connection.execute("UPDATE access_log SET user_id = 'somebody else' WHERE seq = 2")
    called = verify(data, "--vault")
    assert called.status == 1
    assert called.lines[1] == "    row 2 of the access log is missing or was altered"


def test_a_log_that_cannot_be_opened_is_no_good_log(data: Path) -> None:
    (data / "log.db").unlink()
    called = verify(data)
    assert called.status == 1
    assert wrong(called) == ["log", "register", "expenses"]
    assert "    E-LOG-UNAVAILABLE" in called.out


def test_where_nothing_was_made_there_is_nothing_to_verify(tmp_path: Path) -> None:
    called = verify(tmp_path / "nowhere")
    assert (called.status, called.codes) == (1, ["E-STORE-MISSING"])


def test_a_changed_event_shows_beside_the_checkpoints_even_where_the_log_was_changed_too(data: Path) -> None:
    """The last event of a stream breaks no chain, and whoever changes both copies of it is told by the signature alone."""
    head = json.loads(verify(data, "--history", "--json").out)["checks"][0]["facts"]["position"]
    assert head > HOUSEHOLDS
    forged = "CAST(substr(state, 1, length(state) - 1) || x'7f' AS BLOB)"
    change(data, "registry.db", f"UPDATE stored_events SET state = {forged} WHERE rowid = {head}")
    called = verify(data, "--history")
    assert (called.status, wrong(called)) == (1, ["history"])
    assert f"E-HISTORY-ALTERED: position {head}: event " in called.out


def test_a_store_without_checkpoints_has_nothing_against_it(tmp_path: Path) -> None:
    settings = new_installation(tmp_path / "data")
    settings.path("checkpoint.key").unlink()
    assert verify(tmp_path / "data", "--history").lines[0].split()[:4] == ["history", "ok", "checkpoints", "0"]


def test_a_record_that_became_a_text_is_one_clear_line(data: Path) -> None:
    change(data, "registry.db", "UPDATE stored_events SET state = CAST(x'ff' AS TEXT) WHERE rowid = 5")
    called = verify(data, "--store", "--history")
    assert (called.status, wrong(called)) == (1, ["store", "history"])
    assert "E-STORE-UNAVAILABLE" in called.out
