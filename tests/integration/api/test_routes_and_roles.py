"""Every route x role: who is let in, who is not for his role, and who is not for the place.

The table beside this file is the specification: a line for each route, written by hand, not read from the access rules. A route
without a line fails, and so does a line without a route. Its columns: method and route; what a role of another division gets
(403 refused, 404 as if it were not there, own: nothing but what is within its own division, any: the route is about no place);
then the roles, `x` where the role is let in. An open route needs no token, and says so instead.
"""

import re
from collections.abc import Iterable
from itertools import count
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from schemas.access import Actor
from tests.support import campaigns
from tests.support.a_sample import a_sample
from tests.support.api_client import Api
from tests.support.campaigns import RUN, SWEEP, run_opened, sweep_opened
from tests.support.early_warnings import CASE, assessed
from tests.support.hand_set_register import actor_of, move_clock
from tests.support.histories import in_ledger
from tests.support.installation import request as request_of
from tests.support.routes import LINES, OPEN, ROLES, Line, named
from tests.support.scenario import COUNTY, HOUSEHOLD, By, day, legitimate
from tests.support.supervision import COMPLAINT, FINDING, complained, found, team_assigned

PROVINCE, ELSEWHERE = "460000000000", "469024000000"
DENIED = {403: {"E-AUTH-SCOPE", "E-TOKEN-EXCEEDS"}, 404: {"E-HOUSEHOLD-UNKNOWN", "E-WARNING-UNKNOWN", "E-FINDING-UNKNOWN"}}
NOT_LET_IN = frozenset({"E-AUTH-TOKEN", "E-AUTH-ROLE", "E-AUTH-SCOPE"})


GUARDED = [line for line in LINES if line.elsewhere != OPEN]


def routes_of(app: Flask) -> list[tuple[str, str]]:
    rules: Iterable[Rule] = app.url_map.iter_rules()
    # Pages have a table of their own: tests/integration/pages/pages_and_roles.txt.
    rules = [rule for rule in rules if not rule.rule.startswith("/pages")]
    return sorted((method, rule.rule) for rule in rules for method in (rule.methods or ()) - {"HEAD", "OPTIONS"})


class Visitor:
    """Sends a well-formed request to any route, about a household, a person and a token that are there."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.keys = count(1)
        person_id = api.person(1)
        api.give(in_ledger()[0])
        move_clock(api.side, day(10))
        api.side.service.execute(assessed(), request_of(Actor("intake", "OPERATOR", "registry", PROVINCE)))
        for step in (team_assigned(), found(), complained()):
            command, who = (step.command, step.actor) if isinstance(step, By) else (step, legitimate(step))
            api.side.service.execute(command, request_of(actor_of(who)))
        province_office = request_of(an("PROVINCE_OFFICER", PROVINCE))
        for command in (run_opened(), sweep_opened(), lead := campaigns.found(sector="DIBAO", rule="DIBAO_NOT_REGISTERED")):
            api.side.service.execute(command, province_office)
        until = api.side.clock.now().replace(year=2019)
        drawn = a_sample(day(9), [HOUSEHOLD])
        api.side.service.execute(drawn, request_of(Actor("supervisor", "SUPERVISOR", "registry", PROVINCE)))
        token = api.side.tokens.create(Actor("program-1", "HOSPITAL", "office-1", COUNTY), until)
        self.there = {
            "household_id": HOUSEHOLD,
            "subject_id": HOUSEHOLD,
            "case_id": CASE,
            "finding_id": FINDING,
            "complaint_id": COMPLAINT,
            "run_id": RUN,
            "mismatch_id": lead.mismatch_id,
            "sweep_id": SWEEP,
            "person_id": person_id,
            "token_id": token.token_id,
            "county": COUNTY,
            "place": COUNTY,
            "sample_id": drawn.sample_id,
            "institution": hospital_at(PROVINCE),
        }
        self.there |= {"week": "2018-W36", "table": "note_kind", "code": COUNTY, "path": "index.css"}
        self.there |= {"schema_id": "1", "subject": "household.register-value", "version": "latest"}
        self.described = api.get("/openapi.json", None).get_json()["paths"]
        api.flow()

    def send(self, line: Line, who: Actor | None) -> Any:
        operation = self.described.get(line.described, {}).get(line.method.lower(), {})
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
        keyed = any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", ()))
        headers = {"Idempotency_Key": f"key-{next(self.keys)}"} if keyed else {}
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda part: str(self.there[part[1]]), line.rule)
        return self.api.ask(line.method, path, who, body, **headers)


@pytest.fixture(scope="module")
def visitor(shared_api: Api) -> Visitor:
    return Visitor(shared_api)


def an(role: str, division: str) -> Actor:
    organisation = hospital_at(division) if role == "HOSPITAL" else "office-1"
    return Actor(f"{role.lower()}-{division}", role, organisation, division)


def hospital_at(division: str) -> str:
    return f"H{division[:6]}00001"


def code_of(response: Any) -> str | None:
    code: str | None = (response.get_json() or {}).get("code") if response.is_json else None
    return code if response.status_code >= 400 else None


def test_every_route_has_its_line(visitor: Visitor) -> None:
    assert sorted((line.method, line.rule) for line in LINES) == routes_of(visitor.api.app)


@pytest.mark.parametrize("line", [line for line in LINES if line.elsewhere == OPEN], ids=named)
def test_an_open_route_needs_no_token(visitor: Visitor, line: Line) -> None:
    assert visitor.send(line, None).status_code in (200, 404)


@pytest.mark.parametrize("line", GUARDED, ids=named)
def test_without_a_good_token_nobody_is_let_in(visitor: Visitor, line: Line) -> None:
    refused = visitor.send(line, None)
    assert (refused.status_code, code_of(refused)) == (401, "E-AUTH-TOKEN")


@pytest.mark.parametrize("line", GUARDED, ids=named)
def test_just_the_roles_of_the_table_are_let_in(visitor: Visitor, line: Line) -> None:
    answers = {role: visitor.send(line, an(role, PROVINCE)) for role in ROLES}
    assert {role for role, answer in answers.items() if code_of(answer) not in NOT_LET_IN} == line.roles
    for role in set(ROLES) - line.roles:
        assert (answers[role].status_code, code_of(answers[role])) == (403, "E-AUTH-ROLE")


@pytest.mark.parametrize("line", GUARDED, ids=named)
def test_a_role_of_another_division_is_kept_out(visitor: Visitor, line: Line) -> None:
    for role in sorted(line.roles):
        answer = visitor.send(line, an(role, ELSEWHERE))
        if line.elsewhere in ("403", "404"):
            assert answer.status_code == int(line.elsewhere), (role, code_of(answer))
            assert code_of(answer) in DENIED[answer.status_code], role
        else:
            assert code_of(answer) not in NOT_LET_IN, role
            assert line.elsewhere != "own" or not shows_something_of(answer, visitor)


def shows_something_of(answer: Any, visitor: Visitor) -> bool:
    return any(
        str(visitor.there[what]) in answer.get_data(as_text=True)
        for what in ("household_id", "token_id", "case_id", "finding_id")
    )
