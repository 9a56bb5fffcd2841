"""Findings and complaints over HTTP: from a team's record to its word that it is put right, each by whom it concerns."""

from typing import Any
from uuid import UUID

import pytest

from tests.support.api_client import Api
from tests.support.families import opening
from tests.support.scenario import COUNTY, HOUSEHOLD, PROVINCE, TOWNSHIP, VILLAGE, actor
from tests.support.supervision import COMPLAINT, FINDING, ORG

TEAM: Any = {**actor("SUPERVISOR"), "org": ORG, "division": PROVINCE}
OFFICE, TOWN = actor("COUNTY_OFFICER"), actor("TOWNSHIP_OFFICER")
ON = {"effective_on": "2018-09-04"}
FOUND = {
    **ON,
    "division": VILLAGE,
    "team": 3,
    "section": "EXIT",
    "finding_type": "NO_CONSENT",
    "severity": "GRAVE",
    "household_id": str(HOUSEHOLD),
}
REPORT = [{"kind": "RECTIFICATION_REPORT", "sha256": "ab" * 32}]
GIVEN = {**ON, "team": 3, "organisation": ORG}


def told(response: Any) -> list[str]:
    assert response.status_code in (200, 201), response.get_json()
    return [event["type"] for event in response.get_json()["events"]]


def codes(response: Any) -> list[str]:
    return [violation["code"] for violation in response.get_json()["violations"]]


@pytest.fixture
def watched(api: Api) -> Api:
    """A register whose county has a team, and in it a household."""
    api.give(opening())
    province = {**actor("PROVINCE_OFFICER"), "division": PROVINCE}
    assert told(api.post(f"/v1/counties/{COUNTY}/supervision-team", province, GIVEN)) == ["reference.supervision_team_assigned"]
    return api


def finding(api: Api, command: str, who: Any, finding_id: UUID = FINDING, **body: Any) -> Any:
    return api.post(f"/v1/findings/{finding_id}/{command}", who, {**ON, **body})


def test_a_finding_from_its_record_to_its_end(watched: Api) -> None:
    first = finding(watched, "record-finding", TEAM, **FOUND)
    assert first.status_code == 201
    assert told(first) == ["supervision.finding_recorded", "household.obstacle_opened"]
    assert codes(finding(watched, "rectify-finding", TOWN, evidence=REPORT)) == ["E-FINDING-STATE"]
    due = {"assigned_to": TOWNSHIP, "due_on": "2018-09-30"}
    assert told(finding(watched, "assign-finding", OFFICE, **due)) == ["supervision.finding_assigned"]
    assert told(finding(watched, "rectify-finding", TOWN, evidence=REPORT)) == ["supervision.finding_rectified"]
    again = {"due_on": "2018-10-30", "reason_code": "NOT_RECTIFIED"}
    assert told(finding(watched, "reopen-finding", TEAM, **again)) == ["supervision.finding_reopened"]
    assert told(finding(watched, "rectify-finding", TOWN, evidence=REPORT)) == ["supervision.finding_rectified"]
    assert told(finding(watched, "choose-typical-case", TEAM)) == ["supervision.typical_case_chosen"]
    last = finding(watched, "verify-finding", TEAM)
    assert told(last) == ["supervision.finding_verified", "household.obstacle_cleared"]
    assert last.headers["ETag"] == '"6"'


def test_a_version_that_is_not_the_present_one(watched: Api) -> None:
    assert finding(watched, "record-finding", TEAM, **FOUND).status_code == 201
    due = {**ON, "assigned_to": TOWNSHIP, "due_on": "2018-09-30"}
    path = f"/v1/findings/{FINDING}/assign-finding"
    assert watched.post(path, OFFICE, due, If_Match='"2"').status_code == 412
    assert watched.post(path, OFFICE, due, If_Match='"1"').status_code == 200


def test_who_may_not(watched: Api) -> None:
    assert codes(finding(watched, "record-finding", OFFICE, **FOUND)) == ["E-AUTH-ROLE"]
    elsewhere = {**TEAM, "division": "469024000000"}
    assert codes(finding(watched, "record-finding", elsewhere, **FOUND)) == ["E-AUTH-SCOPE"]
    assert codes(finding(watched, "record-finding", {**TEAM, "org": "11469030008174419M"}, **FOUND)) == ["E-TEAM-NOT-ASSIGNED"]
    assert finding(watched, "record-finding", TEAM, **FOUND).status_code == 201
    far = {"assigned_to": "469024100000", "due_on": "2018-09-30"}
    assert codes(finding(watched, "assign-finding", OFFICE, **far)) == ["E-AUTH-SCOPE"]
    assert finding(watched, "verify-finding", TEAM, UUID(int=77)).status_code == 404


def test_the_same_key_gives_the_same_answer(watched: Api) -> None:
    path = f"/v1/findings/{FINDING}/record-finding"
    first, second = (watched.post(path, TEAM, FOUND, Idempotency_Key="once") for _ in range(2))
    assert first.get_json() == second.get_json()
    assert second.headers["Idempotency-Replayed"] == "true"


def test_a_complaint_is_received_and_resolved(watched: Api) -> None:
    path = f"/v1/complaints/{COMPLAINT}"
    body = {**ON, "division": VILLAGE, "channel": "HOTLINE_12317", "section": "ASSISTANCE", "household_id": str(HOUSEHOLD)}
    received = told(watched.post(f"{path}/receive-complaint", OFFICE, body))
    assert received == ["supervision.complaint_received", "household.obstacle_opened"]
    assert codes(watched.post(f"{path}/resolve-complaint", TEAM, {**ON, "outcome": "SUBSTANTIATED"})) == ["E-AUTH-ROLE"]
    resolved = told(watched.post(f"{path}/resolve-complaint", OFFICE, {**ON, "outcome": "SUBSTANTIATED"}))
    assert resolved == ["supervision.complaint_resolved", "household.obstacle_cleared"]


def test_every_violation_is_said_at_once(watched: Api) -> None:
    wrong = {**FOUND, "section": "ASSISTANCE", "conduct_kind": "NOT_ACTING", "household_id": str(UUID(int=5))}
    answer = finding(watched, "record-finding", TEAM, **wrong)
    assert answer.status_code in (404, 422)
    assert sorted(codes(answer)) == ["E-HOUSEHOLD-UNKNOWN", "E-SECTION", "E-SECTION"]
