"""A mismatch from the hit to its end over HTTP, each step by the office whose it is."""

from itertools import count
from typing import Any

from schemas.access import Actor
from tests.support.api_client import Api
from tests.support.campaigns import RUN
from tests.support.hand_set_register import move_clock
from tests.support.histories import in_ledger
from tests.support.scenario import COUNTY, HOUSEHOLD, PROVINCE, TOWNSHIP, day

PROVINCE_OFFICE = Actor("province-1", "PROVINCE_OFFICER", "office-1", PROVINCE)
COUNTY_OFFICE = Actor("county-1", "COUNTY_OFFICER", "office-2", COUNTY)
TOWNSHIP_OFFICE = Actor("township-1", "TOWNSHIP_OFFICER", "office-3", TOWNSHIP)
TODAY = day(40).isoformat()
WINDOW = {"year": 2018, "half": 2, "window_from": "2018-07-01", "window_to": "2018-12-31", "sectors": ["DIBAO"]}
HIT = {"sector": "DIBAO", "rule": "DIBAO_NOT_REGISTERED"}
PAPER = {"kind": "COMPARISON_REPORT", "sha256": "ab" * 32}


class Offices:
    """Who gives commands on one day; keys are made as they go."""

    def __init__(self, api: Api) -> None:
        self.api, self.keys = api, count(1)

    def give(self, who: Actor, path: str, **body: Any) -> Any:
        answer = self.api.post(path, who, {"effective_on": TODAY, **body}, Idempotency_Key=f"campaign-{next(self.keys)}")
        return answer.status_code, answer.get_json()

    def recorded(self, who: Actor, path: str, **body: Any) -> list[str]:
        """Types of the events of a command that is accepted."""
        status, told = self.give(who, path, **body)
        assert status in (200, 201), told
        return [event["type"] for event in told["events"]]


def test_a_mismatch_is_worked_through_and_holds_back_until_it_is_closed(api: Api) -> None:
    api.give(in_ledger()[0])
    move_clock(api.side, day(40))
    offices = Offices(api)
    assert offices.recorded(PROVINCE_OFFICE, "/v1/comparison-runs", **WINDOW) == ["campaign.comparison_run_opened"]
    find = f"/v1/comparison-runs/{RUN}/households/{HOUSEHOLD}/find-mismatch"
    _, told = offices.give(COUNTY_OFFICE, find, **HIT)
    assert [event["type"] for event in told["events"]] == [
        "campaign.comparison_mismatch_found", "household.obstacle_opened",
    ]  # fmt: skip
    assert offices.recorded(COUNTY_OFFICE, find, **HIT) == []
    there = f"/v1/mismatches/{told['aggregate_id']}"
    status, refused = offices.give(COUNTY_OFFICE, f"{there}/close-mismatch")
    assert (status, refused["code"]) == (422, "E-MISMATCH-STATE")
    assert offices.recorded(COUNTY_OFFICE, f"{there}/assign-mismatch", township=TOWNSHIP)
    assert offices.recorded(TOWNSHIP_OFFICE, f"{there}/record-mismatch-verdict", verdict="TRUE_POSITIVE", evidence=[PAPER])
    assert offices.recorded(TOWNSHIP_OFFICE, f"{there}/act-on-mismatch", outcome="APPRAISAL")
    assert offices.recorded(COUNTY_OFFICE, f"{there}/close-mismatch") == [
        "campaign.comparison_mismatch_closed", "household.obstacle_cleared",
    ]  # fmt: skip
