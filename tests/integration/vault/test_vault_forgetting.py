"""Of whom only a number was seen, and nothing heard for long, is found no more; nobody else is touched."""

from collections.abc import Callable, Collection
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.ids import time_ordered_ids
from registry.vault.database import VaultDatabase
from registry.vault.pages import BATCH_MAX
from registry.vault.personal_data import PersonalData
from registry.vault.vault import Vault
from schemas.access import Actor

People = Callable[..., list[PersonalData]]
PURPOSE = "EXPENSE_MATCHING"
LATER = timedelta(days=900)


def vault_of(vaults: Any) -> Vault:
    """A vault whose ids tell when they were made."""
    clock = vaults.clock
    vault = Vault(VaultDatabase(vaults.url), vaults.masters, vaults.lookup, clock, time_ordered_ids(clock), allow_synthetic=True)
    vault.create_tables()
    return vault


@pytest.fixture
def aged(vaults: Any) -> Any:
    vault = vault_of(vaults)
    yield vault
    vault.close()


def nothing(person_ids: Collection[UUID]) -> Collection[UUID]:
    """Nowhere is anything kept of anybody."""
    return ()


def seen(vault: Vault, people: Collection[PersonalData], actor: Actor) -> list[UUID]:
    return vault.identify([person.id_number for person in people], actor, PURPOSE)


def test_whom_nothing_was_heard_of_is_forgotten_and_nobody_else(aged: Vault, vaults: Any, people: People, clerk: Actor) -> None:
    everybody = people(6)
    unheard, heard, _expensed, registered, named, late = everybody
    ids = seen(aged, everybody[:5], clerk)
    aged.register([registered], clerk, "REGISTRATION")
    vaults.clock.instant += LATER
    since = vaults.clock.now()
    seen(aged, [heard], clerk)
    (late_id,) = seen(aged, [late], clerk)
    assert aged.find(named.id_number, clerk, PURPOSE) == ids[4]
    forgotten = aged.forget(since, lambda asked: [ids[2]], clerk)
    assert (list(forgotten.person_ids), forgotten.after) == ([ids[0]], None)
    assert aged.find(unheard.id_number, clerk, PURPOSE) is None
    assert seen(aged, everybody[1:], clerk) == [*ids[1:], late_id]
    assert seen(aged, [unheard], clerk) != [ids[0]]
    assert aged.accesses_of(ids[0])[-1].access.action == "FORGET"
    assert aged.verify_access_log().intact


def test_who_is_asked_for_in_the_same_moment_is_kept(aged: Vault, vaults: Any, people: People, clerk: Actor) -> None:
    everybody = people(3)
    ids = seen(aged, everybody, clerk)
    vaults.clock.instant += LATER
    since = vaults.clock.now()

    def meanwhile(asked: Collection[UUID]) -> Collection[UUID]:
        assert set(asked) == set(ids)
        seen(aged, everybody[:1], clerk)
        aged.register(everybody[1:2], clerk, "REGISTRATION")
        return ()

    assert list(aged.forget(since, meanwhile, clerk).person_ids) == ids[2:]
    assert seen(aged, everybody[:2], clerk) == ids[:2]


def test_whoever_identifies_or_registers_beside_it_gets_ids_that_are_found(
    aged: Vault, vaults: Any, people: People, clerk: Actor
) -> None:
    everybody = people(300)
    seen(aged, everybody, clerk)
    vaults.clock.instant += LATER
    since = vaults.clock.now()
    together, given = Barrier(4), dict[str, list[UUID]]()

    def identify(name: str, first: int) -> None:
        together.wait()
        given[name] = [seen(aged, [person], clerk)[0] for person in everybody[first : first + 60]]

    def register() -> None:
        together.wait()
        given["registered"] = [aged.register([person], clerk, "REGISTRATION")[0].person_id for person in everybody[120:180]]

    def forget() -> None:
        together.wait()
        for _ in range(10):
            aged.forget(since, nothing, clerk)

    threads = [Thread(target=identify, args=("a", 0)), Thread(target=identify, args=("b", 60)), Thread(target=register)]
    for thread in (*threads, forgetting := Thread(target=forget)):
        thread.start()
    for thread in (*threads, forgetting):
        thread.join()
    assert seen(aged, everybody[:180], clerk) == given["a"] + given["b"] + given["registered"]
    assert [aged.find(person.id_number, clerk, PURPOSE) for person in everybody[180:]] == [None] * 120


def test_one_call_forgets_so_many_and_the_next_goes_on(aged: Vault, vaults: Any, people: People, clerk: Actor) -> None:
    everybody = people(BATCH_MAX + 1)
    ids = seen(aged, everybody[:-1], clerk) + seen(aged, everybody[-1:], clerk)
    vaults.clock.instant += LATER
    first = aged.forget(vaults.clock.now(), nothing, clerk)
    assert (len(first.person_ids), first.after is None) == (BATCH_MAX, False)
    second = aged.forget(vaults.clock.now(), nothing, clerk, first.after or 0)
    assert (list(second.person_ids), second.after) == (ids[-1:], None)
    again = aged.forget(vaults.clock.now(), nothing, clerk)
    assert (list(again.person_ids), again.after) == ([], None)


def test_an_id_that_does_not_tell_its_age_is_kept(vault: Vault, vaults: Any, people: People, clerk: Actor) -> None:
    ids = seen(vault, people(1), clerk)
    assert ids[0].version == uuid4().version
    vaults.clock.instant += LATER
    assert list(vault.forget(vaults.clock.now(), nothing, clerk).person_ids) == []


def test_no_byte_of_what_found_them_stays_in_the_files(sqlite_vaults: Any, tmp_path: Path, people: People, clerk: Actor) -> None:
    vault = vault_of(sqlite_vaults)
    everybody = people(400)
    seen(vault, everybody, clerk)
    lookups = [sqlite_vaults.lookup.hash_id_number(person.id_number) for person in everybody]

    def stored() -> int:
        content = b"".join(path.read_bytes() for path in sorted(tmp_path.iterdir()))
        return sum(lookup in content for lookup in lookups)

    assert stored() == 400
    sqlite_vaults.clock.instant += LATER
    kept = vault.find_all([person.id_number for person in everybody[300:]], clerk, PURPOSE)
    vault.forget(sqlite_vaults.clock.now() - timedelta(days=1), nothing, clerk)
    vault.tidy_forgotten()
    assert stored() == 100
    assert vault.find_all([person.id_number for person in everybody[300:]], clerk, PURPOSE) == kept
    vault.close()
