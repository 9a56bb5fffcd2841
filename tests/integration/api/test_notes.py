"""Free texts over HTTP: kept in the vault, once, and read for a purpose."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from registry.vault.notes import TEXT_MAX
from registry.vault.refusal import VaultUnavailable
from tests.support.api_client import Api
from tests.support.histories import in_ledger
from tests.support.planted_faults import failing
from tests.support.scenario import HOUSEHOLD, actor

CLERK = actor("VILLAGE_CLERK")
TEAM = actor("VILLAGE_TEAM")
STRANGER = {**actor("COUNTY_OFFICER", 7), "division": "469024000000"}
PATH = f"/v1/households/{HOUSEHOLD}/notes"
NOTE = {"kind": "OBJECTION", "text": "该户有小轿车一辆，\n请核实。"}


def codes(response: Any) -> list[tuple[str, str]]:
    return [(v["code"], v["field"]) for v in response.get_json()["violations"]]


def texts(api: Api, path: str = PATH, who: Any = TEAM) -> list[dict[str, Any]]:
    response = api.post(f"{path}/read", who, {"purpose": "COMPLAINT"})
    assert response.status_code == 200, response.get_json()
    notes: list[dict[str, Any]] = response.get_json()["notes"]
    return notes


@pytest.fixture
def known(api: Api) -> Api:
    api.give(in_ledger()[0])
    return api


def test_a_text_on_a_household_is_kept_and_read_for_a_purpose(known: Api) -> None:
    response = known.post(PATH, CLERK, NOTE)
    assert response.status_code == 201
    (note,) = texts(known)
    assert note == {
        "note_id": response.get_json()["note_id"],
        "kind": "OBJECTION",
        "text": NOTE["text"],
        "written_at": "2018-09-04T04:00:00+00:00",
    }
    wrote, read = known.side.vault.accesses_of(HOUSEHOLD)
    assert (wrote.access.action, read.access.action, read.access.purpose) == ("NOTE", "READ_NOTE", "COMPLAINT")


def test_a_text_on_a_person_is_for_whoever_may_see_the_person(api: Api) -> None:
    path = f"/v1/persons/{api.person(1)}/notes"
    assert api.post(path, CLERK, {**NOTE, "kind": "REMARK"}).status_code == 201
    assert [note["kind"] for note in texts(api, path, CLERK)] == ["REMARK"]
    assert api.post(path, STRANGER, NOTE).get_json()["code"] == "E-AUTH-SCOPE"
    assert api.post(f"{path}/read", STRANGER, {"purpose": "AUDIT"}).get_json()["code"] == "E-AUTH-SCOPE"


def test_no_event_has_a_word_of_it(known: Api) -> None:
    known.post(PATH, CLERK, NOTE)
    rows = known.side.store.recorder.select_raw(0, 1000)
    assert not any(str(NOTE["text"]).encode() in state for _, _, _, state, _ in rows)


def test_what_is_wrong_is_told_at_once(known: Api) -> None:
    assert codes(known.post(PATH, CLERK, {"kind": "GOSSIP", "text": "x", "purpose": "TEA"})) == [
        ("E-CODE-UNKNOWN", "kind"),
        ("E-CODE-UNKNOWN", "purpose"),
    ]
    assert codes(known.post(PATH, CLERK, {**NOTE, "text": " "})) == [("E-FIELD-MISSING", "text")]
    assert codes(known.post(PATH, CLERK, {**NOTE, "text": "x" * (TEXT_MAX + 1)})) == [("E-FIELD-TOO-LONG", "text")]
    assert codes(known.post(PATH, CLERK, {**NOTE, "text": "\x00"})) == [("E-FIELD-TYPE", "text")]
    assert codes(known.post(f"{PATH}/read", TEAM, {})) == [("E-FIELD-MISSING", "purpose")]


def test_what_the_register_does_not_know_has_no_notes(api: Api) -> None:
    assert api.post(PATH, CLERK, NOTE).get_json()["code"] == "E-HOUSEHOLD-UNKNOWN"
    assert api.post(f"/v1/persons/{uuid4()}/notes", CLERK, NOTE).get_json()["code"] == "E-NOT-FOUND"


def test_without_notes_the_list_is_empty_and_nobody_looked(known: Api) -> None:
    assert texts(known) == []
    assert known.side.vault.accesses_of(HOUSEHOLD) == []


def test_sent_again_under_its_key_it_is_kept_once(known: Api) -> None:
    answers = [known.post(PATH, CLERK, NOTE, Idempotency_Key="n-1") for _ in range(3)]
    assert len({answer.get_json()["note_id"] for answer in answers}) == 1
    assert [answer.headers.get("Idempotency-Replayed") for answer in answers] == [None, "true", "true"]
    assert len(texts(known)) == 1


def test_another_text_under_the_key_is_refused_and_two_without_one_are_two(known: Api) -> None:
    known.post(PATH, CLERK, NOTE, Idempotency_Key="n-1")
    other = known.post(PATH, CLERK, {**NOTE, "text": "另一条"}, Idempotency_Key="n-1")
    assert (other.status_code, other.get_json()["code"]) == (422, "E-IDEMPOTENCY-MISMATCH")
    for _ in range(2):
        known.post(PATH, CLERK, NOTE)
    assert len(texts(known)) == 3


def test_where_the_vault_failed_sending_it_again_keeps_it(known: Api) -> None:
    with failing(known.side.vault, "put_note", VaultUnavailable("locked")):
        assert known.post(PATH, CLERK, NOTE, Idempotency_Key="n-1").status_code == 503
    assert texts(known) == []
    again = known.post(PATH, CLERK, NOTE, Idempotency_Key="n-1")
    assert [note["note_id"] for note in texts(known)] == [again.get_json()["note_id"]]
    assert UUID(again.get_json()["note_id"]).version == 5
