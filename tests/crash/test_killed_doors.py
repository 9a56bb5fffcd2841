"""The API killed while hospitals report: what it answered as taken in is in the hospital's topic; the rest may be sent again."""

import threading
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
import urllib3

from deploy.settings import Settings
from schemas.access import Actor
from tests.support.hospital_doors import PROVINCE, TODAY, make_topics_of, new_hospitals, published_by, sent
from tests.support.installation import new_installation
from tests.support.ports import free_port
from tests.support.scenario import noon_of
from tests.support.served_api import Server, make_tokens, served
from tests.support.waiting import wait_until

KILLS, CLIENTS, ROWS = 4, 4, 5
ANSWERS_BEFORE_A_KILL = 40
PATIENCE_S = 60.0


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    options: dict[str, Any] = {"port": free_port(), "synthetic_ids": True}
    if request.param == "kafka":
        bootstrap = request.getfixturevalue("kafka_bootstrap")
        options |= {"log_url": f"kafka://{bootstrap}", "kafka_prefix": f"{tmp_path.name}."}
    return new_installation(tmp_path / "data", begun_at=noon_of(TODAY), **options)


def test_whatever_was_answered_as_taken_in_is_in_the_log(settings: Settings) -> None:
    code, _ = hospitals = new_hospitals()
    make_topics_of(settings, hospitals)
    (token,) = make_tokens(settings, Actor("his-1", "HOSPITAL", code, PROVINCE))
    numbers, chance = count(1), Random(7)
    answered: set[str] = set()
    for turn in range(KILLS):
        with served(settings) as server:
            clients = [threading.Thread(target=report, args=(server, token, numbers, answered)) for _ in range(CLIENTS)]
            for client in clients:
                client.start()
            wanted = (turn + 1) * ROWS * chance.randrange(ANSWERS_BEFORE_A_KILL // 2, ANSWERS_BEFORE_A_KILL)
            wait_until(lambda wanted=wanted: len(answered) >= wanted, PATIENCE_S)  # type: ignore[misc]
            server.process.kill()
            for client in clients:
                client.join(PATIENCE_S)
    published = {record["settlement_id"] for record in published_by(settings, code)}
    assert len(answered) >= KILLS * ROWS
    assert answered <= published
    with served(settings) as server:
        rows = {"expenses": [sent(1), sent(2)]}
        again = server.ask("POST", "/v1/expenses", token, rows)
    assert (again.status, again.json()["taken_in"]) == (200, 2)


def report(server: Server, token: str, numbers: "count[int]", answered: set[str]) -> None:
    """Send list after list until nobody answers any more; remember what was said to be taken in."""
    while True:
        rows = {"expenses": [sent(next(numbers)) for _ in range(ROWS)]}
        try:
            answer = server.ask("POST", "/v1/expenses", token, rows)
        except urllib3.exceptions.HTTPError:
            return
        assert answer.status == 200, answer.data
        answered |= {row["settlement_id"] for row in answer.json()["rows"] if row["taken_in"]}
