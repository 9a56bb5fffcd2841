"""Reference data over HTTP: what is recorded holds for the next request of this process."""

from typing import Any

from schemas.code_tables import shipped
from tests.support.api_client import Api
from tests.support.scenario import VILLAGE, actor

PROVINCE = {**actor("PROVINCE_OFFICER"), "division": "460000000000"}
COUNTY = actor("COUNTY_OFFICER")
CLERK = actor("VILLAGE_CLERK")
NEW_VILLAGE = "469030100203"
ON = {"effective_on": "2018-09-04"}
LINES = {"poverty": 3535, "rural_income": 12902}


def codes(response: Any) -> list[str]:
    return [violation["code"] for violation in response.get_json()["violations"]]


def new_village(code: str = NEW_VILLAGE) -> dict[str, Any]:
    return {**ON, "edition": "2018", "divisions": [{"code": code, "level": "VILLAGE", "name_zh": "新村"}]}


def test_a_village_that_is_new_takes_households_at_once(api: Api) -> None:
    entry = {**ON, "division": NEW_VILLAGE, "size": 3, "labour_count": 1}
    clerk = {**CLERK, "division": NEW_VILLAGE}
    path = "/v1/households/record-ledger-household"
    assert codes(api.post(path, clerk, entry, Idempotency_Key="f")) == ["E-DIVISION-UNKNOWN"]
    assert api.post("/v1/divisions", PROVINCE, new_village()).status_code == 200
    assert api.post(path, clerk, entry, Idempotency_Key="f").status_code == 201


def test_the_same_edition_again_records_nothing(api: Api) -> None:
    first, again = (api.post("/v1/divisions", PROVINCE, new_village()).get_json() for _ in range(2))
    assert len(first["events"]) == 1
    assert (again["version"], again["events"]) == (first["version"], [])


def test_divisions_and_codes_are_the_whole_provinces_affair(api: Api) -> None:
    officer = {**PROVINCE, "division": COUNTY["division"]}
    table = shipped()["note_kind"].document()
    for path, body in [
        ("/v1/divisions", new_village()),
        ("/v1/code-tables/note_kind", {**ON, "table_version": "2", "document": table}),
    ]:
        assert codes(api.post(path, officer, body)) == ["E-AUTH-SCOPE"]


def test_a_policy_that_was_activated_decides_at_once(api: Api) -> None:
    old = {**ON, "effective_on": "2018-07-01", "division": VILLAGE, "size": 3, "labour_count": 1}
    path = "/v1/households/record-ledger-household"
    assert codes(api.post(path, CLERK, old, Idempotency_Key="f")) == ["E-DATE-TOO-OLD"]
    document = {"division": "460000000000", "year": 2018, "revision": 9, "lines": LINES, "records": {"backdating_days": 100}}
    assert api.post("/v1/policies", PROVINCE, {**ON, "document": document}).status_code == 200
    assert api.post(path, CLERK, old, Idempotency_Key="f").status_code == 201


def test_a_countys_policy_is_the_countys_own_and_every_broken_rule_is_told(api: Api) -> None:
    document = {"division": "469024000000", "year": 2018, "revision": 1, "records": {"backdating_days": 300}, "lines": LINES}
    assert codes(api.post("/v1/policies", COUNTY, {**ON, "document": document})) == ["E-AUTH-SCOPE"]
    document["division"] = COUNTY["division"]
    told = codes(api.post("/v1/policies", COUNTY, {**ON, "document": document}))
    assert sorted(set(told)) == ["E-POLICY-COUNTY-KEY", "E-POLICY-DIRECTION"]


def test_a_document_that_is_none_is_refused(api: Api) -> None:
    for document in ({}, {"division": 7, "year": "x"}, {"division": "460000000000", "year": 2018, "revision": 1.5}):
        response = api.post("/v1/policies", PROVINCE, {**ON, "document": document})
        assert response.status_code == 422, document


def test_a_code_table_that_was_changed_is_shown_so(api: Api) -> None:
    document = shipped()["note_kind"].document()
    document["codes"].append({"code": "DREAM", "zh": "梦", "en": "Dream"})
    assert api.post("/v1/code-tables/note_kind", PROVINCE, {**ON, "table_version": "2", "document": document}).status_code == 201
    shown = api.get("/v1/reference/codes/note_kind", CLERK).get_json()
    assert "DREAM" in [entry["code"] for entry in shown["codes"]]


def test_no_code_is_taken_away_and_no_table_made_of_nothing(api: Api) -> None:
    document = shipped()["note_kind"].document()
    document["codes"].pop()
    changed = {**ON, "table_version": "2", "document": document}
    assert codes(api.post("/v1/code-tables/note_kind", PROVINCE, changed)) == ["E-CODE-REMOVED"]
    for nonsense in ({}, {"zh": 1}, {**document, "codes": [7]}, {**document, "codes": [{"code": "X", "colour": 1}]}):
        response = api.post("/v1/code-tables/note_kind", PROVINCE, {**changed, "document": nonsense})
        assert codes(response) == ["E-CODE-TABLE"], nonsense


def test_a_county_adopts_its_plan_and_no_other_countys(api: Api) -> None:
    body = {**ON, "year": 2019, "document_sha256": "ab" * 32}
    path = f"/v1/counties/{COUNTY['division']}/consolidation-plan"
    assert api.post(path, COUNTY, body).status_code == 201
    assert api.post(path, COUNTY, body).get_json()["events"] == []
    assert codes(api.post("/v1/counties/469024000000/consolidation-plan", COUNTY, body)) == ["E-AUTH-SCOPE"]
    assert codes(api.post("/v1/counties/Lingao/consolidation-plan", COUNTY, body)) == ["E-DIVISION-UNKNOWN"]
