"""Persons in the vault: one id per identity number, read only with a purpose."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest

from registry.refusal import Refused
from registry.vault.personal_data import PersonalData
from registry.vault.vault import Registration, Vault
from schemas.access import Actor

People = Callable[..., list[PersonalData]]
NAME_AND_PHONE = ["name", "phone"]


def refused_with(raised: pytest.ExceptionInfo[Refused]) -> list[tuple[str, str]]:
    return [(v.code, v.field) for v in raised.value.violations]


def test_a_person_keeps_the_id_however_often_registered(vault: Vault, people: People, clerk: Actor) -> None:
    first = vault.register(people(3), clerk, "REGISTRATION")
    again = vault.register(people(5), clerk, "REGISTRATION")
    assert [r.new for r in first] == [True] * 3
    assert [r.new for r in again] == [False] * 3 + [True] * 2
    assert [r.person_id for r in again[:3]] == [r.person_id for r in first]
    assert len({r.person_id for r in again}) == 5


def test_one_number_twice_in_a_batch_is_one_person_with_the_first_ones_data(vault: Vault, people: People, clerk: Actor) -> None:
    (original,) = people(1)
    double = PersonalData(name="另一个", id_number=f" {original.id_number} ")
    first, second = vault.register([original, double], clerk, "IMPORT")
    assert second == Registration(first.person_id, new=False)
    assert first.new
    assert vault.read([first.person_id], clerk, "IMPORT", ["name"])[first.person_id] == {"name": original.name}


def test_persons_are_counted_and_the_erased_among_them(vault: Vault, people: People, clerk: Actor) -> None:
    assert vault.count_persons() == (0, 0)
    first, *_ = vault.register(people(3), clerk, "REGISTRATION")
    vault.erase([first.person_id], clerk, "PURPOSE_ENDED")
    assert vault.count_persons() == (3, 1)


def test_registering_again_changes_no_data(vault: Vault, people: People, clerk: Actor) -> None:
    (original,) = people(1)
    (registration,) = vault.register([original], clerk, "REGISTRATION")
    vault.register([PersonalData(name="改名", id_number=original.id_number)], clerk, "REGISTRATION")
    assert vault.read([registration.person_id], clerk, "CASE_HANDLING", ["name"]) == {
        registration.person_id: {"name": original.name}
    }


def test_only_the_fields_asked_for_are_said(vault: Vault, people: People, clerk: Actor) -> None:
    person = people(1)[0]
    person_id = vault.register([person], clerk, "REGISTRATION")[0].person_id
    told = vault.read([person_id], clerk, "HOME_VISIT", ["name", "phone", "account"])
    assert told == {person_id: {"name": person.name, "phone": person.phone}}


def test_thousands_are_registered_and_read_in_one_call_each(vault: Vault, people: People, clerk: Actor) -> None:
    crowd = people(3000)
    ids = [r.person_id for r in vault.register(crowd, clerk, "IMPORT")]
    told = vault.read(ids, clerk, "COMPARISON", ["id_number"])
    assert [told[i]["id_number"] for i in ids] == [p.id_number for p in crowd]
    assert vault.find_all([p.id_number for p in crowd], clerk, "COMPARISON") == ids


def test_unknown_persons_are_not_in_the_answer(vault: Vault, people: People, clerk: Actor) -> None:
    known = vault.register(people(1), clerk, "REGISTRATION")[0].person_id
    assert set(vault.read([uuid4(), known], clerk, "AUDIT", ["name"])) == {known}


def test_a_person_is_found_by_the_number_however_it_is_typed(vault: Vault, clerk: Actor) -> None:
    person = PersonalData(name="符", id_number="46999920120229113X")
    person_id = vault.register([person], clerk, "REGISTRATION")[0].person_id
    assert vault.find("４６９９９９20120229 113x", clerk, "EXPENSE_MATCHING") == person_id
    assert vault.find("469999198504120016", clerk, "EXPENSE_MATCHING") is None
    assert vault.find("\ud800", clerk, "EXPENSE_MATCHING") is None


def test_a_refused_batch_names_every_fault_and_keeps_nobody(vault: Vault, people: People, clerk: Actor) -> None:
    good, other = people(2)
    bad = PersonalData(name="", id_number="469999198504120017")
    with pytest.raises(Refused) as raised:
        vault.register([good, bad, other], clerk, "CURIOSITY")
    assert refused_with(raised) == [
        ("E-CODE-UNKNOWN", "purpose"),
        ("E-FIELD-MISSING", "persons[1].name"),
        ("E-ID-CHECKSUM", "persons[1].id_number"),
    ]
    assert vault.find_all([good.id_number, other.id_number], clerk, "AUDIT") == [None, None]


def test_made_up_numbers_are_taken_only_where_the_setting_allows(vaults: Any, people: People, clerk: Actor) -> None:
    strict = vaults.open(allow_synthetic=False)
    strict.create_tables()
    with pytest.raises(Refused) as raised:
        strict.register(people(1), clerk, "REGISTRATION")
    assert refused_with(raised) == [("E-ID-SYNTHETIC-FORBIDDEN", "persons[0].id_number")]


def test_no_look_without_a_purpose_of_the_list(vault: Vault, clerk: Actor) -> None:
    for look in (
        lambda: vault.read([uuid4()], clerk, "", ["name"]),
        lambda: vault.find("469999198504120016", clerk, "curiosity"),
        lambda: vault.read_notes([uuid4()], clerk, "X"),
    ):
        with pytest.raises(Refused) as raised:
            look()
        assert refused_with(raised) == [("E-CODE-UNKNOWN", "purpose")]


def test_an_unknown_field_and_too_many_at_once_are_refused(vault: Vault, clerk: Actor) -> None:
    with pytest.raises(Refused) as raised:
        vault.read([uuid4()] * 10_001, clerk, "AUDIT", ["name", "diagnosis"])
    assert refused_with(raised) == [("E-TOO-MANY", "person_ids"), ("E-FIELD-UNKNOWN", "fields")]


def test_changed_fields_change_and_others_stay(vault: Vault, people: People, clerk: Actor) -> None:
    person = people(1)[0]
    person_id = vault.register([person], clerk, "REGISTRATION")[0].person_id
    vault.update(person_id, {"phone": "13700000000", "address": None}, clerk)
    told = vault.read([person_id], clerk, "CORRECTION", ["name", "phone", "address"])
    assert told == {person_id: {"name": person.name, "phone": "13700000000"}}


def test_a_corrected_number_finds_the_person_and_the_wrong_one_does_so_no_longer(
    vault: Vault, people: People, clerk: Actor
) -> None:
    wrong, right = people(2)
    person_id = vault.register([wrong], clerk, "REGISTRATION")[0].person_id
    vault.update(person_id, {"id_number": right.id_number}, clerk)
    assert vault.find(right.id_number, clerk, "AUDIT") == person_id
    assert vault.find(wrong.id_number, clerk, "AUDIT") is None


def test_a_number_that_is_somebody_elses_is_refused(vault: Vault, people: People, clerk: Actor) -> None:
    mine, theirs = people(2)
    person_id, _ = (r.person_id for r in vault.register([mine, theirs], clerk, "REGISTRATION"))
    with pytest.raises(Refused) as raised:
        vault.update(person_id, {"id_number": theirs.id_number, "name": "新名"}, clerk)
    assert refused_with(raised) == [("E-ID-TAKEN", "id_number")]
    assert vault.read([person_id], clerk, "AUDIT", ["name", "id_number"])[person_id] == {
        "name": mine.name,
        "id_number": mine.id_number,
    }


def test_a_refused_change_names_every_fault(vault: Vault, people: People, clerk: Actor) -> None:
    person_id = vault.register(people(1), clerk, "REGISTRATION")[0].person_id
    changes = {"name": None, "nickname": "x", "id_number": "1", "disability_certificate": "2"}
    with pytest.raises(Refused) as raised:
        vault.update(person_id, changes, clerk)
    assert sorted(refused_with(raised)) == [
        ("E-DISABILITY-CERT", "disability_certificate"),
        ("E-FIELD-MISSING", "name"),
        ("E-FIELD-UNKNOWN", "nickname"),
        ("E-ID-LENGTH", "id_number"),
    ]


def test_an_unknown_person_cannot_be_changed_or_erased(vault: Vault, clerk: Actor) -> None:
    for change in (
        lambda: vault.update(uuid4(), {"phone": "1"}, clerk),
        lambda: vault.erase([uuid4()], clerk, "UNLAWFUL"),
    ):
        with pytest.raises(Refused) as raised:
            change()
        assert refused_with(raised) == [("E-PERSON-UNKNOWN", "person_id")]


def test_those_who_register_the_same_people_at_once_get_the_same_ids(
    vaults: Any, vault: Vault, people: People, clerk: Actor
) -> None:
    crowd, together = people(1500), Barrier(4)
    results: list[list[Registration]] = []

    def register(turn: int) -> None:
        mine = vaults.open()
        # In opposite orders, so that each comes upon what another has just claimed.
        batch = crowd[::-1] if turn % 2 else crowd
        together.wait()
        by_number = dict(zip((p.id_number for p in batch), mine.register(batch, clerk, "IMPORT"), strict=True))
        results.append([by_number[p.id_number] for p in crowd])

    threads = [Thread(target=register, args=(turn,)) for turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    answers = list(zip(*results, strict=True))
    assert {len({r.person_id for r in answer}) for answer in answers} == {1}
    assert {sum(r.new for r in answer) for answer in answers} == {1}
    assert vault.verify_access_log().intact


def test_one_vault_serves_many_threads(vault: Vault, people: People, clerk: Actor) -> None:
    crowd = people(40)
    ids = [r.person_id for r in vault.register(crowd, clerk, "IMPORT")]
    wrong: list[UUID] = []

    def look(mine: list[int]) -> None:
        for i in mine:
            if vault.read([ids[i]], clerk, "AUDIT", NAME_AND_PHONE)[ids[i]]["name"] != crowd[i].name:
                wrong.append(ids[i])

    threads = [Thread(target=look, args=(list(range(turn, 40, 4)),)) for turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert vault.access_log_head().seq == 41


def test_the_office_that_registered_a_person_is_kept_and_survives_the_erasure(vault: Vault, people: People, clerk: Actor) -> None:
    first, second = (r.person_id for r in vault.register(people(2), clerk, "REGISTRATION"))
    elsewhere = Actor("clerk-2", clerk.role, clerk.organisation, "460200000000")
    vault.register(people(2), elsewhere, "REGISTRATION")
    vault.erase([second], clerk, "UNLAWFUL")
    assert vault.offices_of([first, second, uuid4()]) == dict.fromkeys([first, second], clerk.division)


def test_somebody_of_whom_only_the_number_was_seen_has_an_id_and_nothing_else(vault: Vault, people: People, clerk: Actor) -> None:
    first, second = people(2)
    numbers = [first.id_number, second.id_number, f" {first.id_number}"]
    ids = vault.identify(numbers, clerk, "EXPENSE_MATCHING")
    assert ids[0] == ids[2] != ids[1]
    assert vault.identify(numbers, clerk, "EXPENSE_MATCHING") == ids
    assert vault.read(ids, clerk, "EXPENSE_MATCHING", ["name"]) == {}
    assert vault.count_persons() == (0, 0)


def test_registered_later_they_keep_the_id_and_get_a_name(vault: Vault, people: People, clerk: Actor) -> None:
    first, second = people(2)
    (person_id,) = vault.identify([first.id_number], clerk, "EXPENSE_MATCHING")
    registered = vault.register([first, second, first], clerk, "REGISTRATION")
    assert registered[0] == Registration(person_id, new=True)
    assert registered[1].person_id != person_id
    assert registered[2] == Registration(person_id, new=False)
    assert vault.read([person_id], clerk, "CASE_HANDLING", ["name"]) == {person_id: {"name": first.name}}
    assert vault.register([first], clerk, "REGISTRATION") == [Registration(person_id, new=False)]
    assert vault.identify([first.id_number], clerk, "EXPENSE_MATCHING") == [person_id]


def test_who_looked_for_a_number_stands_in_the_log(vault: Vault, people: People, clerk: Actor) -> None:
    (person,) = people(1)
    (person_id,) = vault.identify([person.id_number], clerk, "EXPENSE_MATCHING")
    assert [logged.access.action for logged in vault.accesses_of(person_id)][:1] == ["IDENTIFY"]


def test_several_who_register_the_same_nameless_person_at_once_make_one(vault: Vault, people: People, clerk: Actor) -> None:
    persons = people(40)
    ids = vault.identify([person.id_number for person in persons], clerk, "EXPENSE_MATCHING")
    together, found = Barrier(4), list[list[Registration]]()

    def register() -> None:
        together.wait()
        found.append(vault.register(persons, clerk, "REGISTRATION"))

    threads = [Thread(target=register) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [[r.person_id for r in registrations] for registrations in found] == [ids] * 4
    assert sum(r.new for registrations in found for r in registrations) == 40
