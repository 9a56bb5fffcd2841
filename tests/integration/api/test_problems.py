"""The one shape of every error: what a client may rely on, as a specification.

Whatever goes wrong, wherever, in whichever layer, the answer is problem details (RFC 9457) with these members and no others.
"""

import logging
from typing import Any
from uuid import UUID

import pytest

from registry.store.errors import StoreUnavailable
from schemas.refusal_codes import refusal, refusal_codes
from tests.support.api_client import Api
from tests.support.planted_faults import failing
from tests.support.scenario import HOUSEHOLD, VILLAGE, actor

CLERK = actor("VILLAGE_CLERK")
AUDITOR = {**actor("AUDITOR"), "division": "460000000000"}
LEDGER = f"/v1/households/{HOUSEHOLD}/record-ledger-household"
ENTRY = {"effective_on": "2018-09-04", "division": VILLAGE, "size": 3, "labour_count": 1}
MEMBERS = {"type", "title", "status", "detail", "instance", "code", "violations"}
SECRET = "46999919800101001X"


def check_shape(response: Any, code: str) -> dict[str, Any]:
    """Everything that holds of every problem."""
    assert response.mimetype == "application/problem+json"
    document: dict[str, Any] = response.get_json()
    assert set(document) - {"report"} == MEMBERS
    assert document["code"] == code
    assert document["type"] == f"/v1/errors/{code}"
    assert document["status"] == response.status_code == refusal(code).status
    assert document["instance"] == f"urn:uuid:{UUID(response.headers['X-Correlation-ID'])}"
    assert response.headers["Content-Language"] in ("zh", "en")
    assert response.headers["Cache-Control"] == "no-store"
    language = response.headers["Content-Language"]
    assert document["title"] == refusal(code).title(language)
    for violation in document["violations"]:
        assert set(violation) == {"code", "field", "rule", "params"}
        assert refusal(violation["code"]).describe(language, violation["params"]) == violation["rule"]
        assert "?" not in violation["rule"], "a sentence wants for a parameter"
    assert "?" not in document["detail"], "a sentence wants for a parameter"
    return document


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("method", "path", "who", "body", "headers", "code"),
    [
        ("GET", "/v1/nothing", CLERK, None, {}, "E-NOT-FOUND"),
        ("GET", "/v1/nothing", None, None, {}, "E-AUTH-TOKEN"),
        ("GET", "/v1/errors/E-NOTHING", None, None, {}, "E-NOT-FOUND"),
        ("GET", LEDGER, CLERK, None, {}, "E-METHOD"),
        ("POST", LEDGER, AUDITOR, ENTRY, {}, "E-AUTH-ROLE"),
        ("POST", LEDGER, {**CLERK, "division": "469024100201"}, ENTRY, {}, "E-AUTH-SCOPE"),
        ("POST", LEDGER, CLERK, "{", {}, "E-BODY"),
        ("POST", LEDGER, CLERK, " " * 1_000_001, {}, "E-BODY-TOO-LONG"),
        ("POST", LEDGER, CLERK, "a=b", {"Content_Type": "text/plain"}, "E-MEDIA-TYPE"),
        ("POST", LEDGER, CLERK, ENTRY, {"If_Match": "new"}, "E-HEADER"),
        ("POST", LEDGER, CLERK, ENTRY, {"If_Match": '"9"'}, "E-PRECONDITION"),
        ("POST", LEDGER, CLERK, {}, {}, "E-FIELD-MISSING"),
        ("POST", LEDGER, CLERK, {**ENTRY, "size": 99}, {}, "E-FIELD-RANGE"),
        ("POST", LEDGER, CLERK, {**ENTRY, "hukou_kind": "?"}, {}, "E-CODE-UNKNOWN"),
        ("POST", LEDGER, CLERK, {**ENTRY, "size": "three"}, {}, "E-FIELD-TYPE"),
        ("POST", LEDGER, CLERK, {**ENTRY, "effective_on": "2018-09-05"}, {}, "E-DATE-FUTURE"),
        ("GET", "/v1/households?limit=x", CLERK, None, {}, "E-FIELD-TYPE"),
        ("GET", "/v1/households?colour=red", CLERK, None, {}, "E-FIELD-UNKNOWN"),
        ("GET", f"/v1/households/{HOUSEHOLD}", CLERK, None, {}, "E-VIEW-UNAVAILABLE"),
        ("GET", "/v1/ready", None, None, {}, "E-NOT-READY"),
    ],
)
def test_every_error_has_the_one_shape(
    shared_api: Api, method: str, path: str, who: Any, body: Any, headers: dict[str, str], code: str, language: str
) -> None:
    response = shared_api.ask(method, path, who, body, Accept_Language=language, **headers)
    document = check_shape(response, code)
    assert response.headers["Content-Language"] == language
    assert len(document["violations"]) == len({(v["code"], v["field"]) for v in document["violations"]})


