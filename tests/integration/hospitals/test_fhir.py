"""FHIR R4 claims and explanations of benefits become the same records as JSON does."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from registry.expenses.seal import seal
from registry.hospitals.fhir_elements import OURS
from tests.support.fhir_forms import amount, benefits, bundle, claim, coverage, extension, ours, patient
from tests.support.hospital_doors import HospitalDoor, sent, taken_back
from tests.support.intake import id_number

ROOT = Path(__file__).parents[3]
SEALS = ("sealed_id", "key_id")


def post(door: HospitalDoor, document: Any, **headers: str) -> Any:
    return door.api.post("/v1/expenses/fhir", door.staff(), document, Content_Type="application/fhir+json", **headers)


def told(answer: Any) -> list[list[tuple[str, str]]]:
    return [[(v["code"], v["field"]) for v in row["violations"]] for row in answer.get_json()["rows"]]


def without_seal(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in SEALS}


def test_a_bundle_is_in_the_topic_as_if_it_had_been_json(door: HospitalDoor) -> None:
    document = bundle(patient(1), coverage(1), benefits(1), patient(2), coverage(2), claim(2))
    answer = post(door, document)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.get_json()["taken_in"] == 2
    by_json = door.publish({"expenses": [sent(1, discharged_on="2019-03-19"), sent(2, discharged_on="2019-03-19")]})
    assert by_json.get_json() == answer.get_json()
    records = [without_seal(record) for record in door.published()]
    assert records[:2] == records[2:]
    door.take_in(4)
    assert len({value["person_id"] for value in door.accepted()}) == 2


def test_cancelled_is_taken_back_and_a_later_version_is_a_correction(embedded_door: HospitalDoor) -> None:
    version = extension("settlement_version", valuePositiveInt=2)
    gone = benefits(1, status="cancelled", extension=[version], created="2019-03-20T08:00:00+08:00")
    wrong_person = extension("reversal_reason", valueCode="WRONG_PERSON")
    mistaken = benefits(2, status="entered-in-error", extension=[version, wrong_person])
    anew = benefits(3, extension=[version])
    answer = post(embedded_door, bundle(*map(patient, (1, 2, 3)), *map(coverage, (1, 2, 3)), gone, mistaken, anew))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    embedded_door.publish(taken_back(1, reversal_reason="OTHER"))
    first, second, _, as_json = embedded_door.published()
    assert without_seal(first) == without_seal(as_json)
    assert second["reversal_reason"] == "WRONG_PERSON"
    embedded_door.take_in(4)
    assert sorted(value["kind"] for value in embedded_door.accepted()) == ["CORRECTED", "REVERSED", "REVERSED", "REVERSED"]


@pytest.mark.parametrize(
    ("use", "stage"), [("claim", "FINAL"), ("predetermination", "PRE"), ("preauthorization", "IN_HOSPITAL_NOTICE")]
)
def test_what_it_is_used_for_says_the_stage(embedded_door: HospitalDoor, use: str, stage: str) -> None:
    assert post(embedded_door, bundle(patient(), coverage(), claim(use=use))).status_code == 200
    assert [record["stage"] for record in embedded_door.published()] == [stage]


def test_one_alone_may_contain_its_patient_and_name_him_by_seal_or_token(embedded_door: HospitalDoor) -> None:
    key = embedded_door.api.get("/v1/hospitals/intake-key", embedded_door.staff()).get_json()
    sealed = ours("sealed_id", base64.b64encode(seal(id_number(1), key["public_key"])).decode())
    sealed |= {"extension": [extension("key_id", valueString=key["key_id"])]}  # type: ignore[dict-item]
    alone = benefits(
        1,
        contained=[patient(1, id="me", identifier=[sealed]), coverage(1) | {"id": "mine"}],
        patient={"reference": "#me"},
        insurance=[{"focal": True, "coverage": {"reference": "#mine"}}],
    )
    answer = post(embedded_door, alone)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    (row,) = answer.get_json()["rows"]
    by_token = benefits(
        2,
        patient={"identifier": ours("person_token", row["person_token"])},
        insurance=[{"focal": True, "coverage": {"display": "residents"}}],
        extension=[
            extension("insutype", valueCode="390"),
            extension("residence_division", valueString="469024100000"),
            extension("hukou_kind", valueCoding={"system": OURS + "hukou_kind", "code": "RURAL"}),
        ],
    )
    again = post(embedded_door, by_token)
    assert again.status_code == 200, again.get_data(as_text=True)
    assert again.get_json()["rows"][0]["person_token"] == row["person_token"]


def test_each_is_answered_for_itself_and_a_bad_one_holds_up_no_other(embedded_door: HospitalDoor) -> None:
    not_fhir = benefits(2)
    del not_fhir["insurer"]
    not_fhir[id_number(2)] = 1
    rows = [
        benefits(1),
        not_fhir,
        benefits(3, status="draft"),
        benefits(4, total=[amount("total_fee", "1.00", "USD"), amount("surprise", "1.00")]),
        benefits(5, patient={"reference": "Patient/nobody"}),
        benefits(6, provider={"identifier": ours("institution", embedded_door.hospitals[1])}),
        benefits(7, billablePeriod={"start": "2019-03"}),
    ]
    answer = post(embedded_door, bundle(*map(patient, range(1, 8)), *map(coverage, range(1, 8)), *rows))
    assert answer.status_code == 207
    assert told(answer) == [
        [],
        [("E-FHIR", "ExplanationOfBenefit.insurer"), ("E-FHIR", "ExplanationOfBenefit.?")],
        [("E-FHIR", "ExplanationOfBenefit.status")],
        [("E-FHIR", "ExplanationOfBenefit.total[0]"), ("E-FIELD-UNKNOWN", "ExplanationOfBenefit.total[1]")],
        [("E-FIELD-MISSING", "hukou_kind"), ("E-FIELD-MISSING", "residence_division")],
        [("E-INSTITUTION-KEY", "institution")],
        [("E-FIELD-TYPE", "admitted_on")],
    ]
    assert [record["settlement_id"] for record in embedded_door.published()] == ["S000001"]
    assert not [number for number in range(1, 8) if id_number(number) in answer.get_data(as_text=True)]


def test_one_alone_that_is_not_in_order_is_a_problem(embedded_door: HospitalDoor) -> None:
    answer = post(embedded_door, benefits(1, status="draft"))
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.get_json()["code"] == "E-FHIR"


@pytest.mark.parametrize(
    ("document", "field"),
    [({"resourceType": "Patient"}, "resourceType"), ({}, "resourceType"), (bundle(), "entry"), (bundle(patient()), "entry")],
)
def test_a_document_without_any_of_them_is_refused(embedded_door: HospitalDoor, document: Any, field: str) -> None:
    answer = post(embedded_door, document)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "E-FHIR")
    assert [v["field"] for v in answer.get_json()["violations"]] == [field]


@pytest.mark.parametrize(
    "spoilt",
    [
        {"entry": {}},
        {"entry": [1, None, {"resource": 7}, {"resource": {"resourceType": "Claim"}}]},
        {"entry": [{"resource": benefits(1) | {"patient": 7, "insurance": 3, "total": "x", "contained": [3]}}]},
        {"entry": [{"resource": benefits(1) | {"extension": [{"url": OURS + "settlement_version", "valueString": "x"}]}}]},
        {"entry": [{"fullUrl": 3, "resource": {"id": "p1"}}, {"resource": benefits(1)}]},
        {"entry": [{"resource": {"resourceType": "Patient", "id": "p1", "name": 7}}, {"resource": benefits(1)}]},
        {"entry": [{"resource": benefits(1) | {"created": "yesterday", "status": None, "use": None}}]},
        {"entry": [{"resource": {"resourceType": []}}]},
        {"resourceType": []},
    ],
)
def test_whatever_stands_in_it_is_refused_and_breaks_nothing(embedded_door: HospitalDoor, spoilt: dict[str, Any]) -> None:
    answer = post(embedded_door, {"resourceType": "Bundle", "type": "collection"} | spoilt)
    assert answer.status_code in (207, 422), answer.get_data(as_text=True)
    assert embedded_door.published() == []


def test_with_a_key_it_is_taken_in_once(embedded_door: HospitalDoor) -> None:
    document = json.dumps(bundle(patient(), coverage(), benefits()))
    first, again = (post(embedded_door, document, Idempotency_Key="k") for _ in range(2))
    assert (first.get_json(), again.headers["Idempotency-Replayed"]) == (again.get_json(), "true")
    assert len(embedded_door.published()) == 1


WITHOUT_THE_LIBRARY = """
import sys
sys.modules["fhir"] = None  # as where it is not installed
from registry.hospitals.fhir import sent_in
from registry.hospitals.fhir_forms import forms_of
from registry.refusal import Refused
from tests.support.fhir_forms import benefits
try:
    sent_in(forms_of(benefits())[0])
except Refused as refused:
    print(refused)
"""


def test_without_the_library_it_is_told_what_to_install_and_all_else_works() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_THE_LIBRARY], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "E-FHIR-NOT-INSTALLED", done.stderr


def test_it_is_loaded_only_when_it_is_needed() -> None:
    program = "import sys, deploy.web.composing; print([name for name in sys.modules if name.startswith('fhir')])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
