"""Tokens over HTTP: made within what the maker has, shown once, listed, ended."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.support.api_client import TOKENS_LAST, Api
from tests.support.scenario import COUNTY, actor

PROVINCE = {**actor("PROVINCE_OFFICER"), "division": "460000000000"}
OPERATOR = {**actor("OPERATOR"), "division": "460000000000"}
AUDITOR = {**actor("AUDITOR"), "division": COUNTY}


def wanted(api: Api, **changes: Any) -> dict[str, Any]:
    until = api.side.clock.now() + timedelta(days=30)
    return {
        "user_id": "hospital-7",
        "role": "HOSPITAL",
        "organisation": "hospital-7",
        "division": COUNTY,
        "expires_at": until.isoformat(),
    } | changes


def codes(response: Any) -> list[tuple[str, str]]:
    return [(v["code"], v["field"]) for v in response.get_json()["violations"]]


def asks(api: Api, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return api.app.test_client().get("/v1/reference/codes", headers=headers).status_code


def test_a_token_works_at_once_and_is_nowhere_else_to_be_seen(api: Api) -> None:
    response = api.post("/v1/tokens", PROVINCE, wanted(api))
    assert response.status_code == 201
    assert response.headers["Cache-Control"] == "no-store"
    made = response.get_json()
    assert asks(api, made["token"]) == 200
    secret = made["token"].rsplit("_", 1)[1]
    assert secret not in api.get("/v1/tokens", PROVINCE).get_data(as_text=True)


def test_it_never_gives_more_than_its_maker_has_and_all_that_is_too_much_is_told(api: Api) -> None:
    maker = {**PROVINCE, "division": COUNTY}
    later = (api.side.clock.now() + TOKENS_LAST + timedelta(days=1)).isoformat()
    response = api.post("/v1/tokens", maker, wanted(api, role="COUNTY_OFFICER", division="469024000000", expires_at=later))
    assert response.status_code == 403
    assert codes(response) == [("E-TOKEN-EXCEEDS", field) for field in ("role", "division", "expires_at")]
    assert len(api.get("/v1/tokens", PROVINCE).get_json()["tokens"]) == 2  # the makers' own


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"user_id": "某某"}, "E-FIELD-TYPE", "user_id"),
        ({"organisation": "with space"}, "E-FIELD-TYPE", "organisation"),
        ({"role": "ADMIN"}, "E-CODE-UNKNOWN", "role"),
        ({"division": "46"}, "E-DIVISION-UNKNOWN", "division"),
        ({"expires_at": "2018-09-03T00:00:00Z"}, "E-FIELD-RANGE", "expires_at"),
        ({"expires_at": "2018-10-01T00:00:00"}, "E-FIELD-TYPE", "expires_at"),
        ({"expires_at": "soon"}, "E-FIELD-TYPE", "expires_at"),
    ],
)
def test_what_no_token_may_be_is_refused(shared_api: Api, change: dict[str, str], code: str, field: str) -> None:
    assert codes(shared_api.post("/v1/tokens", PROVINCE, wanted(shared_api, **change))) == [(code, field)]


def test_a_key_is_refused_since_the_secret_is_not_kept_to_be_told_again(shared_api: Api) -> None:
    response = shared_api.post("/v1/tokens", PROVINCE, wanted(shared_api), Idempotency_Key="t-1")
    assert codes(response) == [("E-HEADER", "Idempotency-Key")]


def test_the_list_shows_the_tokens_of_the_askers_division_and_who_made_them(api: Api) -> None:
    made = api.post("/v1/tokens", PROVINCE, wanted(api)).get_json()
    api.post("/v1/tokens", PROVINCE, wanted(api, division="469024000000"))
    seen = api.get("/v1/tokens", AUDITOR).get_json()["tokens"]
    (hospital,) = [token for token in seen if token["role"] == "HOSPITAL"]
    assert hospital == {
        "token_id": made["token_id"],
        "user_id": "hospital-7",
        "role": "HOSPITAL",
        "organisation": "hospital-7",
        "division": COUNTY,
        "made_by": PROVINCE["id"],
        "created_at": "2018-09-04T04:00:00+00:00",
        "expires_at": "2018-10-04T04:00:00+00:00",
        "revoked_at": None,
        "last_used_at": None,
    }
    assert {token["division"] for token in seen} == {COUNTY}


def test_a_revoked_token_opens_nothing_and_revoking_again_changes_nothing(api: Api) -> None:
    made = api.post("/v1/tokens", PROVINCE, wanted(api)).get_json()
    for _ in range(2):
        assert api.ask("DELETE", f"/v1/tokens/{made['token_id']}", OPERATOR).status_code == 204
    assert asks(api, made["token"]) == 401
    (listed,) = [t for t in api.get("/v1/tokens", OPERATOR).get_json()["tokens"] if t["token_id"] == made["token_id"]]
    assert listed["revoked_at"] == "2018-09-04T04:00:00+00:00"


def test_a_token_of_another_division_or_none_at_all_cannot_be_revoked(api: Api) -> None:
    made = api.post("/v1/tokens", PROVINCE, wanted(api, division="469024000000")).get_json()
    operator = {**OPERATOR, "division": COUNTY}
    response = api.ask("DELETE", f"/v1/tokens/{made['token_id']}", operator)
    assert (response.status_code, response.get_json()["code"]) == (403, "E-AUTH-SCOPE")
    unknown = api.ask("DELETE", f"/v1/tokens/{uuid4()}", operator)
    assert (unknown.status_code, unknown.get_json()["code"]) == (404, "E-TOKEN-UNKNOWN")


def test_an_expired_token_opens_nothing(api: Api) -> None:
    made = api.post("/v1/tokens", PROVINCE, wanted(api)).get_json()
    assert asks(api, made["token"]) == 200
    api.side.clock.set(api.side.clock.now() + timedelta(days=30))  # type: ignore[attr-defined]
    assert asks(api, made["token"]) == 401