@pytest.mark.parametrize(
    ("accepted", "language"),
    [(None, "zh"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-GB,en;q=0.9", "en"), ("fr", "zh"), ("fr,en;q=0.5", "en"), ("*", "zh")],
)
def test_words_are_chinese_unless_english_is_preferred(shared_api: Api, accepted: str | None, language: str) -> None:
    headers = {} if accepted is None else {"Accept_Language": accepted}
    assert shared_api.get("/v1/nothing", None, **headers).headers["Content-Language"] == language
    assert shared_api.get("/v1/nothing", CLERK, **headers).headers["Content-Language"] == language


def test_a_client_is_told_how_to_authenticate_and_which_methods_there_are(shared_api: Api) -> None:
    assert shared_api.get("/v1/households", None).headers["WWW-Authenticate"] == 'Bearer realm="registry"'
    assert shared_api.get(LEDGER, CLERK).headers["Allow"] == "OPTIONS, POST"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic dTpw", "bearer hlr_" + "0" * 32 + "_" + "A" * 43])
def test_whatever_is_wrong_with_a_token_the_answer_is_the_same(shared_api: Api, header: str) -> None:
    response = shared_api.get("/v1/households", None, Authorization=header)
    document = check_shape(response, "E-AUTH-TOKEN")
    assert {k: v for k, v in document.items() if k != "instance"} == {
        "type": "/v1/errors/E-AUTH-TOKEN",
        "title": "身份未验证",
        "status": 401,
        "detail": "请求没有令牌，或令牌无效、已过期、已撤销。",
        "code": "E-AUTH-TOKEN",
        "violations": [],
    }


def test_no_value_that_was_sent_is_repeated(shared_api: Api) -> None:
    body = {"effective_on": SECRET, "division": SECRET, "size": SECRET, "labour_count": 1, "groups": [SECRET], SECRET: 1}
    for path in (LEDGER, f"/v1/households/{SECRET}/record-ledger-household"):
        response = shared_api.post(path, CLERK, body)
        assert response.status_code in (404, 422)
        assert SECRET not in response.get_data(as_text=True)


def test_a_store_that_cannot_be_written_is_told_as_not_now(shared_api: Api) -> None:
    with failing(shared_api.side.application, "save", StoreUnavailable(f"disk of {SECRET}")):
        response = shared_api.post(LEDGER, CLERK, ENTRY)
    check_shape(response, "E-STORE-UNAVAILABLE")
    assert response.headers["Retry-After"] == "1"
    assert SECRET not in response.get_data(as_text=True)


def test_tokens_that_cannot_be_looked_up_are_told_as_not_now(shared_api: Api) -> None:
    from sqlalchemy.exc import OperationalError

    token = shared_api.token(CLERK)
    with failing(shared_api.side.tokens, "held", OperationalError("SELECT", SECRET, Exception("locked"))):
        response = shared_api.get("/v1/households", None, Authorization=f"Bearer {token}")
    check_shape(response, "E-STORE-UNAVAILABLE")
    assert response.headers["Retry-After"] == "1"


def test_a_mistake_of_ours_tells_nothing_to_the_client_and_its_place_to_the_log(
    shared_api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR), failing(shared_api.side.application, "save", ValueError(f"bad {SECRET}")):
        response = shared_api.post(LEDGER, CLERK, ENTRY)
    check_shape(response, "E-INTERNAL")
    assert SECRET not in response.get_data(as_text=True)
    assert "ValueError" not in response.get_data(as_text=True)


@pytest.mark.parametrize("code", list(refusal_codes()))
def test_every_code_is_explained_in_both_languages_to_anybody(shared_api: Api, code: str) -> None:
    response = shared_api.get(f"/v1/errors/{code}", None)
    entry = refusal(code)
    assert response.get_json() == {
        "code": code,
        "status": entry.status,
        "title": {"zh": entry.title_zh, "en": entry.title_en},
        "text": {"zh": entry.text_zh, "en": entry.text_en},
    }


@pytest.mark.parametrize(
    "path",
    [
        "/docs/../v1/tokens",
        "/docs/%2e%2e/v1/tokens",
        "/docs//v1/tokens",
        "/v1/errors/../tokens",
        "/v1/errors//../tokens",
        "/v1/errors/%2e%2e%2ftokens",
        "/v1/live/../tokens",
        "//v1/tokens",
        "/v1//tokens",
        "/v1/tokens/",
        "/v1/tokens;/docs/",
    ],
)
def test_no_way_of_writing_a_path_gets_round_the_token(shared_api: Api, path: str) -> None:
    answer = shared_api.get(path, None)
    assert answer.status_code in (308, 401, 404), answer.get_data(as_text=True)
    assert "token_id" not in answer.get_data(as_text=True)
