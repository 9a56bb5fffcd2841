"""Commands over real HTTP, many at a time: nothing lost, nothing doubled, nothing told that should not be."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.composition.write_side import write_side
from deploy.settings import Settings
from registry.vault.id_number import synthetic_id
from schemas.access import Actor
from schemas.metrics import COMMAND_REFUSALS, COMMAND_REQUESTS, COMMAND_SECONDS, TOKENS_REFUSED
from tests.support.at_once import THREADS, at_once
from tests.support.installation import CLERK, ON, VILLAGE, new_installation
from tests.support.ports import free_port
from tests.support.served_api import Server, make_tokens, served

EACH = 12
ENTRY = {"effective_on": ON.isoformat(), "division": VILLAGE, "size": 3, "labour_count": 1}
VISIT = {
    "effective_on": ON.isoformat(),
    "visitor_role": "HELPER",
    "visitor_id": "helper-1",
    "purpose": "SURVEY",
    "minutes": 30,
}
OPERATOR = Actor("operator-1", "OPERATOR", "office-0", "460000000000")
SECRET, NAME = "46999919800501003X", "某某甲"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("served")
    settings = new_installation(folder / "data", port=free_port(), synthetic_ids=True, log_level="info")
    with served(settings) as server:
        yield server


@pytest.fixture(scope="module")
def clerk(server: Server) -> str:
    (token,) = make_tokens(server.settings, CLERK)
    return token


def enter(server: Server, token: str, household_id: UUID) -> None:
    assert server.ask("POST", f"/v1/households/{household_id}/record-ledger-household", token, ENTRY).status == 201


def minutes_recorded(settings: Settings, household_id: UUID) -> list[int]:
    """The minutes of each visit of the household, in order; its versions have no gap."""
    with write_side(settings) as side:
        events = list(side.store.get(household_id))
    assert [event.originator_version for event in events] == list(range(1, len(events) + 1))
    return [event.minutes for event in events[1:]]


def test_everything_that_was_accepted_at_one_household_by_many_at_once_is_recorded_once(server: Server, clerk: str) -> None:
    household_id = uuid4()
    enter(server, clerk, household_id)
    accepted: list[int] = []

    def visit(number: int) -> None:
        for turn in range(EACH):
            minutes = 1 + number * EACH + turn
            answer = server.ask("POST", f"/v1/households/{household_id}/record-home-visit", clerk, VISIT | {"minutes": minutes})
            assert answer.status == 200 or answer.json()["code"] == "E-CONCURRENCY", answer.json()
            if answer.status == 200:
                accepted.append(minutes)

    at_once(visit)
    assert len(accepted) > THREADS * EACH // 2
    assert sorted(minutes_recorded(server.settings, household_id)) == sorted(accepted)


def test_many_at_once_at_different_households_do_not_stand_in_each_others_way(server: Server, clerk: str) -> None:
    households = [uuid4() for _ in range(THREADS)]

    def live(number: int) -> None:
        enter(server, clerk, households[number])
        for turn in range(EACH):
            path = f"/v1/households/{households[number]}/record-home-visit"
            answer = server.ask("POST", path, clerk, VISIT | {"minutes": turn + 1}, If_Match=f'"{turn + 1}"')
            assert (answer.status, answer.headers["ETag"]) == (200, f'"{turn + 2}"'), answer.json()

    at_once(live)
    for household_id in households:
        assert minutes_recorded(server.settings, household_id) == list(range(1, EACH + 1))


def test_the_same_request_from_many_at_once_is_carried_out_once_and_answered_alike(server: Server, clerk: str) -> None:
    answers: list[tuple[int, Any]] = []

    def send(_: int) -> None:
        answer = server.ask("POST", "/v1/households/record-ledger-household", clerk, ENTRY, Idempotency_Key="family-1")
        answers.append((answer.status, answer.json()))

    at_once(send)
    assert len({document["aggregate_id"] for _, document in answers}) == 1
    assert Counter(status for status, _ in answers) == {201: THREADS}


def test_the_same_person_from_many_at_once_is_one_person(server: Server, clerk: str) -> None:
    answers: list[Any] = []
    person = {"name": NAME, "id_number": synthetic_id(date(1980, 5, 1), 33)}

    def register(_: int) -> None:
        answers.append(server.ask("POST", "/v1/persons", clerk, person).json())

    at_once(register)
    assert len({answer["person_id"] for answer in answers}) == 1
    assert [answer["new"] for answer in answers].count(True) == 1


class TestLog:
    """One JSON object a line, with nothing in it that a client sent."""

    def told(self, server: Server, correlation_id: str) -> dict[str, Any]:
        (line,) = [line for line in server.lines() if line.get("correlation_id") == correlation_id]
        return line

    def test_a_request_is_told_by_its_route_who_asked_and_what_came_of_it(self, server: Server, clerk: str) -> None:
        conversation = str(uuid4())
        path = f"/v1/households/{uuid4()}/record-home-visit?name={SECRET}"
        server.ask("POST", path, clerk, VISIT, X_Correlation_ID=conversation)
        line = self.told(server, conversation)
        assert {name: line[name] for name in ("method", "route", "status", "code", "user_id", "role", "process")} == {
            "method": "POST",
            "route": "/v1/households/<uuid:household_id>/record-home-visit",
            "status": "404",
            "code": "E-HOUSEHOLD-UNKNOWN",
            "user_id": CLERK.user_id,
            "role": CLERK.role,
            "process": "api",
        }
        assert line["ms"] > 0

    def test_nothing_that_was_sent_is_in_it_wherever_it_was_sent(self, server: Server, clerk: str) -> None:
        for path in (f"/v1/persons/{SECRET}/read", f"/v1/households?name={SECRET}", f"/{NAME.encode().hex()}{SECRET}"):
            server.ask("GET", path, clerk, X_Correlation_ID=SECRET, Idempotency_Key=SECRET, User_Agent=SECRET)
            server.ask("POST", path, clerk, {SECRET: SECRET, "name": NAME}, If_Match=SECRET)
            server.ask("GET", path, SECRET)
        server.ask("POST", "/v1/persons", clerk, {"name": NAME, "id_number": SECRET})
        text = server.log.read_text("utf-8")
        assert SECRET not in text
        assert NAME not in text
        assert all({"event", "level", "timestamp", "process"} <= set(line) for line in server.lines())


class TestMetrics:
    """What the command API counts, as scraped."""

    def scraped(self, server: Server) -> dict[str, float]:
        (operator,) = make_tokens(server.settings, OPERATOR)
        text = server.ask("GET", "/v1/metrics", operator).data.decode()
        lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in lines}

    def test_requests_are_counted_by_what_came_of_them(self, server: Server, clerk: str) -> None:
        before, key = self.scraped(server), str(uuid4())
        for _ in range(2):
            server.ask("POST", "/v1/households/record-ledger-household", clerk, ENTRY, Idempotency_Key=key)
        wrong = {**ENTRY, "size": 0, "labour_count": "one"}
        server.ask("POST", "/v1/households/record-ledger-household", clerk, wrong, Idempotency_Key=str(uuid4()))
        server.ask("GET", "/v1/tokens")
        after = self.scraped(server)

        def grown(name: str) -> float:
            return after[name] - before.get(name, 0)

        endpoint = 'endpoint="record_ledger_household_anew"'
        for outcome in ("accepted", "replayed", "refused"):
            assert grown(f'{COMMAND_REQUESTS.name}{{{endpoint},outcome="{outcome}"}}') == 1
        assert grown(f'{COMMAND_REFUSALS.name}{{code="E-FIELD-TYPE",{endpoint}}}') == 1
        assert grown(f"registry_command_seconds_count{{{endpoint}}}") == 3
        assert grown(f'{TOKENS_REFUSED.name}{{reason="NONE"}}') == 1

    def test_every_metric_has_a_sentence_and_is_there(self, server: Server, clerk: str) -> None:
        for token in (clerk, None):
            server.ask("POST", "/v1/households/record-ledger-household", token, {})
        scraped = self.scraped(server)
        for metric in (COMMAND_REQUESTS, COMMAND_REFUSALS, COMMAND_SECONDS, TOKENS_REFUSED):
            assert any(name.startswith(metric.name) for name in scraped), metric.name
