"""The right keys, the wrong keys, and changing the master key under a running vault."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from registry.vault.database import VaultDatabase
from registry.vault.keys import LookupKey, MasterKeys
from registry.vault.notes import NewNote
from registry.vault.personal_data import PersonalData
from registry.vault.refusal import KeyRefused, VaultUnavailable
from registry.vault.vault import Vault
from schemas.access import Actor

People = Callable[..., list[PersonalData]]


def ignore(done: int, in_all: int) -> None:
    """Somebody who does not want to know."""


def test_another_lookup_key_is_refused_before_anybody_registers_twice(
    vaults: Any, vault: Vault, people: People, clerk: Actor
) -> None:
    vault.register(people(1), clerk, "REGISTRATION")
    wrong = vaults.open(lookup=LookupKey.generate())
    for use in (
        wrong.create_tables,
        lambda: wrong.register(people(1), clerk, "REGISTRATION"),
        wrong.verify_access_log,
    ):
        with pytest.raises(KeyRefused, match="lookup key"):
            use()


def test_another_master_key_is_refused(vaults: Any, vault: Vault, people: People, clerk: Actor) -> None:
    wrong = vaults.open(MasterKeys.generate())
    with pytest.raises(KeyRefused, match="master key 1 is not this vault's"):
        wrong.register(people(1), clerk, "REGISTRATION")


def test_a_rotation_wraps_everything_anew_and_the_old_key_can_go(vaults: Any, vault: Vault, people: People, clerk: Actor) -> None:
    crowd = people(2500)
    ids = [r.person_id for r in vault.register(crowd, clerk, "IMPORT")]
    note = NewNote(owner_kind="PERSON", owner_id=ids[0], kind="REMARK", text="病重")
    note_id = vault.put_note(note, clerk)
    vault.erase(ids[-1:], clerk, "UNLAWFUL")
    both = vaults.masters.with_fresh_key()
    rotating, steps = vaults.open(both), list[tuple[int, int]]()
    assert rotating.rotate(lambda done, in_all: steps.append((done, in_all))) == 2500
    assert steps == [(2000, 2500), (2500, 2500)]
    assert rotating.keys_in_use() == {2: 2500}
    alone = vaults.open(both.without(1))
    assert alone.read(ids, clerk, "AUDIT", ["name"]) == {i: {"name": p.name} for i, p in zip(ids[:-1], crowd[:-1], strict=True)}
    assert alone.read_notes([note_id], clerk, "AUDIT")[note_id].text == "病重"
    assert alone.rotate(ignore) == 0


def test_an_old_key_that_is_still_needed_cannot_be_left_out(vaults: Any, vault: Vault, people: People, clerk: Actor) -> None:
    vault.register(people(1), clerk, "REGISTRATION")
    both = vaults.masters.with_fresh_key()
    vaults.open(both).register(people(1, 1), clerk, "REGISTRATION")
    with pytest.raises(KeyRefused, match="master key 1 is still in use"):
        vaults.open(both.without(1)).register(people(1, 2), clerk, "REGISTRATION")
    assert vaults.open(both).keys_in_use() == {1: 1, 2: 1}


def test_a_process_with_only_the_old_key_is_refused_once_the_vault_has_moved_on(
    vaults: Any, vault: Vault, people: People, clerk: Actor
) -> None:
    ids = [r.person_id for r in vault.register(people(1), clerk, "REGISTRATION")]
    vaults.open(vaults.masters.with_fresh_key()).create_tables()
    with pytest.raises(KeyRefused, match="moved on to master key 2"):
        vault.register(people(1, 1), clerk, "REGISTRATION")
    with pytest.raises(KeyRefused, match="moved on to master key 2"):
        vault.read(ids, clerk, "AUDIT", ["name"])


def test_old_wrapped_keys_are_in_no_file_after_a_rotation(
    sqlite_vaults: Any, people: People, clerk: Actor, tmp_path: Path
) -> None:
    vault = sqlite_vaults.open()
    vault.create_tables()
    vault.register(people(400), clerk, "IMPORT")
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert raw.count(b"\x01\x00\x01") >= 400
    sqlite_vaults.open(sqlite_vaults.masters.with_fresh_key()).rotate(ignore)
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    # Three bytes may also stand somewhere by chance.
    assert raw.count(b"\x01\x00\x01") < 40
    assert raw.count(b"\x01\x00\x02") >= 400


def test_people_are_registered_and_changed_while_the_keys_rotate(vaults: Any, vault: Vault, people: People, clerk: Actor) -> None:
    crowd = people(4100)
    ids = [r.person_id for r in vault.register(crowd, clerk, "IMPORT")]
    both = vaults.masters.with_fresh_key()
    working, rotating, begun, stop = vaults.open(both), vaults.open(both), Event(), Event()
    added: list[int] = []

    def work() -> None:
        turn = 0
        while not (stop.is_set() and turn > 3):
            working.update(ids[turn], {"phone": f"t{turn}"}, clerk)
            working.register(people(1, 5000 + turn), clerk, "REGISTRATION")
            turn += 1
            begun.set()
        added.append(turn)

    worker = Thread(target=work)
    worker.start()
    assert begun.wait(20)
    rotating.rotate(ignore)
    stop.set()
    worker.join()
    assert rotating.keys_in_use() == {2: 4100 + added[0]}
    told = rotating.read(ids, clerk, "AUDIT", ["phone"])
    assert [told[ids[i]]["phone"] for i in range(added[0])] == [f"t{i}" for i in range(added[0])]
    assert told[ids[-1]]["phone"] == crowd[-1].phone


def test_a_vault_that_cannot_be_reached_says_so_with_a_code(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    path.write_bytes(b"this is no database" * 100)
    with closing(VaultDatabase(f"sqlite:///{path}")) as database, pytest.raises(VaultUnavailable, match="E-VAULT-UNAVAILABLE"):
        database.create_tables()


@pytest.mark.postgres
def test_a_server_that_is_not_there_says_so_with_a_code() -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    with closing(VaultDatabase(nowhere)) as database, pytest.raises(VaultUnavailable, match="E-VAULT-UNAVAILABLE"):
        database.create_tables()


def test_two_who_start_at_once_both_find_their_tables(vaults: Any, people: People, clerk: Actor) -> None:
    failures: list[BaseException] = []

    def start() -> None:
        try:
            vaults.open().create_tables()
        except BaseException as failure:
            failures.append(failure)

    threads = [Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert vaults.open().register(people(1), clerk, "REGISTRATION")[0].new
