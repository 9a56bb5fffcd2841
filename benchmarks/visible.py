"""From a command to its being shown by the query API, with every process running on a real Kafka and PostgreSQL.

So many clients send commands at a steady pace; each asks for what it wrote with `min_version`. The time counts from when the
command was due to that answer: a client that is kept waiting does not flatter the figure by sending less.
"""

import http.client
import json
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from benchmarks.figure import Figure
from registry.vault.id_number import synthetic_id
from tests.chaos.installation import Register, running_register
from tests.support.api_client import as_request
from tests.support.families import newcomer, opening
from tests.support.installation import ON, VILLAGE
from tests.support.registry_up import ask, bearer
from tests.support.waiting import wait_until

RATES, CLIENTS, SECONDS, WARM_UP_S = (50, 100, 200), 40, 15, 5
GOAL_RATE, GOAL_MS = 200, 300
NOT_YET = 503


def measure() -> Iterator[Figure]:
    """Visits to households of the register, which many have and every read model shows."""
    with tempfile.TemporaryDirectory(prefix="registry-benchmark-") as folder:
        Path(folder).chmod(0o755)
        with running_register(Path(folder, "visible"), client="confluent") as register:
            wait_until(lambda: ask(register.settings.port, "GET", "/v1/ready")[0] == 200, 90, "the API is ready")
            households = [_household(register, number) for number in range(CLIENTS)]
            for rate in RATES:
                clients = [Client(register, household, rate / CLIENTS) for household in households]
                for client in clients:
                    client.start()
                for client in clients:
                    client.join()
                assert not any(client.failure for client in clients), [client.failure for client in clients]
                yield _figure(clients, rate)


class Client(threading.Thread):
    """Sends at its pace and sees what became of it."""

    def __init__(self, register: Register, household: UUID, rate: float) -> None:
        super().__init__()
        self.seconds: list[float] = []
        self.failure: BaseException | None = None
        self._register = register
        self._household = household
        self._pause = 1 / rate

    def run(self) -> None:
        try:
            self._go_on()
        except BaseException as failure:
            self.failure = failure

    def _go_on(self) -> None:
        begun = time.perf_counter() + self._pause * random.random()
        connection = http.client.HTTPConnection("127.0.0.1", self._register.settings.port, timeout=30)
        due, turn = begun, 0
        while due < begun + WARM_UP_S + SECONDS:
            time.sleep(max(0.0, due - time.perf_counter()))
            self._visit(connection, turn)
            if due > begun + WARM_UP_S:
                self.seconds.append(time.perf_counter() - due)
            due, turn = due + self._pause, turn + 1
        connection.close()

    def _visit(self, connection: http.client.HTTPConnection, turn: int) -> None:
        visit = {"effective_on": ON.isoformat(), "visitor_role": "HELPER", "visitor_id": "helper-1", "purpose": "SURVEY"}
        path = f"/v1/households/{self._household}"
        _, answer = self._ask(connection, "POST", f"{path}/record-home-visit", visit | {"minutes": turn % 200 + 1})
        while self._ask(connection, "GET", f"{path}?min_version={answer['version']}")[0] == NOT_YET:
            pass  # it waited as long as it does, and is asked again

    def _ask(self, connection: http.client.HTTPConnection, method: str, path: str, body: object = None) -> tuple[int, Any]:
        content = None if body is None else json.dumps(body)
        headers = bearer(self._register.token) | {"Content-Type": "application/json"}
        if body is not None:
            headers["Idempotency-Key"] = str(uuid4())
        connection.request(method, path, content, headers)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        assert answer.status in (200, 201) or (answer.status, told["code"]) == (NOT_YET, "E-NOT-YET"), told
        return answer.status, told


def _household(register: Register, number: int) -> UUID:
    token, household = bearer(register.token), uuid4()
    person = {"name": f"某拟{number}", "id_number": synthetic_id(date(1950, 1, 1) + timedelta(days=number), 1)}
    _, registered = ask(register.settings.port, "POST", "/v1/persons", person, **token)
    head = newcomer(UUID(registered["person_id"]), "HEAD", "MALE")
    path, body = as_request(opening(household, head, division=VILLAGE, effective_on=ON))
    status, answer = ask(register.settings.port, "POST", path, body, **token, **{"Idempotency-Key": str(uuid4())})
    assert status == 201, answer
    return household


def _figure(clients: list[Client], rate: int) -> Figure:
    seconds = sorted(second for client in clients for second in client.seconds)
    p50, p99 = (1000 * seconds[int(len(seconds) * share)] for share in (0.5, 0.99))
    measured = f"{rate} commands/s: p50 {p50:,.0f} ms, p99 {p99:,.0f} ms"
    goal, met = (f"p99 < {GOAL_MS} ms at {rate}/s", p99 < GOAL_MS) if rate == GOAL_RATE else ("-", None)
    return Figure("command to visible, Kafka and PostgreSQL", measured, None, goal, met)
