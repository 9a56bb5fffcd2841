"""Every answer is what the OpenAPI document says of it, and so is every example in it."""

import re
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator

from registry.early_warning.warnings import case_id_of
from tests.support.api_client import Api
from tests.support.asked import NOBODY, OF_THE_PROVINCE, PATIENT, Asked, somebody
from tests.support.scenario import HOSPITAL, HOUSEHOLD, PROVINCE, VILLAGE, day
from tests.support.supervision import FINDING

OPERATOR = somebody("OPERATOR", PROVINCE)
THERE = {"household_id": str(HOUSEHOLD), "code": VILLAGE, "table": "measure_subtype"}
THERE |= {"institution": HOSPITAL, "case_id": str(case_id_of(PATIENT, 1)), "finding_id": str(FINDING)}
THERE |= {"week": "2018-W40"}
NOT_THERE = {"household_id": NOBODY, "code": "469030100999", "table": "colours", "institution": "H1", "case_id": NOBODY}
NOT_THERE |= {"finding_id": NOBODY, "week": "2018-W99"}
QUERIES = re.compile(
    r"/v1/(households|divisions|reference|live|ready|metrics|warnings|mismatches|findings|digests|hospitals(?!/intake-key))"
)
MOMENT = {"as_of": "2019-06-01", "known_at": "2019-07-01T00:00:00Z"}
LATER = {"as_of": day(349).isoformat()}
"""When there are a case and a finding."""
OPEN = ("/v1/live", "/v1/ready")
LETTERS = "/v1/hospitals/{institution}/dead-letters"
FOR_OPERATORS = (*OPEN, LETTERS)


@pytest.fixture(scope="module")
def operations(lived: Api) -> dict[str, Any]:
    """Every GET of the query API, by its path."""
    paths = Asked(lived).json("/openapi.json", None)["paths"]
    return {path: item["get"] for path, item in paths.items() if "get" in item and QUERIES.match(path)}


def schema_of(operation: dict[str, Any], status: int, mimetype: str) -> Any:
    return operation["responses"][str(status)]["content"][mimetype]["schema"]


def misfits(schema: Any, value: Any) -> list[str]:
    return [f"{list(error.path)}: {error.message}"[:300] for error in OAS31Validator(schema).iter_errors(value)]


def test_there_are_as_many_as_there_should_be(operations: dict[str, Any]) -> None:
    assert len(operations) == 35


def test_every_json_answer_fits_its_schema(asked: Asked, operations: dict[str, Any]) -> None:
    checked = 0
    for path, operation in operations.items():
        if "application/json" not in operation["responses"]["200"]["content"]:
            continue
        names = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"}
        moment = LATER if "{case_id}" in path or "{finding_id}" in path else MOMENT
        for more in ({}, moment) if "as_of" in names else ({},):
            answer = asked.json(path.format(**THERE), OPERATOR if path in FOR_OPERATORS else OF_THE_PROVINCE, **more)
            assert misfits(schema_of(operation, 200, "application/json"), answer) == [], (path, more)
            checked += 1
    assert checked == 34 + 11


def test_every_example_fits_its_schema(operations: dict[str, Any]) -> None:
    for path, operation in operations.items():
        for content in operation["responses"]["200"]["content"].values():
            if "example" in content:
                assert misfits(content["schema"], content["example"]) == [], path


def test_every_refusal_fits_its_schema_and_is_announced(asked: Asked, operations: dict[str, Any]) -> None:
    for path, operation in operations.items():
        who = None if path in OPEN else OPERATOR if path == LETTERS else OF_THE_PROVINCE
        asking = [(path.format(**THERE), who, {"colour": "red"})]
        if path not in OPEN:
            asking.append((path.format(**THERE), None, {}))
            asking.append((path.format(**NOT_THERE), who, {}))
        for address, actor, parameters in asking:
            response = asked.get(address, actor, **parameters)
            if response.status_code != 200:
                problem = response.get_json()
                announced = operation["responses"][str(response.status_code)]
                assert f"`{problem['code']}`" in announced["description"], (address, problem["code"])
                assert misfits(schema_of(operation, response.status_code, "application/problem+json"), problem) == []


def test_every_operation_says_what_it_is_and_what_its_parameters_mean(operations: dict[str, Any]) -> None:
    for path, operation in operations.items():
        assert operation["summary"], path
        assert operation["description"].endswith("."), path
        names = [parameter["name"] for parameter in operation["parameters"]]
        assert len(set(names)) == len(names), path
        assert set(re.findall(r"\{(\w+)\}", path)) == {p["name"] for p in operation["parameters"] if p["in"] == "path"}
        for parameter in operation["parameters"]:
            assert parameter["description"], (path, parameter["name"])
            assert (
                parameter["required"] == (parameter["in"] == "path") if "required" in parameter else parameter["in"] == "header"
            )


def test_only_what_is_the_same_for_all_needs_no_token(operations: dict[str, Any]) -> None:
    assert {path for path, operation in operations.items() if operation.get("security") == []} == set(OPEN)


def test_nothing_can_be_done_but_asking(asked: Asked) -> None:
    for method in ("PUT", "PATCH", "DELETE"):
        response = asked.api.ask(method, f"/v1/households/{HOUSEHOLD}", OF_THE_PROVINCE)
        assert (response.status_code, response.get_json()["code"]) == (405, "E-METHOD")
