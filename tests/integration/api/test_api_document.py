"""The API's document: valid, whole, true of the examples it gives, and a page that opens without the internet."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit
from uuid import UUID

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from deploy.topics.making import make_topic
from deploy.web.authentication import is_open
from registry.expenses.records import HOSPITAL_TOPIC
from tests.support.api_client import Api
from tests.support.asked import SENDERS
from tests.support.histories import in_ledger
from tests.support.scenario import HOSPITAL, HOUSEHOLD, actor
from tests.support.supervision import COMPLAINT, FINDING

CLERK = actor("VILLAGE_CLERK")
METHODS = ("get", "post", "patch", "delete", "put")
UNDOCUMENTED = {"/openapi.json", "/docs/", "/docs/{path}"}
SHAPE = re.compile(r"E-FIELD-(MISSING|TYPE|UNKNOWN|TOO-LONG|RANGE)|E-CODE-UNKNOWN|E-BODY.*|E-HEADER|E-STAFF-ID|E-USCC|E-TERM")


@pytest.fixture(scope="module")
def document(shared_api: Api) -> dict[str, Any]:
    answer: dict[str, Any] = shared_api.get("/openapi.json", None).get_json()
    return answer


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def test_it_is_a_valid_document_of_its_version(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    validate(document)


def test_every_route_is_in_it_and_it_has_no_other(shared_api: Api, document: dict[str, Any]) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in shared_api.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {(path, method) for path, method, _ in operations(document)}
    # Pages are for people; that each has its line is held by tests/integration/pages.
    programs = {route for route in routes if not route[0].startswith("/pages/")}
    assert {route for route in programs if route[0] not in UNDOCUMENTED} == described


def test_every_operation_says_what_it_is_for_and_what_it_may_be_refused_for(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)
    for path, method, operation in operations(document):
        assert operation["summary"].strip(), (method, path)
        assert {"401", "403"} <= set(operation["responses"]) or operation.get("security") == [], (method, path)


def test_what_needs_no_token_says_so(document: dict[str, Any]) -> None:
    assert document["security"] == [{"bearer": []}]
    for path, method, operation in operations(document):
        opened = is_open(path.replace("{code}", "E-STATE"))
        assert (operation.get("security") == []) == opened, (method, path)


def test_it_names_no_address_of_whoever_asked_first(document: dict[str, Any]) -> None:
    assert "servers" not in document


def test_it_is_not_sent_again_to_who_has_it(shared_api: Api) -> None:
    tag = shared_api.get("/openapi.json", None).headers["ETag"]
    assert shared_api.get("/openapi.json", None, If_None_Match=tag).status_code == 304


def misfits(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """How a value breaks a schema of the document."""
    registry = Registry().with_resource("urn:document", DRAFT202012.create_resource(document))
    whole = json.loads(json.dumps(schema).replace("#/components", "urn:document#/components"))
    return [error.message for error in OAS31Validator(whole, registry=registry).iter_errors(value)]


class Sent(NamedTuple):
    """An example as it was sent, and what it was answered."""

    path: str
    operation: dict[str, Any]
    answer: Any


@pytest.fixture(scope="module")
def sent(shared_api: Api, document: dict[str, Any]) -> list[Sent]:
    """Every example body, sent by somebody who may."""
    there = {"household_id": HOUSEHOLD, "person_id": shared_api.person(1), "table": "note_kind", "county": "469030000000"}
    there |= {"institution": "H46903000001"}
    there |= {"subject_id": HOUSEHOLD, "finding_id": FINDING, "complaint_id": COMPLAINT}
    there |= {"subject": "household.register-value", "place": "469030000000"}
    there |= dict.fromkeys(("run_id", "sweep_id", "mismatch_id", "sample_id"), UUID(int=1))
    shared_api.give(in_ledger()[0])
    make_topic(shared_api.side.settings, HOSPITAL_TOPIC.of(HOSPITAL))
    answers = []
    for number, (path, method, operation) in enumerate(operations(document)):
        if "requestBody" in operation:
            example = operation["requestBody"]["content"]["application/json"]["example"]
            address = re.sub(r"\{(\w+)\}", lambda part: str(there[part[1]]), path)
            headers = {"Idempotency_Key": f"e{number}"} if path != "/v1/tokens" else {}
            for role in SENDERS:
                answer = shared_api.ask(method.upper(), address, {**actor(role), "division": "460000000000"}, example, **headers)
                if answer.status_code != 403:
                    break
            answers.append(Sent(path, operation, answer))
    return answers


class TestExamples:
    """Every example body fits its own schema, the program takes it for what it is, and answers as the document says."""

    def test_they_fit_their_schemas(self, document: dict[str, Any]) -> None:
        wrong = []
        for path, method, operation in operations(document):
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is not None:
                wrong += [(method, path, told) for told in misfits(content["example"], content["schema"], document)]
        assert not wrong

    def test_the_program_finds_nothing_wrong_with_their_shape(self, sent: list[Sent]) -> None:
        assert len(sent) > 80
        for path, _, answer in sent:
            assert answer.status_code not in (401, 403, 500), (path, answer.get_json())
            told = [] if answer.status_code < 300 else [v["code"] for v in answer.get_json()["violations"]]
            assert not [code for code in told if SHAPE.fullmatch(code)], (path, answer.get_json())

    def test_answers_are_as_described(self, sent: list[Sent], document: dict[str, Any]) -> None:
        for path, operation, answer in sent:
            described = operation["responses"].get(str(answer.status_code))
            assert described is not None, (path, answer.status_code)
            if answer.status_code != 204:
                schema = described["content"][answer.mimetype]["schema"]
                assert not misfits(answer.get_json(), schema, document), (path, answer.get_json())


class Loads(HTMLParser):
    """Everything that a page makes a browser load."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        loading = {"src", "href", "data", "action", "poster", "srcset", "formaction"} if tag != "a" else set()
        self.addresses += [value for name, value in attrs if name in loading and value]


