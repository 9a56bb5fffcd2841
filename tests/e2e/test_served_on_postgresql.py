"""The same API over PostgreSQL: store, tokens and vault on a real server, many clients at once."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from registry.vault.id_number import synthetic_id
from schemas.access import Actor
from tests.support.at_once import at_once
from tests.support.installation import CLERK, ON, VILLAGE, new_installation
from tests.support.ports import free_port
from tests.support.served_api import Server, make_tokens, served

pytestmark = pytest.mark.postgres
PROVINCE = Actor("officer-1", "PROVINCE_OFFICER", "office-0", "460000000000")
ENTRY = {"effective_on": ON.isoformat(), "division": VILLAGE, "size": 3, "labour_count": 1}
VISIT = {"effective_on": ON.isoformat(), "visitor_role": "HELPER", "visitor_id": "helper-1", "purpose": "SURVEY"}
EACH = 6


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, new_postgres_database: Callable[[], str]) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("served")
    store, vault = new_postgres_database(), new_postgres_database()
    settings = new_installation(folder / "data", port=free_port(), synthetic_ids=True, store_url=store, vault_url=vault)
    with served(settings) as server:
        yield server


@pytest.fixture(scope="module")
def tokens(server: Server) -> tuple[str, str]:
    clerk, province = make_tokens(server.settings, CLERK, PROVINCE)
    return clerk, province


def test_many_at_one_household_leave_one_version_for_each_that_was_accepted(server: Server, tokens: tuple[str, str]) -> None:
    clerk, _ = tokens
    path, answers = f"/v1/households/{uuid4()}", Counter[int]()
    assert server.ask("POST", f"{path}/record-ledger-household", clerk, ENTRY).status == 201

    def visit(number: int) -> None:
        for turn in range(EACH):
            answer = server.ask("POST", f"{path}/record-home-visit", clerk, VISIT | {"minutes": 1 + number * EACH + turn})
            assert answer.status == 200 or answer.json()["code"] == "E-CONCURRENCY", answer.json()
            answers[answer.status] += 1

    at_once(visit)
    last = server.ask("POST", f"{path}/record-home-visit", clerk, VISIT | {"minutes": 200})
    assert last.json()["version"] == 1 + answers[200] + 1


def test_one_request_from_many_is_carried_out_once(server: Server, tokens: tuple[str, str]) -> None:
    clerk, _ = tokens
    answers: list[Any] = []

    def send(_: int) -> None:
        answer = server.ask("POST", "/v1/households/record-ledger-household", clerk, ENTRY, Idempotency_Key="family-1")
        answers.append((answer.status, answer.json()["aggregate_id"]))

    at_once(send)
    assert len(set(answers)) == 1
    assert answers[0][0] == 201


def test_a_person_is_registered_once_read_and_erased_for_ever(server: Server, tokens: tuple[str, str]) -> None:
    clerk, province = tokens
    answers: list[Any] = []
    person = {"name": "某某甲", "id_number": synthetic_id(date(1980, 5, 1), 33)}
    at_once(lambda _: answers.append(server.ask("POST", "/v1/persons", clerk, person).json()["person_id"]))
    (person_id,) = set(answers)
    reading = {"purpose": "CASE_HANDLING", "fields": ["name"], "unmasked": True}
    read = server.ask("POST", f"/v1/persons/{person_id}/read", clerk, reading)
    assert read.json()["fields"] == {"name": "某某甲"}
    note = {"kind": "REMARK", "text": "一条备注"}
    at_once(lambda _: server.ask("POST", f"/v1/persons/{person_id}/notes", clerk, note, Idempotency_Key="note-1"))
    notes = server.ask("POST", f"/v1/persons/{person_id}/notes/read", clerk, {"purpose": "CASE_HANDLING"}).json()["notes"]
    assert [told["text"] for told in notes] == ["一条备注"]
    erasure = {"reason": "PURPOSE_ENDED", "effective_on": ON.isoformat()}
    assert server.ask("POST", f"/v1/persons/{person_id}/erase", province, erasure).status == 201
    assert server.ask("POST", f"/v1/persons/{person_id}/read", clerk, reading).json()["code"] == "E-PERSON-ERASED"
