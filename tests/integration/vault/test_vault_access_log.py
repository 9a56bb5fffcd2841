"""The access log: every use leaves a row, and no row can be changed unnoticed."""

from collections.abc import Callable
from contextlib import closing
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from registry.refusal import Refused
from registry.vault.access_log import LogHead
from registry.vault.database import VaultDatabase
from registry.vault.notes import NewNote
from registry.vault.personal_data import PersonalData
from registry.vault.vault import Vault
from schemas.access import Actor

People = Callable[..., list[PersonalData]]


@pytest.fixture
def tamper(vaults: Any) -> Any:
    """Runs statements past the vault, with the guards against changes dropped, as an owner of the tables could."""

    def run(*statements: str, keep_guards: bool = False) -> None:
        with closing(VaultDatabase(vaults.url)) as database, database.writing() as connection:
            if vaults.url.startswith("sqlite"):
                drops = ["DROP TRIGGER access_log_no_update", "DROP TRIGGER access_log_no_delete"]
            else:
                connection.execute(text("SET LOCAL search_path TO vault"))
                drops = ["DROP TRIGGER access_log_append_only ON access_log"]
            for statement in [*([] if keep_guards else drops), *statements]:
                connection.execute(text(statement))

    return run


def look(vault: Vault, clerk: Actor, times: int) -> None:
    for _ in range(times):
        vault.read([uuid4()], clerk, "AUDIT", ["name"])


def test_every_use_says_who_why_whom_what_and_when(vault: Vault, people: People, clerk: Actor) -> None:
    person = people(1)[0]
    person_id = vault.register([person], clerk, "REGISTRATION")[0].person_id
    officer = Actor("u-2", "COUNTY_OFFICER", "o-county", "469025000000")
    vault.read([person_id], officer, "CASE_HANDLING", ["phone", "name"])
    vault.find(person.id_number, officer, "EXPENSE_MATCHING")
    vault.update(person_id, {"phone": "1"}, clerk)
    note = NewNote(owner_kind="PERSON", owner_id=person_id, kind="REMARK", text="x")
    note_id = vault.put_note(note, clerk)
    vault.read_notes([note_id], officer, "COMPLAINT")
    vault.erase_notes([note_id], officer, "UNLAWFUL")
    vault.erase([person_id], officer, "LEGAL_ORDER")
    log = vault.accesses_of(person_id)
    assert [(row.access.action, row.access.purpose, row.access.actor, row.access.fields) for row in log] == [
        ("REGISTER", "REGISTRATION", clerk, ()),
        ("READ", "CASE_HANDLING", officer, ("name", "phone")),
        ("FIND", "EXPENSE_MATCHING", officer, ()),
        ("UPDATE", "CORRECTION", clerk, ("phone",)),
        ("NOTE", "CASE_HANDLING", clerk, ("REMARK",)),
        ("READ_NOTE", "COMPLAINT", officer, ("REMARK",)),
        ("ERASE_NOTE", "UNLAWFUL", officer, ()),
        ("ERASE", "LEGAL_ORDER", officer, ()),
    ]
    assert [row.at for row in log] == sorted(row.at for row in log)
    assert {row.access.subjects for row in log} == {(person_id,)}


def test_a_look_that_finds_nobody_is_logged_too(vault: Vault, clerk: Actor) -> None:
    vault.find("469999198504120016", clerk, "AUDIT")
    vault.read([UUID(int=9)], clerk, "AUDIT", ["name"])
    assert vault.access_log_head().seq == 2
    assert [row.access.action for row in vault.accesses_of(UUID(int=9))] == ["READ"]


def test_what_was_refused_was_no_use(vault: Vault, clerk: Actor) -> None:
    with pytest.raises(Refused):
        vault.read([uuid4()], clerk, "CURIOSITY", ["name"])
    assert vault.access_log_head() == LogHead(0, bytes(32))


def test_an_untouched_log_is_intact(vault: Vault, clerk: Actor) -> None:
    assert vault.verify_access_log().intact
    look(vault, clerk, 5)
    verdict = vault.verify_access_log()
    assert verdict.intact
    assert verdict.head == vault.access_log_head()


def test_the_tables_themselves_refuse_to_change_or_delete_rows(vault: Vault, clerk: Actor, tamper: Any) -> None:
    look(vault, clerk, 2)
    for statement in ("UPDATE access_log SET purpose = 'AUDIT'", "DELETE FROM access_log WHERE seq = 1"):
        with pytest.raises(DatabaseError, match="append only"):
            tamper(statement, keep_guards=True)
    assert vault.verify_access_log().intact


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE access_log SET user_id = 'u-else' WHERE seq = 3", 3),
        ("UPDATE access_log SET purpose = 'COMPLAINT' WHERE seq = 1", 1),
        ("UPDATE access_log SET at = at + 1 WHERE seq = 4", 4),
        ("UPDATE access_log SET subjects = (SELECT seal FROM access_log WHERE seq = 1) WHERE seq = 5", 5),
        ("UPDATE access_log SET seal = (SELECT seal FROM access_log WHERE seq = 1) WHERE seq = 2", 2),
        ("UPDATE access_log SET seq = -5 WHERE seq = 5", 1),
        ("DELETE FROM access_log WHERE seq = 2", 2),
        ("DELETE FROM access_log WHERE seq = 1", 1),
    ],
)
def test_a_changed_or_missing_row_shows(vault: Vault, clerk: Actor, tamper: Any, statement: str, broken_at: int) -> None:
    look(vault, clerk, 5)
    tamper(statement)
    assert vault.verify_access_log().broken_at == broken_at


def test_rows_that_change_places_show(vault: Vault, clerk: Actor, tamper: Any) -> None:
    look(vault, clerk, 3)
    tamper(*(f"UPDATE access_log SET seq = {new} WHERE seq = {old}" for old, new in ((2, 9), (3, 2), (9, 3))))
    assert vault.verify_access_log().broken_at == 2


def test_a_genuine_row_of_another_past_shows(vault: Vault, clerk: Actor, tamper: Any) -> None:
    look(vault, clerk, 3)
    # As somebody would who restores a backup to lose a row, and puts another history's row in its place.
    tamper("CREATE TABLE past AS SELECT * FROM access_log WHERE seq = 3", "DELETE FROM access_log WHERE seq = 3")
    look(vault, clerk, 2)
    tamper(
        "DELETE FROM access_log WHERE seq = 3", "INSERT INTO access_log SELECT * FROM past", "DROP TABLE past", keep_guards=True
    )
    assert vault.verify_access_log().broken_at == 4


def test_rows_cut_off_at_the_end_show_against_a_head_kept_elsewhere(vault: Vault, clerk: Actor, tamper: Any) -> None:
    look(vault, clerk, 4)
    anchor = vault.access_log_head()
    assert vault.verify_access_log(anchor).intact
    tamper("DELETE FROM access_log WHERE seq > 2")
    assert vault.verify_access_log().intact
    assert vault.verify_access_log(anchor).broken_at == 3
    look(vault, clerk, 5)
    assert vault.verify_access_log(anchor).broken_at == 4
