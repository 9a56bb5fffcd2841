"""No request breaks the API, and every answer is what the OpenAPI document says: schemathesis reads it and makes requests.

Both APIs over a register that has been lived in, each route asked by those whom it lets in: requests that fit the document, and
such as do not. The same each time; ANY_REQUEST_EXAMPLES asks each operation more often. `tests/integration/api/test_any_body.py`
beside this makes bodies that come far into the commands; here it is the document that is tried.
"""

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from deploy.topics.making import make_topic
from registry.early_warning.warnings import case_id_of
from registry.expenses.records import HOSPITAL_TOPIC
from tests.support.api_client import Api
from tests.support.asked import PATIENT, somebody
from tests.support.lived_register import a_lived_register
from tests.support.routes import LINES, OPEN, ROLES, Line, named
from tests.support.scenario import COUNTY, HOSPITAL, HOUSEHOLD, PROVINCE

EXAMPLES: Final = int(os.environ.get("ANY_REQUEST_EXAMPLES", "6"))
CHECKS: Final = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
CODES: Final = re.compile(r"E(?:-[A-Z0-9]+)+")
NOT_YET: Final = "E-NOT-YET"
"""Who asks for a version that nobody has written is told to come again, by the document's 503."""
BROKEN: Final = {
    "nothing": b"",
    "half": b'{"a": ',
    "no text": b"\xff\xfe\x00",
    "a list": b"[]",
    "null": b"null",
    "a number": b"1e999999999",
    "no number": b'{"a": NaN}',
    "nested": b"[" * 100_000,
    "twice": b'{"effective_on": "2018-09-04", "effective_on": 1}',
    "a surrogate": b'{"\\ud800": "\\ud800"}',
}
SETTINGS: Final = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Visited:
    """A register that has been lived in, its document, and what is there."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.schema = schemathesis.openapi.from_wsgi("/openapi.json", api.app)
        self.schema.config.generation.update(with_security_parameters=False)  # each request has a good token
        self.operations = {(op.method.upper(), op.path): op for op in (found.ok() for found in self.schema.get_all_operations())}
        self.there: Mapping[str, str] = {
            "household_id": str(HOUSEHOLD),
            "subject_id": str(PATIENT),
            "case_id": str(case_id_of(PATIENT, 1)),
            "person_id": str(api.person(19)),
            **dict.fromkeys(("county", "code", "place"), COUNTY),
            "week": "2018-W36",
            **{f"{kind}_id": str(UUID(int=1)) for kind in ("sample", "finding", "complaint", "run", "mismatch", "sweep")},
            "institution": HOSPITAL,
            "table": "note_kind",
            "schema_id": "1",
            "subject": "household.register-value",
            "version": "latest",
        }

    def headers(self, line: Line, role: str | None) -> dict[str, str]:
        return {} if role is None else {"Authorization": f"Bearer {self.api.token(somebody(role, PROVINCE))}"}

    def path(self, line: Line) -> str:
        return line.described.format_map({**self.there, "token_id": UUID(int=1), "path": "x"})


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    with a_lived_register(tmp_path_factory.mktemp("visited")) as api:
        make_topic(api.side.settings, HOSPITAL_TOPIC.of(HOSPITAL))
        yield Visited(api)


DESCRIBED: Final = [line for line in LINES if line.rule != "/openapi.json" and not line.rule.startswith("/docs/")]
WITH_BODY: Final = [line for line in DESCRIBED if line.method in ("POST", "PATCH")]


def test_every_operation_is_asked(visited: Visited) -> None:
    assert {(line.method, line.described) for line in DESCRIBED} == visited.operations.keys()


@pytest.mark.parametrize("line", DESCRIBED, ids=named)
def test_whatever_is_asked_the_answer_is_as_the_document_says(visited: Visited, line: Line) -> None:
    operation = visited.operations[line.method, line.described]
    fitting, other = operation.as_strategy(), operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @SETTINGS
    @given(case=st.one_of(fitting, other), role=st.sampled_from(roles_of(line)), known=st.booleans())
    def asked(case: Any, role: str | None, known: bool) -> None:
        if known and case.path_parameters:
            case.path_parameters |= {name: visited.there[name] for name in case.path_parameters.keys() & visited.there.keys()}
        if case.query and "min_version" in case.query:
            case.query["max_wait_s"] = 0  # nobody writes meanwhile
        answer = case.call(headers=visited.headers(line, role))
        case.validate_response(answer, checks=checks_of(line, answer.status_code))
        assert_no_fault_of_ours(answer, case.query or {})
        assert_announced(answer, operation.definition.raw)

    asked()


@pytest.mark.parametrize("line", WITH_BODY, ids=named)
def test_a_broken_body_is_refused_with_problem_details(visited: Visited, line: Line) -> None:
    for role in roles_of(line)[:1]:
        for what, body in BROKEN.items():
            headers = {**visited.headers(line, role), "Content-Type": "application/json", "Idempotency-Key": f"broken-{what}"}
            answer = visited.api.app.test_client().open(visited.path(line), method=line.method, headers=headers, data=body)
            assert 400 <= answer.status_code < 500, (what, answer.get_data(as_text=True)[:500])
            assert_a_problem(answer, line)


@pytest.mark.parametrize("rule", sorted({line.rule for line in DESCRIBED}))
def test_a_method_that_is_not_there_is_refused_with_those_that_are(visited: Visited, rule: str) -> None:
    of_rule = {line.method: line for line in DESCRIBED if shape(line.rule) == shape(rule)}
    line = next(iter(of_rule.values()))
    for method in sorted(METHODS - of_rule.keys()):
        answer = visited.api.app.test_client().open(
            visited.path(line), method=method, headers=visited.headers(line, roles_of(line)[0])
        )
        assert answer.status_code == 405, method
        assert of_rule.keys() <= set(answer.headers["Allow"].split(", "))
        assert_a_problem(answer, line)


def shape(rule: str) -> str:
    """A rule without the names of its parts: commands and queries of one path may call them differently."""
    return re.sub(r"<[^>]*>", "<>", rule)


def roles_of(line: Line) -> list[str | None]:
    """Whom a route lets in; nobody needs to be anybody where it is open."""
    return [None] if line.elsewhere == OPEN else [role for role in ROLES if role in line.roles]


def checks_of(line: Line, status: int) -> list[Any]:
    """Whatever does not fit is refused, unless each row is answered by itself, or it is Confluent's way: no boolean is false."""
    return CHECKS if line.rule.startswith("/v1/") and status != 207 else CHECKS[:-1]


def assert_no_fault_of_ours(answer: Any, query: Mapping[str, Any]) -> None:
    if answer.status_code >= 500:
        assert (answer.status_code, answer.json()["code"]) == (503, NOT_YET), answer.text
        assert "min_version" in query
        assert answer.headers["retry-after"]


def assert_announced(answer: Any, operation: Mapping[str, Any]) -> None:
    """The code of a refusal is among those of its status, and so is every violation's among those of the operation."""
    if answer.headers.get("content-type") == ["application/problem+json"]:
        told, announced = (
            answer.json(),
            {status: CODES.findall(of["description"]) for status, of in operation["responses"].items()},
        )
        assert told["code"] in announced[str(answer.status_code)], told
        unannounced = {violation["code"] for violation in told["violations"]}.difference(*announced.values())
        assert not unannounced, (unannounced, told)


def assert_a_problem(answer: Any, line: Line) -> None:
    """Or what clients of Confluent's registry read, where it is that one's route."""
    of_registry = not line.rule.startswith("/v1/")
    if of_registry:
        assert answer.get_json().keys() == {"error_code", "message"}
        return
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["status"] == answer.status_code
