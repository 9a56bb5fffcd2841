"""Findings and complaints over HTTP: recorded by commands, asked about on both clocks, each told to whom it concerns."""

import csv
from io import StringIO
from typing import Any
from uuid import UUID

import pytest

from tests.support.api_client import Api
from tests.support.asked import NEIGHBOUR, NOBODY, Asked, somebody
from tests.support.hand_set_register import give
from tests.support.lived_register import until
from tests.support.scenario import COUNTY, OTHER_VILLAGE, PROVINCE, TOWNSHIP, VILLAGE, day, noon_of
from tests.support.supervision import (
    COMPLAINT,
    FINDING,
    assigned,
    complained,
    found,
    rectified,
    reopened,
    resolved,
    team_assigned,
    verified,
)

OF_COUNTY, OF_TOWNSHIP = somebody("COUNTY_OFFICER", COUNTY), somebody("TOWNSHIP_OFFICER", TOWNSHIP)
OPERATOR, SUPERVISOR = somebody("OPERATOR", PROVINCE), somebody("SUPERVISOR", PROVINCE)
ELSEWHERE = somebody("COUNTY_OFFICER", "469024000000")
MINOR = UUID(int=0xF2 << 64)
FINDINGS, COMPLAINTS = f"/v1/divisions/{COUNTY}/findings", f"/v1/divisions/{COUNTY}/complaints"
ONE = f"/v1/findings/{FINDING}"


@pytest.fixture
def asked(young: Api) -> Asked:
    """On day 40: a grave finding about the neighbour, to be put right by day 30; a minor one that nobody has; a complaint."""
    about = {"household_id": NEIGHBOUR}
    give(young.side, [team_assigned(), found(10, division=OTHER_VILLAGE, **about), assigned(11, due=20), rectified(15)])
    give(young.side, [reopened(17, due=30), found(20, MINOR, severity="MINOR", section="ASSISTANCE", **NO_MEASURE)])
    give(young.side, [complained(21, division=OTHER_VILLAGE, **about)])
    until(young, 40)
    return Asked(young)


NO_MEASURE: dict[str, Any] = {"finding_type": "NO_MEASURE", "household_id": None, "division": VILLAGE}


def ids(answer: Any, name: str = "finding") -> list[UUID]:
    return [UUID(one[f"{name}_id"]) for one in answer[f"{name}s"]]


def at(number: int) -> dict[str, str]:
    return {"as_of": day(number).isoformat()}


def known(number: int) -> dict[str, str]:
    return {"known_at": noon_of(day(number)).isoformat()}


def test_the_list_and_the_figures_of_a_place(asked: Asked) -> None:
    answer = asked.json(FINDINGS, OF_COUNTY)
    assert ids(answer) == [FINDING, MINOR]
    assert (answer["total"], answer["open"], answer["overdue"]) == (2, 2, 1)
    assert answer["by_state"] == {"RECORDED": 1, "ASSIGNED": 1, "RECTIFIED": 0, "VERIFIED": 0}
    assert answer["open_by_section"] == {"IDENTIFICATION": 0, "ASSISTANCE": 1, "EXIT": 1, "CONDUCT": 0}
    assert answer["open_by_severity"] == {"MINOR": 1, "SERIOUS": 0, "GRAVE": 1}
    first = answer["findings"][0]
    assert (first["division"], first["found_in"], first["household_id"]) == (TOWNSHIP, OTHER_VILLAGE, str(NEIGHBOUR))
    assert (first["due_on"], first["overdue"], first["age_days"]) == (day(30).isoformat(), True, 30)
    words = answer["labels"]
    assert words["finding_severity"]["GRAVE"] == {"zh": "严重", "en": "Grave"}
    assert words["finding_type"]["NO_MEASURE"]["zh"] == "未落实帮扶措施"
    assert words["division"][OTHER_VILLAGE]["zh"].endswith("示例村")


