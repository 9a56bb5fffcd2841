"""`registry vault`."""

import re
import sqlite3
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from deploy.composition.keys import master_key_path, read_keys
from deploy.composition.write_side import write_side
from deploy.data_lock import data_folder_lock
from deploy.settings import Settings
from registry.vault.id_number import synthetic_id
from registry.vault.personal_data import PersonalData
from tests.support.installation import CLERK, new_installation
from tests.support.program import registry

PERSONS = 3


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return new_installation(tmp_path, synthetic_ids=True)


@pytest.fixture
def persons(settings: Settings) -> list[UUID]:
    people = [PersonalData(name=f"符小明{i}", id_number=synthetic_id(date(1970, 1, 1), i)) for i in range(PERSONS)]
    with write_side(settings) as side:
        return [made.person_id for made in side.vault.register(people, CLERK, "REGISTRATION")]


def key_rows(settings: Settings) -> list[list[str]]:
    return [line.split() for line in registry("vault", "keys", "--data", settings.data).lines[1:]]


def names_can_be_read(settings: Settings, persons: list[UUID]) -> bool:
    with write_side(settings) as side:
        return len(side.vault.read(persons, CLERK, "AUDIT", ["name"])) == PERSONS


def test_rotation_wraps_every_key_anew_and_keeps_the_old_one_for_backups(settings: Settings, persons: list[UUID]) -> None:
    assert key_rows(settings) == [["1", "3", "current"]]
    called = registry("vault", "rotate", "--data", settings.data)
    assert called.status == 0
    assert "3 keys are wrapped with master key 2 now" in called.out
    assert key_rows(settings) == [["1", "0", "older"], ["2", "3", "current"]]
    assert names_can_be_read(settings, persons)


def test_an_interrupted_rotation_is_gone_on_with(settings: Settings, persons: list[UUID]) -> None:
    masters, _ = read_keys(settings)
    master_key_path(settings).write_text(masters.with_fresh_key().format())  # its key was made, nothing was wrapped
    assert "3 keys are wrapped with master key 2 now" in registry("vault", "rotate", "--data", settings.data).out
    assert key_rows(settings) == [["1", "0", "older"], ["2", "3", "current"]]


def test_unused_keys_are_dropped_when_that_is_wanted(settings: Settings, persons: list[UUID]) -> None:
    registry("vault", "rotate", "--data", settings.data)
    called = registry("vault", "keys", "--data", settings.data, "--drop-unused")
    assert called.lines[0] == "dropped: 1"
    assert read_keys(settings)[0].numbers == (2,)
    assert names_can_be_read(settings, persons)


def test_a_key_is_only_dropped_when_the_vault_asks_for_it_no_more(settings: Settings, persons: list[UUID]) -> None:
    masters, _ = read_keys(settings)
    master_key_path(settings).write_text(masters.with_fresh_key().format())
    assert registry("vault", "keys", "--data", settings.data, "--drop-unused").status == 0
    assert names_can_be_read(settings, persons)


def test_nobody_rotates_under_a_running_register(settings: Settings) -> None:
    with data_folder_lock(Path(settings.data)):
        for arguments in (["rotate"], ["keys", "--drop-unused"]):
            assert registry("vault", *arguments, "--data", settings.data).codes == ["E-CANNOT-START"]
    assert read_keys(settings)[0].numbers == (1,)


def test_accesses_say_who_looked_and_why_but_not_at_what_was_there(settings: Settings, persons: list[UUID]) -> None:
    names_can_be_read(settings, persons)
    called = registry("vault", "accesses", "--data", settings.data, persons[0])
    assert [line.split()[3:7] for line in called.lines[1:]] == [
        ["clerk-1", "TOWNSHIP_OFFICER", "REGISTER", "REGISTRATION"],
        ["clerk-1", "TOWNSHIP_OFFICER", "READ", "AUDIT"],
    ]
    assert "符" not in called.out


def test_an_intact_access_log_tells_its_head_and_an_altered_one_the_row(settings: Settings, persons: list[UUID]) -> None:
    names_can_be_read(settings, persons)
    head = re.fullmatch(r"intact, 2 rows; head: (2:[0-9a-f]{64})\n", registry("vault", "verify", "--data", settings.data).out)
    assert head is not None
    assert registry("vault", "verify", "--data", settings.data, "--anchor", head[1]).status == 0
    with sqlite3.connect(Path(settings.data) / "vault.db") as vault:
        vault.execute("DROP TRIGGER access_log_no_delete")
        vault.execute("DELETE FROM access_log WHERE seq = 2")
    vault.close()
    assert registry("vault", "verify", "--data", settings.data).status == 0  # the end alone cannot be missed
    called = registry("vault", "verify", "--data", settings.data, "--anchor", head[1])
    assert (called.status, called.codes) == (1, ["E-VAULT-SEAL"])
    assert "row 2" in called.err
