"""A command and a question through the whole of the API, as it is served; the command beside the service alone."""

import dataclasses
import http.client
import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from benchmarks.figure import Figure, median
from benchmarks.register import TOWNSHIP, a_register, add_households, given_by, visit
from deploy.composition.write_side import WriteSide
from deploy.pipeline.projecting import opened_projector
from deploy.pipeline.relaying import opened_relay
from projections.register.read_model import REGISTER
from schemas.access import Actor
from tests.support.api_client import as_request
from tests.support.ports import free_port
from tests.support.served_api import Server, served

HOUSEHOLDS, VISITS = 200, 14
CONNECTIONS, EACH, ROUNDS = 8, 60, 5
SUPERVISOR = Actor("supervisor-1", "SUPERVISOR", "bench", "460000000000")
Ask = Callable[[http.client.HTTPConnection], None]


def measure() -> Iterator[Figure]:
    """One register, one server; commands and questions by turns, and the same commands without the server."""
    chance = random.Random(20180904)
    with a_register(cache_size=HOUSEHOLDS) as side:
        ids = add_households(side, HOUSEHOLDS, VISITS)
        _project(side)
        until = side.clock.now() + timedelta(days=1)
        clerk, reader = (side.tokens.create(actor, until).reveal() for actor in (TOWNSHIP, SUPERVISOR))
        with served(dataclasses.replace(side.settings, port=free_port())) as server:
            yield from _commands(side, server, ids, clerk, chance)
            yield from _questions(server, ids, reader, chance)


def _commands(side: WriteSide, server: Server, ids: Sequence[UUID], token: str, chance: random.Random) -> Iterator[Figure]:
    def ask() -> Ask:
        path, body = as_request(visit(chance.choice(ids)))
        return _request("POST", path, token, json.dumps(body))

    port, direct, one = server.settings.port, list[float](), list[float]()
    _from_clients(port, ask, 1, EACH)
    for _ in range(ROUNDS):  # by turns, so that the machine's moods fall on both
        direct += _latencies(lambda: side.service.execute(visit(chance.choice(ids)), given_by(side)), EACH)
        one += _from_clients(port, ask, 1, EACH)[0]
    many, rate = _at_once(port, ask)
    yield Figure("command, one client", _told(one), median(direct) / median(one), "", None)
    yield Figure("  the service alone", _told(direct), None, "", None)
    yield Figure(f"command, {CONNECTIONS} clients", f"{rate:,.0f}/s, {_told(many)}", None, "", None)


def _questions(server: Server, ids: Sequence[UUID], token: str, chance: random.Random) -> Iterator[Figure]:
    port = server.settings.port
    questions: list[tuple[str, Callable[[], Ask]]] = [
        ("GET one household", lambda: _request("GET", f"/v1/households/{chance.choice(ids)}", token)),
        ("GET /v1/live, which asks nothing", lambda: _request("GET", "/v1/live", token)),
    ]
    for name, ask in questions:
        _from_clients(port, ask, 1, EACH)
        yield Figure(f"{name}, one client", _told(_from_clients(port, ask, 1, EACH * ROUNDS)[0]), None, "", None)
        many, rate = _at_once(port, ask)
        yield Figure(f"{name}, {CONNECTIONS} clients", f"{rate:,.0f}/s, {_told(many)}", None, "", None)


def _at_once(port: int, ask: Callable[[], Ask]) -> tuple[list[float], float]:
    """Latencies of several clients at once, and how many requests a second they got; of a few rounds the best one."""
    rounds = [_from_clients(port, ask, CONNECTIONS, EACH) for _ in range(ROUNDS)]
    many, seconds = min(rounds, key=lambda measured: measured[1])
    return many, CONNECTIONS * EACH / seconds


def _from_clients(port: int, ask: Callable[[], Ask], clients: int, each: int) -> tuple[list[float], float]:
    """Every latency, and how long all of it took; the requests are made before the clock runs."""
    shares = [[ask() for _ in range(each)] for _ in range(clients)]
    spent: list[float] = []

    def send(share: Sequence[Ask]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.connect()
        own = [_seconds(lambda request=request: request(connection)) for request in share]  # type: ignore[misc]
        connection.close()
        spent.extend(own)

    threads = [threading.Thread(target=send, args=(share,)) for share in shares]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return spent, time.perf_counter() - begun


def _request(method: str, path: str, token: str, body: str | None = None) -> Ask:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def ask(connection: http.client.HTTPConnection) -> None:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status == 200, content

    return ask


def _latencies(work: Callable[[], object], times: int) -> list[float]:
    return [_seconds(work) for _ in range(times)]


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _told(latencies: Sequence[float]) -> str:
    ordered = sorted(latencies)
    return f"p50 {1e3 * ordered[len(ordered) // 2]:.2f} ms, p99 {1e3 * ordered[len(ordered) * 99 // 100]:.2f} ms"


def _project(side: WriteSide) -> None:
    """Relay and project until nothing is left."""
    with opened_relay(side.settings, side.clock) as step:
        while step():
            pass
    with opened_projector(side.settings, REGISTER) as step:
        while step():
            pass