def test_every_filter_holds(asked: Asked) -> None:
    for filters, expected in (
        ({"severity": "MINOR"}, [MINOR]),
        ({"section": "EXIT,CONDUCT"}, [FINDING]),
        ({"state": "RECORDED"}, [MINOR]),
        ({"state": "VERIFIED"}, []),
        ({"team": 3, "overdue": "true"}, [FINDING]),
        ({"team": 4}, []),
        ({"sort": "-found_on"}, [MINOR, FINDING]),
    ):
        assert ids(asked.json(FINDINGS, OF_COUNTY, **filters)) == expected, filters
    status, faults = asked.refusal(FINDINGS, OF_COUNTY, state="LOST", team=10, overdue="maybe", cursor="x")
    assert status == 422
    expected = {"overdue": "E-CHOICE", "state": "E-CODE-UNKNOWN", "cursor": "E-CURSOR", "team": "E-FIELD-RANGE"}
    assert {field: code for code, field in faults} == expected


def test_pages_go_on_where_the_last_one_ended(asked: Asked) -> None:
    first = asked.json(FINDINGS, OF_COUNTY, limit=1)
    second = asked.json(FINDINGS, OF_COUNTY, limit=1, cursor=first["next"])
    assert ids(first) + ids(second) == [FINDING, MINOR]
    assert second["next"] is None
    assert asked.refusal(FINDINGS, OF_COUNTY, severity="MINOR", cursor=first["next"])[1] == [("E-CURSOR", "cursor")]


def test_both_clocks(asked: Asked) -> None:
    then = asked.json(FINDINGS, OF_COUNTY, **at(16))
    assert (then["by_state"]["RECTIFIED"], then["total"], then["overdue"]) == (1, 1, 0)
    before = asked.json(FINDINGS, OF_COUNTY, **at(18), **known(18))
    assert (ids(before), before["findings"][0]["state"], before["overdue"]) == ([FINDING], "ASSIGNED", 0)
    assert before["known_at"].startswith(day(18).isoformat())
    one = asked.json(ONE, OF_COUNTY, **known(15))
    assert one["finding"]["state"] == "RECTIFIED"
    assert [step["kind"] for step in one["steps"]] == ["RECORDED", "ASSIGNED", "RECTIFIED"]
    assert asked.refusal(ONE, OF_COUNTY, **at(9)) == (404, [("E-FINDING-UNKNOWN", "")])
    assert asked.refusal(FINDINGS, OF_COUNTY, **at(41)) == (422, [("E-DATE-FUTURE", "as_of")])
    assert asked.refusal(COMPLAINTS, OF_COUNTY, known_at="2030-01-01T00:00:00Z")[1] == [("E-KNOWN-AT", "known_at")]


def test_one_finding_with_its_steps(asked: Asked) -> None:
    response = asked.get(ONE, OF_TOWNSHIP)
    answer = response.get_json()
    assert (response.headers["ETag"], answer["version"]) == ('"4"', 4)
    steps = answer["steps"]
    assert [(step["kind"], step["actor_role"]) for step in steps] == [
        ("RECORDED", "SUPERVISOR"),
        ("ASSIGNED", "COUNTY_OFFICER"),
        ("RECTIFIED", "TOWNSHIP_OFFICER"),
        ("REOPENED", "SUPERVISOR"),
    ]
    assert [step["division"] for step in steps] == [OTHER_VILLAGE, TOWNSHIP, TOWNSHIP, TOWNSHIP]
    assert [step["due_on"] for step in steps] == [None, day(20).isoformat(), None, day(30).isoformat()]
    assert steps[3]["event_label"]["en"] == "Finding reopened"
    assert answer["labels"]["role"]["SUPERVISOR"]["zh"]
    give(asked.api.side, [rectified(41), verified(42)])
    assert asked.get(ONE, OF_TOWNSHIP, min_version=6, max_wait_s=0).get_json()["code"] == "E-NOT-YET"
    asked.api.flow()
    assert asked.json(ONE, OF_TOWNSHIP, min_version=6)["finding"]["state"] == "VERIFIED"


