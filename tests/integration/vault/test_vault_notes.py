"""Free texts, kept outside the events."""

from uuid import UUID, uuid4

import pytest

from registry.refusal import Refused
from registry.vault.notes import TEXT_MAX, NewNote
from registry.vault.vault import Vault
from schemas.access import Actor

HOUSEHOLD = UUID(int=5)


def note(text: str, kind: str = "OBJECTION") -> NewNote:
    return NewNote(owner_kind="HOUSEHOLD", owner_id=HOUSEHOLD, kind=kind, text=text)


def test_a_text_comes_back_as_it_was_written(vault: Vault, clerk: Actor) -> None:
    written = "该户有小轿车一辆,\n请核实。\t符某"
    note_id = vault.put_note(note(written), clerk)
    (read,) = vault.read_notes([note_id, uuid4()], clerk, "COMPLAINT").values()
    assert (read.text, read.kind, read.owner_id) == (written, "OBJECTION", HOUSEHOLD)
    assert read.written_at.utcoffset() is not None


def test_the_notes_of_a_household_are_listed_oldest_first(vault: Vault, clerk: Actor) -> None:
    ids = [vault.put_note(note(f"第{i}条"), clerk) for i in range(5)]
    assert vault.note_ids_of(HOUSEHOLD) == ids
    assert vault.note_ids_of(uuid4()) == []


def test_an_erased_note_is_gone_and_others_stay(vault: Vault, clerk: Actor) -> None:
    first, second = vault.put_notes([note("一"), note("二")], clerk)
    vault.erase_notes([first, uuid4()], clerk, "UNLAWFUL")
    vault.erase_notes([first], clerk, "UNLAWFUL")
    assert [n.text for n in vault.read_notes([first, second], clerk, "AUDIT").values()] == ["二"]
    assert vault.note_ids_of(HOUSEHOLD) == [second]


def test_a_refused_batch_names_every_fault_and_keeps_nothing(vault: Vault, clerk: Actor) -> None:
    wrong = [note("好"), note(" "), note("x" * (TEXT_MAX + 1)), note("a\x00"), note("a\ud800")]
    with pytest.raises(Refused) as raised:
        vault.put_notes(wrong, clerk, "NOSINESS")
    assert [(v.code, v.field) for v in raised.value.violations] == [
        ("E-CODE-UNKNOWN", "purpose"),
        ("E-FIELD-MISSING", "notes[1].text"),
        ("E-FIELD-TOO-LONG", "notes[2].text"),
        ("E-FIELD-TYPE", "notes[3].text"),
        ("E-FIELD-TYPE", "notes[4].text"),
    ]
    assert vault.note_ids_of(HOUSEHOLD) == []


def test_a_kind_is_a_code_and_no_free_text() -> None:
    with pytest.raises(ValueError, match="code"):
        note("好", kind="free text")


def test_a_note_on_a_person_needs_the_person(vault: Vault, clerk: Actor) -> None:
    with pytest.raises(Refused) as raised:
        vault.put_note(NewNote(owner_kind="PERSON", owner_id=uuid4(), kind="REMARK", text="x"), clerk)
    assert [v.code for v in raised.value.violations] == ["E-PERSON-UNKNOWN"]


def test_a_text_never_shows_in_a_traceback_or_a_log(vault: Vault, clerk: Actor) -> None:
    new = note("该户有小轿车")
    note_id = vault.put_note(new, clerk)
    assert "小轿车" not in f"{new!r} {new} {vault.read_notes([note_id], clerk, 'AUDIT')}"


def test_a_note_that_is_said_again_under_its_id_is_kept_once(vault: Vault, clerk: Actor) -> None:
    note_id = uuid4()
    said = NewNote(owner_kind="HOUSEHOLD", owner_id=HOUSEHOLD, kind="OBJECTION", text="一", note_id=note_id)
    assert [vault.put_note(said, clerk) for _ in range(3)] == [note_id] * 3
    assert vault.note_ids_of(HOUSEHOLD) == [note_id]


def test_a_note_that_was_erased_does_not_come_back(vault: Vault, clerk: Actor) -> None:
    said = NewNote(owner_kind="HOUSEHOLD", owner_id=HOUSEHOLD, kind="OBJECTION", text="一", note_id=uuid4())
    note_id = vault.put_note(said, clerk)
    vault.erase_notes([note_id], clerk, "UNLAWFUL")
    vault.put_note(said, clerk)
    assert vault.read_notes([note_id], clerk, "AUDIT") == {}
