"""The plan of exits over HTTP: set, carried out by villages and counties, asked about; and no exit that it stops or starts."""

from typing import Any

from registry.event import ActorFacts
from tests.support.api_client import Api
from tests.support.asked import OF_THE_PROVINCE, Asked, somebody
from tests.support.hand_set_register import move_clock
from tests.support.histories import exited
from tests.support.scenario import COUNTY, FAR_VILLAGE, PROVINCE, TOWNSHIP, VILLAGE, day, places

OF_COUNTY, OF_TOWNSHIP = somebody("COUNTY_OFFICER", COUNTY), somebody("TOWNSHIP_OFFICER", TOWNSHIP)
CHECK = {"result": "PASSED", "poor_persons": 12, "rural_persons": 1_480}


def post(api: Api, place: str, route: str, who: ActorFacts, on: int, **body: Any) -> int:
    move_clock(api.side, day(on))
    response = api.post(f"/v1/divisions/{place}/{route}", who, {"effective_on": day(on).isoformat(), **body})
    return response.status_code


def test_a_year_is_planned_done_and_told(young: Api) -> None:
    asked = Asked(young)
    young.give(*exited())
    plan = {"year": 2019, "persons": 6, "villages": 2, "counties": 1}
    assert post(young, PROVINCE, "exit-plan", OF_THE_PROVINCE, 250, **plan) == 201
    assert post(young, COUNTY, "exit-plan", OF_THE_PROVINCE, 250, year=2019, persons=3, households=2) == 201
    assert post(young, VILLAGE, "apply-for-village-exit", OF_TOWNSHIP, 251) == 201
    assert post(young, VILLAGE, "verify-village-exit", OF_COUNTY, 252, **CHECK) == 200
    assert post(young, VILLAGE, "announce-village-exit", OF_COUNTY, 253) == 200
    assert post(young, COUNTY, "apply-for-county-exit", OF_COUNTY, 254) == 201
    young.flow()
    answer = asked.json(f"/v1/divisions/{PROVINCE}/exit-plan", year=2019)
    total = answer["total"]
    assert total["persons"] == {"planned": 6, "done": 3, "rate": {"numerator": 3, "denominator": 6, "percent": "50.0"}}
    assert total["households"] == {"planned": None, "done": 1, "rate": {"numerator": 1, "denominator": 0, "percent": None}}
    assert (total["villages"]["planned"], total["villages"]["done"]) == (2, 1)
    assert (total["counties"]["planned"], total["counties"]["done"]) == (1, 0)
    assert (total["villages_by_step"]["ANNOUNCED"], total["counties_by_step"]["APPLIED"]) == (1, 1)
    children = {child["code"]: child for child in answer["children"]}
    assert sorted(children) == [unit.code for unit in places().reporting_units()]
    assert children[COUNTY]["households"]["rate"] == {"numerator": 1, "denominator": 2, "percent": "50.0"}
    assert sum(child["persons"]["done"] for child in children.values()) == 3
    assert [(place["division"], place["step"], place["poor_persons"]) for place in answer["places"]] == [
        (COUNTY, "APPLIED", None),
        (VILLAGE, "ANNOUNCED", 12),
    ]
    townships = asked.json(f"/v1/divisions/{COUNTY}/exit-plan", OF_COUNTY, year=2019)["children"]
    assert {child["code"]: child["persons"]["done"] for child in townships}[TOWNSHIP] == 3


def test_a_plan_is_never_a_guard(young: Api) -> None:
    """Nobody was to exit, and the household exits all the same."""
    assert post(young, PROVINCE, "exit-plan", OF_THE_PROVINCE, 0, year=2019, persons=0) == 201
    young.give(*exited())
    young.flow()
    persons = Asked(young).json(f"/v1/divisions/{PROVINCE}/exit-plan", year=2019)["total"]["persons"]
    assert persons == {"planned": 0, "done": 3, "rate": {"numerator": 3, "denominator": 0, "percent": None}}


def test_what_is_refused_says_why(young: Api) -> None:
    move_clock(young.side, day(3))
    on = {"effective_on": day(3).isoformat()}
    early = young.post(f"/v1/divisions/{VILLAGE}/announce-village-exit", OF_COUNTY, on)
    assert (early.status_code, early.get_json()["code"]) == (422, "E-DIVISION-EXIT-STEP")
    assert "未申请" in young.post(f"/v1/divisions/{VILLAGE}/announce-village-exit", OF_COUNTY, on, Accept_Language="zh").get_data(
        as_text=True
    )
    far = young.post(f"/v1/divisions/{FAR_VILLAGE}/verify-village-exit", OF_COUNTY, {**on, **CHECK})
    assert (far.status_code, far.get_json()["code"]) == (403, "E-AUTH-SCOPE")


def test_the_question_is_checked(asked: Asked) -> None:
    path = f"/v1/divisions/{PROVINCE}/exit-plan"
    assert asked.refusal(path, year=2013) == (422, [("E-FIELD-RANGE", "year")])
    assert asked.refusal(path, known_at="2031-01-01T00:00:00Z") == (422, [("E-KNOWN-AT", "known_at")])
    assert asked.json(path, known_at="2019-06-01T00:00:00Z")["year"] == 2019
    assert asked.json(path, year=2019)["total"]["persons"]["done"] == 3
    assert asked.json(path, year=2019, known_at="2019-01-01T00:00:00Z")["total"]["persons"]["done"] == 0