def test_who_is_told_what(asked: Asked) -> None:
    for path in (FINDINGS, COMPLAINTS):
        assert asked.refusal(path, ELSEWHERE)[1] == [("E-AUTH-SCOPE", "code")]
        assert asked.refusal(path, somebody("VILLAGE_CLERK", COUNTY))[1] == [("E-AUTH-ROLE", "")]
    # Nobody is told what is said of his own house by its own people.
    assert asked.refusal(f"/v1/divisions/{TOWNSHIP}/complaints", OF_TOWNSHIP)[1] == [("E-AUTH-ROLE", "")]
    none = asked.refusal(f"/v1/findings/{NOBODY}", OF_COUNTY)
    assert asked.refusal(ONE, ELSEWHERE) == none == (404, [("E-FINDING-UNKNOWN", "")])
    assert asked.json(ONE, SUPERVISOR)["finding"]["household_id"] == str(NEIGHBOUR)
    for path in (FINDINGS, ONE, COMPLAINTS):
        assert str(NEIGHBOUR) not in asked.get(path, OPERATOR).get_data(as_text=True)
    sheet = asked.get(FINDINGS, OPERATOR, Accept="text/csv").get_data(as_text=True)
    assert str(NEIGHBOUR) not in sheet
    assert str(FINDING) in sheet


def test_the_whole_list_as_a_sheet(asked: Asked) -> None:
    response = asked.get(FINDINGS, OF_COUNTY, Accept="text/csv", Accept_Language="en")
    head, *rows = csv.reader(StringIO(response.get_data(as_text=True).removeprefix("\ufeff")))
    assert len(set(head)) == len(head)
    told = [dict(zip(head, row, strict=True)) for row in rows]
    assert [row["Finding id"] for row in told] == [str(FINDING), str(MINOR)]
    assert (told[0]["State"], told[0]["Severity"], told[0]["Found in code"]) == ("Assigned", "Grave", OTHER_VILLAGE)
    assert (told[0]["To be put right by"], told[0]["Household id"]) == (day(30).isoformat(), str(NEIGHBOUR))
    refused = asked.refusal(FINDINGS, OF_COUNTY, Accept="text/csv", limit=3)
    assert refused[1] == [("E-FIELD-NOT-ALLOWED", "limit")]


def test_complaints(asked: Asked) -> None:
    answer = asked.json(COMPLAINTS, OF_COUNTY)
    assert ids(answer, "complaint") == [COMPLAINT]
    assert (answer["total"], answer["overdue"], answer["by_channel"]["HOTLINE_12317"]) == (1, 1, 1)
    assert answer["complaints"][0]["household_id"] == str(NEIGHBOUR)
    assert asked.json(COMPLAINTS, OF_COUNTY, **at(22))["overdue"] == 0
    assert ids(asked.json(COMPLAINTS, OF_COUNTY, overdue="false"), "complaint") == []
    assert answer["labels"]["complaint_channel"]["HOTLINE_12317"]["zh"] == "12317监督举报电话"
    give(asked.api.side, [resolved(45, "PARTLY_SUBSTANTIATED")])
    until(asked.api, 50)
    done = asked.json(COMPLAINTS, OF_COUNTY)
    assert (done["complaints"], done["by_state"]) == ([], {"RECEIVED": 0, "RESOLVED": 1})
    assert done["by_outcome"] == {"SUBSTANTIATED": 0, "PARTLY_SUBSTANTIATED": 1, "UNSUBSTANTIATED": 0}
    resolved_one = asked.json(COMPLAINTS, OF_COUNTY, state="RESOLVED", outcome="PARTLY_SUBSTANTIATED")["complaints"][0]
    assert (resolved_one["resolved_on"], resolved_one["age_days"]) == (day(45).isoformat(), None)
    then = asked.json(COMPLAINTS, OF_COUNTY, **known(42))
    assert (then["by_state"]["RECEIVED"], then["complaints"][0]["outcome"]) == (1, None)


def test_who_puts_right_what_was_found_elsewhere_is_not_told_at_whom(asked: Asked) -> None:
    """The finding is about a household of another township than the one that has it."""
    listed = asked.json(f"/v1/divisions/{TOWNSHIP}/findings", OF_TOWNSHIP)
    assert [(one["finding_id"], one["household_id"]) for one in listed["findings"]] == [(str(FINDING), None), (str(MINOR), None)]
    assert asked.json(ONE, OF_TOWNSHIP)["finding"]["household_id"] is None
    assert str(NEIGHBOUR) not in asked.get(ONE, OF_TOWNSHIP).get_data(as_text=True)
    assert asked.json(ONE, OF_COUNTY)["finding"]["household_id"] == str(NEIGHBOUR)
