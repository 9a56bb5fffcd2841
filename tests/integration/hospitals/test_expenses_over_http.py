"""What a hospital reports over HTTP is in its topic before the answer, sealed; and the answer says a token and nothing more."""

import base64
import json
import logging
import threading
from pathlib import Path
from typing import Any

import pytest

from deploy.composition.intake_keys import IntakeKeyFile
from deploy.composition.intake_side import open_intake
from registry.expenses.records import HOSPITAL_TOPIC
from registry.expenses.seal import IntakeKeys, seal
from registry.hospitals.door import BATCH_MAX
from registry.vault.key_files import create_key_file, replace_key_file
from schemas.access import Actor
from tests.support.hospital_doors import PROVINCE, HospitalDoor, a_hospital_door, sent, taken_back
from tests.support.installation import new_installation
from tests.support.intake import PATIENCE_S, id_number
from tests.support.program import registry as program
from tests.support.scenario import actor


def codes(answer: Any) -> list[tuple[str, str]]:
    return [(v["code"], v["field"]) for v in answer.get_json()["violations"]]


def tokens(answer: Any) -> list[str]:
    return [row["person_token"] for row in answer.get_json()["rows"]]


def test_one_expense_is_in_the_hospitals_topic_before_the_answer_and_is_accepted(door: HospitalDoor) -> None:
    answer = door.publish(sent(1))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    (row,) = answer.get_json()["rows"]
    assert (row["row"], row["settlement_id"], row["taken_in"], row["violations"]) == (1, "S000001", True, [])
    (record,) = door.published()
    assert (record["institution"], record["settlement_version"]) == (door.hospitals[0], 1)
    assert record["sealed_id"] is not None
    door.take_in(1)
    (accepted,) = door.accepted()
    assert accepted["kind"] == "REPORTED"
    assert accepted["settlement"]["personal_pay"] == record["personal_pay"]


def test_of_a_list_each_row_is_answered_and_the_good_ones_are_taken_in(door: HospitalDoor) -> None:
    rows = [
        sent(1),
        sent(2, total_fee="1.00", stage="DONE"),
        "nonsense",
        sent(3, kind="CORRECTED", settlement_version=2),
        taken_back(4),
    ]
    answer = door.publish({"expenses": rows})
    assert answer.status_code == 207
    told = answer.get_json()
    assert (told["taken_in"], told["refused"]) == (3, 2)
    assert [row["taken_in"] for row in told["rows"]] == [True, False, False, True, True]
    assert [[(v["code"], v["field"]) for v in row["violations"]] for row in told["rows"]][1:3] == [
        [("E-CODE-UNKNOWN", "stage")],
        [("E-FIELD-TYPE", "")],
    ]
    assert [record["settlement_id"] for record in door.published()] == ["S000001", "S000003", "S000004"]
    door.take_in(3)
    assert {value["kind"] for value in door.accepted()} == {"REPORTED", "CORRECTED", "REVERSED"}


def test_a_number_a_seal_and_a_token_name_the_same_person(door: HospitalDoor) -> None:
    key = door.api.get("/v1/hospitals/intake-key", door.staff()).get_json()
    sealed = base64.b64encode(seal(id_number(1), key["public_key"])).decode()
    (token,) = tokens(door.publish(sent(1)))
    by_seal = door.publish(sent(2, id_number=None, sealed_id=sealed, key_id=key["key_id"]))
    by_token = door.publish(sent(3, id_number=None, person_token=token))
    assert tokens(by_seal) == tokens(by_token) == [token]
    door.take_in(3)
    assert len(door.accepted()) == 3
    assert len({value["person_id"] for value in door.accepted()}) == 1


def test_sent_again_it_is_answered_alike_and_is_one_expense(door: HospitalDoor) -> None:
    first, again = door.publish(sent(1)), door.publish(sent(1))
    assert first.get_json() == again.get_json()
    door.take_in(2)
    same = {(value["expense_id"], value["settlement_version"], value["person_id"]) for value in door.accepted()}
    assert len(same) == 1


def test_with_a_key_it_is_taken_in_once_and_answered_as_the_first_time(door: HospitalDoor) -> None:
    rows = {"expenses": [sent(1), sent(2, cash_pay="1.00")]}
    first = door.publish(rows, Idempotency_Key="month-3")
    again = door.publish(rows, Idempotency_Key="month-3")
    assert (first.status_code, again.status_code) == (207, 207)
    assert first.get_json() == again.get_json()
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(door.published()) == 1
    other = door.publish({"expenses": [sent(3)]}, Idempotency_Key="month-3")
    assert (other.status_code, other.get_json()["code"]) == (422, "E-IDEMPOTENCY-MISMATCH")
    assert len(door.published()) == 1