class TestPage:
    """It opens without the internet."""

    def test_everything_it_loads_is_ours_and_there(self, shared_api: Api) -> None:
        page = shared_api.get("/docs/", None)
        loads = Loads()
        loads.feed(page.get_data(as_text=True))
        assert len(loads.addresses) >= 6
        for address in loads.addresses:
            assert urlsplit(address).netloc == "", address
            asset = shared_api.get(address, None)
            assert asset.status_code == 200, address
            if asset.mimetype == "text/css":
                for inner in re.findall(r"url\(\s*['\"]?([^'\")]+)", asset.get_data(as_text=True)):
                    assert inner.startswith("data:"), inner
                assert "@import" not in asset.get_data(as_text=True)

    def test_it_names_no_address_in_full(self, shared_api: Api) -> None:
        assert re.findall(r"https?://[^\s\"'<]+", shared_api.get("/docs/", None).get_data(as_text=True)) == []

    def test_it_asks_for_our_document_and_for_no_validator(self, shared_api: Api) -> None:
        text = shared_api.get("/docs/", None).get_data(as_text=True)
        found = re.search(r"var user_config = (\{.*?\});", text)
        assert found is not None
        config = json.loads(found[1])
        assert urljoin("/docs/", config["url"]) == "/openapi.json"
        assert config["validatorUrl"] is None

    def test_the_browser_refuses_whatever_would_come_from_elsewhere(self, shared_api: Api) -> None:
        policy = shared_api.get("/docs/", None).headers["Content-Security-Policy"]
        sources = {part.split()[0]: part.split()[1:] for part in policy.split(";")}
        assert sources["default-src"] == ["'none'"]
        allowed = {source for part in sources.values() for source in part}
        assert allowed == {"'none'", "'self'", "'unsafe-inline'", "data:"}

    def test_without_its_slash_the_page_is_found_too(self, shared_api: Api) -> None:
        answer = shared_api.get("/docs", None)
        assert (answer.status_code, answer.headers["Location"]) == (308, "http://localhost/docs/")
