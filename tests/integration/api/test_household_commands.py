"""Household commands over HTTP: what a client sends along, and what it is told."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from registry.api.circumstances import BODY_BYTES_MAX
from tests.support.api_client import Api, as_request
from tests.support.histories import in_ledger
from tests.support.scenario import HOUSEHOLD, VILLAGE, actor, day

CLERK = actor("VILLAGE_CLERK")
LEDGER = f"/v1/households/{HOUSEHOLD}/record-ledger-household"
ENTRY = {"effective_on": "2018-09-04", "division": VILLAGE, "size": 3, "labour_count": 1}
VISIT = f"/v1/households/{HOUSEHOLD}/record-home-visit"
VISITED = {"effective_on": "2018-09-04", "visitor_role": "HELPER", "visitor_id": "helper-1", "purpose": "SURVEY", "minutes": 30}


def entered(api: Api) -> None:
    assert api.post(LEDGER, CLERK, ENTRY).status_code == 201


def violations(response: object) -> list[tuple[str, str]]:
    return [(v["code"], v["field"]) for v in response.get_json()["violations"]]  # type: ignore[attr-defined]


def test_an_accepted_command_answers_version_events_and_where_the_household_is(api: Api) -> None:
    response = api.post(LEDGER, CLERK, ENTRY)
    document = response.get_json()
    assert (response.status_code, document["version"], document["aggregate_id"]) == (201, 1, str(HOUSEHOLD))
    assert [event["type"] for event in document["events"]] == ["household.village_ledger_entry_upserted"]
    assert response.headers["ETag"] == '"1"'
    assert response.headers["Location"] == f"/v1/households/{HOUSEHOLD}"
    assert response.headers["Cache-Control"] == "no-store"
    assert api.post(VISIT, CLERK, VISITED).status_code == 200


def test_every_event_carries_the_clients_conversation(api: Api) -> None:
    conversation = uuid4()
    response = api.post(LEDGER, CLERK, ENTRY, X_Correlation_ID=str(conversation))
    assert response.headers["X-Correlation-ID"] == str(conversation)
    (event,) = api.side.store.get(HOUSEHOLD)
    assert event.correlation_id == conversation
    assert event.causation_id != conversation


def test_without_a_conversation_one_is_begun_and_told(api: Api) -> None:
    response = api.post(LEDGER, CLERK, ENTRY)
    (event,) = api.side.store.get(HOUSEHOLD)
    assert response.headers["X-Correlation-ID"] == str(event.correlation_id)


def test_the_actor_of_an_event_is_the_tokens(api: Api) -> None:
    entered(api)
    (event,) = api.side.store.get(HOUSEHOLD)
    assert event.actor == CLERK
    assert event.source == "API"


@pytest.mark.parametrize(
    ("header", "value", "rule"),
    [
        ("X_Correlation_ID", "7", "The header must be a UUID."),
        ("Idempotency_Key", "k" * 201, "The header must be 1 to 200 visible ASCII characters."),
        ("Idempotency_Key", "two words", "The header must be 1 to 200 visible ASCII characters."),
        ("If_Match", "*", 'The header must be a version in quotes, such as "7".'),
        ("If_Match", '"1", "2"', 'The header must be a version in quotes, such as "7".'),
        ("If_Match", '"99999999999"', 'The header must be a version in quotes, such as "7".'),
    ],
)
def test_a_header_that_cannot_be_read_is_refused_by_name(shared_api: Api, header: str, value: str, rule: str) -> None:
    response = shared_api.post(LEDGER, CLERK, ENTRY, Accept_Language="en", **{header: value})
    assert response.status_code == 400
    assert response.get_json()["code"] == "E-HEADER"
    assert violations(response) == [("E-HEADER", header.replace("_", "-"))]
    assert response.get_json()["detail"] == rule


@pytest.mark.parametrize("tag", ['"1"', "1", 'W/"1"'])
def test_the_version_that_was_seen_lets_the_command_through(api: Api, tag: str) -> None:
    entered(api)
    assert api.post(VISIT, CLERK, VISITED, If_Match=tag).headers["ETag"] == '"2"'


def test_a_version_that_has_moved_on_is_refused_with_the_present_one(api: Api) -> None:
    entered(api)
    api.post(VISIT, CLERK, VISITED)
    response = api.post(VISIT, CLERK, VISITED, If_Match='"1"', Accept_Language="en")
    assert (response.status_code, response.get_json()["code"]) == (412, "E-PRECONDITION")
    assert response.headers["ETag"] == '"2"'
    assert "its version is now 2" in response.get_json()["detail"]


def test_sent_again_under_its_key_a_command_is_carried_out_once(api: Api) -> None:
    entered(api)
    first = api.post(VISIT, CLERK, VISITED, Idempotency_Key="visit-1")
    again = api.post(VISIT, CLERK, VISITED, Idempotency_Key="visit-1")
    assert again.get_json() == first.get_json()
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert len(list(api.side.store.get(HOUSEHOLD))) == 2


def test_a_key_is_each_actors_own(api: Api) -> None:
    entered(api)
    other = actor("VILLAGE_CLERK", 2)
    for who in (CLERK, other):
        assert "Idempotency-Replayed" not in api.post(VISIT, who, VISITED, Idempotency_Key="visit-1").headers


def test_a_key_that_was_used_for_another_body_or_route_is_refused(api: Api) -> None:
    entered(api)
    api.post(VISIT, CLERK, VISITED, Idempotency_Key="visit-1")
    for path, body in [(VISIT, {**VISITED, "minutes": 31}), (LEDGER, ENTRY)]:
        response = api.post(path, CLERK, body, Idempotency_Key="visit-1")
        assert (response.status_code, response.get_json()["code"]) == (422, "E-IDEMPOTENCY-MISMATCH")


def test_a_refused_command_may_be_mended_and_sent_again_under_its_key(api: Api) -> None:
    entered(api)
    refused = api.post(VISIT, CLERK, {**VISITED, "purpose": "TEA"}, Idempotency_Key="visit-1")
    assert refused.status_code == 422
    assert api.post(VISIT, CLERK, VISITED, Idempotency_Key="visit-1").status_code == 200


def test_everything_that_is_wrong_with_a_body_is_told_at_once(shared_api: Api) -> None:
    response = shared_api.post(
        LEDGER, CLERK, {"effective_on": "yesterday", "size": 0.5, "colour": "red", "household_id": str(HOUSEHOLD)}
    )
    assert response.status_code == 422
    assert violations(response) == [
        ("E-FIELD-UNKNOWN", "household_id"),
        ("E-FIELD-UNKNOWN", "colour"),
        ("E-FIELD-MISSING", "division"),
        ("E-FIELD-MISSING", "labour_count"),
        ("E-FIELD-TYPE", "effective_on"),
        ("E-FIELD-TYPE", "size"),
    ]


def test_a_command_that_takes_no_reason_refuses_one(shared_api: Api) -> None:
    assert violations(shared_api.post(LEDGER, CLERK, {**ENTRY, "reason_code": "因为"})) == [("E-FIELD-UNKNOWN", "reason_code")]


def test_rules_that_a_decision_breaks_are_told_at_once_too(api: Api) -> None:
    tomorrow = (day(1)).isoformat()
    response = api.post(LEDGER, CLERK, {**ENTRY, "effective_on": tomorrow, "labour_count": 4})
    assert violations(response) == [("E-DATE-FUTURE", "effective_on"), ("E-LABOUR-COUNT", "labour_count")]
    assert list(api.side.store.get(HOUSEHOLD)) == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{", 400, "E-BODY"),
        ("[]", 400, "E-BODY"),
        ("null", 400, "E-BODY"),
        (b"\xff\xfe{}", 400, "E-BODY"),
        ('{"size": NaN}', 400, "E-BODY"),
        ('{"size": 1, "size": 2}', 400, "E-BODY"),
        ('{"a": ' * 5000 + "1" + "}" * 5000, 400, "E-BODY"),
        (" " * (BODY_BYTES_MAX + 1), 413, "E-BODY-TOO-LONG"),
        (json.dumps({**ENTRY, "size": 10**30}), 422, "E-FIELD-RANGE"),
        (json.dumps(ENTRY).replace("3", "3e999999999"), 422, "E-FIELD-RANGE"),
    ],
)
def test_a_body_that_cannot_be_taken_is_refused_and_nothing_breaks(
    shared_api: Api, body: str | bytes, status: int, code: str
) -> None:
    response = shared_api.post(LEDGER, CLERK, body)
    assert (response.status_code, response.get_json()["code"]) == (status, code)


def test_a_body_of_another_type_is_refused(shared_api: Api) -> None:
    response = shared_api.post(LEDGER, CLERK, "size=3", Content_Type="application/x-www-form-urlencoded")
    assert (response.status_code, response.get_json()["code"]) == (415, "E-MEDIA-TYPE")


def test_a_missing_body_is_an_empty_one(shared_api: Api) -> None:
    assert violations(shared_api.post(LEDGER, CLERK))[0] == ("E-FIELD-MISSING", "division")


def test_a_body_is_as_long_as_it_may_be(api: Api) -> None:
    body = json.dumps(ENTRY)
    assert api.post(LEDGER, CLERK, body + " " * (BODY_BYTES_MAX - len(body))).status_code == 201


def test_doubts_come_with_the_acceptance_in_the_clients_language_also_when_it_asks_again(api: Api) -> None:
    entered(api)
    child = {
        "person_id": str(api.person(1)),
        "relation": "HEAD",
        "sex": "MALE",
        "birth_month": "2010-05-01",
        "ethnicity": "LI",
        "labour": "ORDINARY",
        "education": "PRIMARY",
    }
    path = f"/v1/households/{HOUSEHOLD}/register-members"
    body = {"effective_on": "2018-09-04", "members": [child]}
    chinese, english = (api.post(path, CLERK, body, Idempotency_Key="m", Accept_Language=lang) for lang in ("zh-CN", "en"))
    (doubt,) = chinese.get_json()["warnings"]
    assert (doubt["code"], doubt["field"]) == ("W-AGE-LABOUR", "members[0].labour")
    assert doubt["rule"] == "年龄与所填劳动能力不相称，请核对。"
    assert english.get_json()["warnings"][0]["rule"] == "The ability to work is odd for the age; please check."


def test_nobody_becomes_a_member_whom_the_vault_does_not_know(api: Api) -> None:
    api.give(in_ledger()[0])
    path, body = as_request(in_ledger()[1])
    response = api.post(path, CLERK, body)
    assert response.status_code == 422
    assert violations(response) == [("E-PERSON-UNKNOWN", f"members[{place}].person_id") for place in range(3)]


def test_a_household_that_the_register_does_not_know_is_not_found(shared_api: Api) -> None:
    response = shared_api.post(VISIT, CLERK, VISITED)
    assert (response.status_code, response.get_json()["code"]) == (404, "E-HOUSEHOLD-UNKNOWN")


def test_an_id_that_is_none_is_not_found(shared_api: Api) -> None:
    response = shared_api.post("/v1/households/seven/record-home-visit", CLERK, VISITED)
    assert (response.status_code, response.get_json()["code"]) == (404, "E-NOT-FOUND")


class TestNewHouseholds:
    """The server chooses the id."""

    path = "/v1/households/record-ledger-household"

    def test_the_new_household_is_told_and_kept(self, api: Api) -> None:
        response = api.post(self.path, CLERK, ENTRY, Idempotency_Key="family-1")
        household_id = UUID(response.get_json()["aggregate_id"])
        assert response.headers["Location"] == f"/v1/households/{household_id}"
        assert len(list(api.side.store.get(household_id))) == 1

    def test_sent_again_it_is_the_same_household(self, api: Api) -> None:
        answers = [api.post(self.path, CLERK, ENTRY, Idempotency_Key="family-1") for _ in range(3)]
        assert len({answer.get_json()["aggregate_id"] for answer in answers}) == 1
        assert [answer.headers.get("Idempotency-Replayed") for answer in answers] == [None, "true", "true"]

    def test_without_a_key_it_is_refused_since_a_repetition_would_be_a_second_family(self, api: Api) -> None:
        response = api.post(self.path, CLERK, ENTRY)
        assert (response.status_code, response.get_json()["code"]) == (400, "E-HEADER")

    def test_an_id_of_the_clients_has_no_place_here(self, api: Api) -> None:
        response = api.post(self.path, CLERK, {**ENTRY, "household_id": str(uuid4())}, Idempotency_Key="family-1")
        assert violations(response) == [("E-FIELD-UNKNOWN", "household_id")]

    def test_the_opening_balance_comes_in_this_way_too(self, api: Api) -> None:
        head = {
            "person_id": str(api.person(1)),
            "relation": "HEAD",
            "sex": "MALE",
            "birth_month": "1980-05-01",
            "ethnicity": "LI",
            "labour": "ORDINARY",
            "education": "JUNIOR",
        }
        body = {
            "effective_on": "2018-09-04",
            "division": VILLAGE,
            "to_status": "REGISTERED",
            "spell_start": "2014-06-01",
            "attribute": "ORDINARY",
            "main_cause": "ILLNESS",
            "members": [head],
        }
        response = api.post("/v1/households/import-household", actor("COUNTY_OFFICER"), body, Idempotency_Key="old-1")
        assert response.status_code == 201, response.get_json()
        assert response.get_json()["events"][0]["type"] == "household.household_imported"


def test_a_day_too_far_back_is_the_countys_to_record(api: Api) -> None:
    """The clock and the policy of the register decide, not those of the machine."""
    entered(api)
    old = (day(0) - timedelta(days=61)).isoformat()
    assert violations(api.post(VISIT, CLERK, {**VISITED, "effective_on": old})) == [("E-DATE-TOO-OLD", "effective_on")]
    assert api.post(VISIT, actor("COUNTY_OFFICER"), {**VISITED, "effective_on": old}).status_code == 200