def test_an_answer_of_before_is_told_in_the_language_of_whoever_asks_again(embedded_door: HospitalDoor) -> None:
    rows = {"expenses": [sent(1), sent(2, stage="DONE")]}
    said = [
        embedded_door.publish(rows, Idempotency_Key="k", Accept_Language=language).get_json()["rows"][1]["violations"][0]["rule"]
        for language in ("zh", "en")
    ]
    assert said == [
        "代码表“费用阶段”中没有该代码，或该代码已不再使用。",
        'The code table "Stage of a medical expense" has no such code, or it no longer holds.',
    ]


def test_where_nothing_was_taken_in_the_key_may_be_used_for_what_was_mended(embedded_door: HospitalDoor) -> None:
    assert embedded_door.publish(sent(1, cash_pay="1.00"), Idempotency_Key="k").status_code == 422
    assert embedded_door.publish(sent(1), Idempotency_Key="k").status_code == 200


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"id_number": None}, [("E-PERSON-REF", "id_number")]),
        ({"person_token": "pt1.x"}, [("E-PERSON-REF", "id_number")]),
        ({"id_number": None, "person_token": "pt1.x"}, [("E-PERSON-TOKEN", "person_token")]),
        ({"id_number": None, "sealed_id": "*"}, [("E-SEAL", "sealed_id")]),
        ({"id_number": None, "sealed_id": "AAAA"}, [("E-FIELD-MISSING", "key_id")]),
        ({"id_number": None, "sealed_id": "AAAA", "key_id": "00000000"}, [("E-SEAL", "key_id")]),
        ({"id_number": "123"}, [("E-ID-LENGTH", "id_number")]),
        ({"id_number": "某某"}, [("E-ID-LENGTH", "id_number")]),
        ({"settlement_id": id_number(1)}, [("E-RECORD-NUMBER", "settlement_id")]),
        ({"institution": "H99999999999"}, [("E-INSTITUTION-KEY", "institution")]),
        ({"settled_at": "2019-03-19T10:11:45"}, [("E-FIELD-TYPE", "settled_at")]),
        ({"total_fee": None, "surprise": 1}, [("E-FIELD-UNKNOWN", "surprise"), ("E-FIELD-MISSING", "total_fee")]),
        ({"admitted_on": "2019-03-30"}, [("E-DATE-FUTURE", "admitted_on"), ("E-DATE-ORDER", "discharged_on")]),
        ({"kind": "DELETED"}, [("E-CODE-UNKNOWN", "kind")]),
    ],
)
def test_one_that_is_not_in_order_is_a_problem_with_all_that_is_wrong(
    embedded_door: HospitalDoor, changes: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    answer = embedded_door.publish(sent(1, **changes))
    assert answer.status_code in (403, 422)
    assert answer.mimetype == "application/problem+json"
    assert codes(answer) == found
    assert embedded_door.published() == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"expenses": []}, 422, "E-FIELD-MISSING"),
        ({"expenses": {}}, 422, "E-FIELD-TYPE"),
        ({"expenses": [sent(1)], "kind": "REPORTED"}, 422, "E-FIELD-NOT-ALLOWED"),
        ({"expenses": [{}] * (BATCH_MAX + 1)}, 413, "E-TOO-MANY"),
        ("[]", 400, "E-BODY"),
    ],
)
def test_a_body_that_is_neither_is_refused_whole(embedded_door: HospitalDoor, body: Any, status: int, code: str) -> None:
    answer = embedded_door.publish(body)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_a_hospital_speaks_for_itself_alone(embedded_door: HospitalDoor) -> None:
    here, there = embedded_door.hospitals
    answer = embedded_door.publish({"expenses": [sent(1, institution=there), sent(2, institution=here)]})
    assert [[v["code"] for v in row["violations"]] for row in answer.get_json()["rows"]] == [["E-INSTITUTION-KEY"], []]
    (token,) = tokens(embedded_door.publish(sent(1)))
    elsewhere = embedded_door.publish(sent(1, id_number=None, person_token=token), embedded_door.staff(there))
    assert codes(elsewhere) == [("E-PERSON-TOKEN", "person_token")]
    no_hospital = embedded_door.publish(sent(1), Actor("x-1", "HOSPITAL", "office-1", PROVINCE))
    assert (no_hospital.status_code, no_hospital.get_json()["code"]) == (403, "E-INSTITUTION-KEY")


def test_a_hospital_without_a_topic_is_told_so(door: HospitalDoor) -> None:
    answer = door.publish(sent(1), door.staff("H99999999998"))
    assert (answer.status_code, answer.get_json()["code"]) == (403, "E-HOSPITAL-UNKNOWN")
    assert door.publish(sent(1)).status_code == 200


