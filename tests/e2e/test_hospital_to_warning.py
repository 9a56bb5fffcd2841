"""From a hospital's bill to a township's worklist, by nobody's hand: over HTTP, through `registry up`, killed on the way."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.settings import Settings
from deploy.topics.making import make_topic, make_topics
from registry.expenses.records import HOSPITAL_TOPIC
from registry.vault.id_number import synthetic_id
from schemas.access import Actor
from tests.support.api_client import as_request
from tests.support.expenses import HOSPITAL
from tests.support.families import newcomer, opening
from tests.support.hospital_doors import sent
from tests.support.installation import ON, VILLAGE, new_installation
from tests.support.own_kafka import own_kafka
from tests.support.ports import free_port
from tests.support.registry_up import PIPELINE, ask, bearer, kill, registry_up
from tests.support.served_api import make_tokens
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow
OFFICER = Actor("officer-1", "COUNTY_OFFICER", "office-1", "469030000000")
ENGINEER = Actor("his-1", "HOSPITAL", HOSPITAL, "460000000000")
HOUSEHOLDS, SETTLE_S = 6, 90.0


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    with own_kafka(tmp_path / "kafka") if request.param == "kafka" else nullcontext() as cluster:
        options = {} if cluster is None else {"log_url": f"kafka://{cluster.bootstrap}"}
        made = new_installation(tmp_path / "data", port=free_port(), synthetic_ids=True, **options)
        make_topics(made)
        make_topic(made, HOSPITAL_TOPIC.of(HOSPITAL))
        yield made


def id_of(number: int) -> str:
    return synthetic_id(date(1960, 1, 1 + number), number + 1)


def bill(number: int, **changes: Any) -> dict[str, Any]:
    """11,000 yuan of the person's own money, which warns of any household on the register."""
    days = {"admitted_on": "2020-02-20", "discharged_on": "2020-02-28", "settled_at": "2020-03-01T10:00:00+08:00"}
    paid = {"total_fee": "30000.00", "in_scope": "30000.00", "basic_pay": "19000.00", "personal_pay": "11000.00"}
    return sent(number, **{"id_number": id_of(number), "cash_pay": "11000.00"} | days | paid | changes)


def test_a_bill_becomes_a_case_for_the_township_once(settings: Settings) -> None:
    officer, engineer = (bearer(token) for token in make_tokens(settings, OFFICER, ENGINEER))

    def asked(method: str, path: str, body: Any = None, who: dict[str, str] = officer) -> Any:
        status, answer = ask(settings.port, method, path, body, **who)
        assert status in (200, 201), (path, status, answer)
        return answer

    def cases() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = asked("GET", "/v1/warnings")["warnings"]
        return found

    with registry_up(settings) as running:
        running.wait_until_ready()
        households: set[UUID] = set()
        for number in range(HOUSEHOLDS):
            person = asked("POST", "/v1/persons", {"name": f"某{number}拟", "id_number": id_of(number)})
            household_id = uuid4()
            head = newcomer(UUID(person["person_id"]), "HEAD", "MALE")
            path, body = as_request(opening(household_id, head, division=VILLAGE, effective_on=ON))
            asked("POST", path, body)
            households.add(household_id)
        asked("POST", "/v1/expenses", {"expenses": [bill(0)]}, engineer)
        wait_until(lambda: len(cases()) == 1, SETTLE_S, "the first bill becomes a case")
        asked("POST", "/v1/expenses", {"expenses": [bill(number) for number in range(HOUSEHOLDS)]}, engineer)
        assert kill(running.child(PIPELINE))
    with registry_up(settings) as running:
        running.wait_until_ready()
        wait_until(lambda: len(cases()) == HOUSEHOLDS, SETTLE_S, "every bill becomes a case")
        found = cases()
        assert {UUID(case["subject_id"]) for case in found} == households
        assert {(case["state"], case["level"], case["division"]) for case in found} == {("ASSIGNED", "ORANGE", "469030100000")}
        first = asked("GET", f"/v1/warnings/{found[0]['case_id']}")
        events = [event["event_type"] for event in first["events"]]
        assert events == ["warning.early_warning_raised", "warning.early_warning_assigned"]
        # A correction takes it back before anybody was visited.
        less = {"settlement_version": 2, "personal_pay": "100.00", "cash_pay": "100.00", "basic_pay": "29900.00"}
        asked("POST", "/v1/expenses", {"expenses": [bill(1, **less)]}, engineer)
        wait_until(lambda: len(cases()) == HOUSEHOLDS - 1, SETTLE_S, "the case is cancelled")
        assert running.stop()[0] == 0
