"""No body whatever breaks the API: made from the declarations of commands, and then spoilt, it is accepted or refused.

What is accepted is in the store, so it fits its schema; what is refused left nothing there, and for what the document announces.
"""

import hashlib
import json
import re
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.topics.making import make_topic
from registry.api.examples import example_of
from registry.api.json_schema import COMPONENTS
from registry.command import action_of, command_classes
from registry.expenses.records import HOSPITAL_TOPIC
from schemas.access import Actor
from tests.support.a_sample import a_sample
from tests.support.api_client import Api
from tests.support.asked import SENDERS
from tests.support.campaigns import RUN, SWEEP, found, run_opened, sweep_opened
from tests.support.hand_set_register import move_clock
from tests.support.histories import in_ledger, registered
from tests.support.installation import request as request_of
from tests.support.scenario import COUNTY, HOSPITAL, HOUSEHOLD, actor, day
from tests.support.supervision import COMPLAINT, FINDING

NONSENSE: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["", " ", "\x00", "\ud800", "9" * 300, "2018-09-04", "1e999999999", "469030100201", "😀", "e\u0301"]),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)
FEW = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def strategy_of(schema: dict[str, Any], components: dict[str, Any], name: str = "") -> st.SearchStrategy[Any]:
    """Values that fit the schema, mostly."""
    if "$ref" in schema:
        return strategy_of(components[schema["$ref"].removeprefix(COMPONENTS)], components, name)
    if "anyOf" in schema:
        return st.one_of(*(strategy_of(inner, components, name) for inner in schema["anyOf"]))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "object":
            needed = schema.get("required", ())
            fields = {field: strategy_of(inner, components, field) for field, inner in schema.get("properties", {}).items()}
            optional = {field: made for field, made in fields.items() if field not in needed}
            return st.fixed_dictionaries({field: fields[field] for field in needed}, optional=optional)
        case "array":
            return st.lists(strategy_of(schema["items"], components, name), max_size=3)
        case "integer":
            return st.integers(schema.get("minimum", -(2**40)), schema.get("maximum", 2**40))
        case "number":
            return st.integers(-(10**13), 10**13) | st.decimals(-(10**11), 10**11, places=2).map(float)
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
    example = example_of(schema, components, name)
    return st.sampled_from([example, example, example, "2018-09-04", "2018-12-01", str(HOUSEHOLD), "x"])


@st.composite
def bodies(draw: Any, schema: dict[str, Any], components: dict[str, Any]) -> Any:
    """A body that fits; in one of three, one field of it is nonsense."""
    body = draw(strategy_of(schema, components))
    if body and draw(st.integers(0, 2)) == 0:
        body[draw(st.sampled_from(sorted(body)))] = draw(NONSENSE)
    return body


class Target(NamedTuple):
    """What is sent bodies to."""

    method: str
    path: str
    schema: dict[str, Any]
    components: dict[str, Any]
    announced: frozenset[str]


class Lived(NamedTuple):
    """A register in which one household has exited, one is registered and one is in the ledger: most commands find work."""

    api: Api
    households: tuple[UUID, ...]
    person_id: UUID
    targets: dict[str, Target]

    def send(self, target: Target, body: Any, household_id: UUID) -> Any:
        """From the first sender whose role may."""
        there = {
            "household_id": household_id,
            "subject_id": household_id,
            "finding_id": FINDING,
            "complaint_id": COMPLAINT,
            "person_id": self.person_id,
            "run_id": RUN,
            "sweep_id": SWEEP,
            "mismatch_id": FOUND.mismatch_id,
            "sample_id": DRAWN.sample_id,
            "table": "note_kind",
            "county": COUNTY,
            "place": COUNTY,
            "institution": "H46903000001",
        }
        path = re.sub(r"\{(\w+)\}", lambda part: str(there[part[1]]), target.path)
        text = json.dumps(body, default=str)
        for role in SENDERS:
            who = {**actor(role), "division": "460000000000"}
            headers = {} if "token" in path else {"Idempotency_Key": hashlib.sha256(f"{path}{text}".encode()).hexdigest()}
            answer = self.api.ask(target.method, path, who, text, **headers)
            if answer.status_code != 403 or answer.get_json()["code"] != "E-AUTH-ROLE":
                break
        return answer


@pytest.fixture(scope="module")
def lived(shared_api: Api) -> Lived:
    api, others = shared_api, (UUID(int=(0x5EED << 64) + 11), UUID(int=(0x5EED << 64) + 12))
    api.give(*(replace(step, household_id=others[1]) for step in in_ledger()[:1]))
    api.give(*registered())
    for command in (run_opened(), sweep_opened(), FOUND):
        api.side.service.execute(command, request_of(Actor("province-1", "PROVINCE_OFFICER", "office-1", "460000000000")))
    api.side.service.execute(DRAWN, request_of(Actor("team-1", "SUPERVISOR", "team-1", "460000000000")))
    make_topic(api.side.settings, HOSPITAL_TOPIC.of(HOSPITAL))
    document = api.get("/openapi.json", None).get_json()
    components = document["components"]["schemas"]
    targets = {
        operation["operationId"]: Target(method.upper(), path, body_schema(operation), components, announced(operation))
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if "requestBody" in operation and path.startswith("/v1/")
    }
    move_clock(api.side, day(220))
    return Lived(api, (HOUSEHOLD, others[1]), api.person(19), targets)


def body_schema(operation: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = operation["requestBody"]["content"]["application/json"]["schema"]
    return schema


def announced(operation: dict[str, Any]) -> frozenset[str]:
    """The codes of all refusals that the document announces for an operation."""
    told = " ".join(of["description"] for of in operation["responses"].values())
    return frozenset(re.findall(r"E(?:-[A-Z0-9]+)+", told))


FOUND = found()
DRAWN = a_sample(day(9), [HOUSEHOLD])
OF_THE_BODY = {"E-TOKEN-EXCEEDS", "E-INSTITUTION-KEY"}
"""Refuse what a body wants for whom it names, not who sends it."""
NOT_SERVED = {
    "erase_personal_data", "assess_early_warning", "close_early_warning", "transfer_early_warning", "stop_hospital_intake",
    "draw_sample", "compare_with_national",
}  # fmt: skip
"""Served under another name, or given by the intake or the command line alone."""
NAMES = sorted(
    [action_of(command) for command in command_classes() if action_of(command) not in NOT_SERVED]
    + ["import_household_anew", "record_ledger_household_anew", "register_person", "read_person", "change_person", "erase_person"]
    + ["write_person_note", "write_household_note", "read_person_notes", "read_household_notes", "create_token"]
    + ["publish_expenses", "publish_fhir_expenses"]
)


def test_every_operation_with_a_body_is_tried(lived: Lived) -> None:
    assert sorted(lived.targets) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_body_is_accepted_or_refused(lived: Lived, name: str) -> None:
    target = lived.targets[name]

    @FEW
    @given(body=bodies(target.schema, target.components), household_id=st.sampled_from(lived.households))
    def any_body(body: Any, household_id: UUID) -> None:
        answer = lived.send(target, body, household_id)
        told = answer.get_json() if answer.is_json else None
        assert answer.status_code < 500, (body, told)
        assert answer.status_code != 403 or told["code"] in OF_THE_BODY, (body, told)
        if answer.mimetype == "application/problem+json":
            codes = {told["code"], *(violation["code"] for violation in told["violations"])}
            assert codes <= target.announced, (codes - target.announced, body, told)

    any_body()