def test_who_is_on_the_register_is_answered_like_anybody_else(embedded_door: HospitalDoor) -> None:
    body = {"name": "某某", "id_number": id_number(1)}
    registered = embedded_door.api.post("/v1/persons", actor("VILLAGE_CLERK"), body)
    assert registered.status_code == 201
    answers = [embedded_door.publish(sent(number)).get_json() for number in (1, 2)]
    for answer in answers:
        assert answer["rows"][0].pop("person_token").startswith("pt1.")
        assert answer["rows"][0].pop("settlement_id").startswith("S")
    assert answers[0] == answers[1]
    embedded_door.take_in(2)
    assert registered.get_json()["person_id"] in {str(value["person_id"]) for value in embedded_door.accepted()}


def test_a_newborn_is_named_by_the_mothers_number_and_her_token(embedded_door: HospitalDoor) -> None:
    (mother,) = tokens(embedded_door.publish(sent(1)))
    (twin,) = tokens(embedded_door.publish(sent(1, settlement_id="S9", newborn_no=1)))
    assert twin == mother
    embedded_door.publish(sent(1, settlement_id="S10", newborn_no=1, id_number=None, person_token=mother))
    embedded_door.take_in(3)
    assert len(embedded_door.accepted()) == 3
    assert len({value["person_id"] for value in embedded_door.accepted()}) == 2


def test_the_number_is_nowhere_but_in_the_seal(
    embedded_door: HospitalDoor, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in the log, not in any file, not in what a refusal says."""
    caplog.set_level(logging.DEBUG)
    typo = id_number(2)[:-1] + ("0" if id_number(2)[-1] != "0" else "1")
    rows = [sent(1), sent(2, id_number=typo), sent(3, settlement_id=id_number(3)), {id_number(4): 1}]
    answer = embedded_door.publish({"expenses": rows}, Idempotency_Key="k")
    embedded_door.publish(sent(5, id_number=typo))
    said = answer.get_data(as_text=True) + caplog.text
    numbers = [id_number(1), typo, id_number(3), id_number(4)]
    assert not [number for number in numbers if number in said]
    files = [file for file in (tmp_path / "register").rglob("*") if file.is_file()]
    assert len(files) >= 4
    for file in files:
        content = file.read_bytes()
        assert not [number for number in numbers if number.encode() in content], file


def test_where_the_log_is_away_nothing_is_said_to_be_taken_in(embedded_door: HospitalDoor) -> None:
    """And with the log the door comes back."""
    log, away = embedded_door.settings.path("log.db"), embedded_door.settings.path("away.db")
    log.rename(away)
    answer = embedded_door.publish(sent(1), Idempotency_Key="k")
    away.rename(log)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "E-LOG-UNAVAILABLE")
    assert answer.headers["Retry-After"] == "1"
    assert embedded_door.published() == []
    assert embedded_door.publish(sent(1), Idempotency_Key="k").status_code == 200
    assert len(embedded_door.published()) == 1


def test_several_at_once_are_all_taken_in(door: HospitalDoor) -> None:
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(door.publish({"expenses": [sent(n * 10 + i) for i in range(10)]})))
        for n in range(6)
    ]
    door.publish(sent(99))  # the token is made
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200] * 6
    assert len(door.published()) == 61


def test_a_new_key_is_given_out_sealed_with_and_opened_by_what_runs_already(tmp_path: Path) -> None:
    with a_hospital_door(tmp_path / "register") as door:

        def key_id() -> str:
            told: str = door.api.get("/v1/hospitals/intake-key", door.staff()).get_json()["key_id"]
            return told

        intake = open_intake(door.api.side, [HOSPITAL_TOPIC.of(door.hospitals[0]).name])
        old = key_id()
        assert door.publish(sent(1)).status_code == 200
        assert intake.step(PATIENCE_S) == 1
        made = program("hospital", "key", "--new", "--data", door.settings.data).out.split()[1]
        assert (key_id(), made == old) == (made, False)
        assert door.publish(sent(2)).status_code == 200
        assert [record["key_id"] for record in door.published()] == [old, made]
        assert intake.step(PATIENCE_S) == 1
        intake.close()
        assert len(door.accepted()) == 2


def test_a_key_file_that_is_gone_or_spoilt_changes_nothing_until_it_is_good(tmp_path: Path) -> None:
    keys = IntakeKeyFile(settings := new_installation(tmp_path / "register"))
    path, first = settings.path("intake.key"), keys().current
    text = path.read_text()
    path.unlink()
    assert keys().current == first
    create_key_file(path, "no key\n")
    assert keys().current == first
    replace_key_file(path, (newer := IntakeKeys.parse(text).with_fresh_key()).format())
    assert keys().current == newer.current != first
    path.chmod(0o640)
    assert keys().current == newer.current


def test_the_document_shows_a_body_that_is_taken_in(embedded_door: HospitalDoor) -> None:
    document = embedded_door.api.get("/openapi.json", None).get_json()
    example = document["paths"]["/v1/expenses"]["post"]["requestBody"]["content"]["application/json"]["example"]
    answer = embedded_door.publish(json.dumps(example))
    assert answer.status_code == 200, answer.get_data(as_text=True)
