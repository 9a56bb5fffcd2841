"""Questions to a register of 78,000 households and 1.7 million rectangles of history, and one household of 100,000 over HTTP."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine

from benchmarks.figure import Figure, median, seconds_of
from benchmarks.query_server import DATABASE
from projections.database import open_engine, snapshot
from projections.register.queries.household_list import Wanted, list_now, list_then
from projections.register.queries.moments import Moment
from projections.register.queries.pages import Page
from projections.register.queries.totals import totals_now, totals_then
from tests.support.register_rows import create_register, day, fill, instant, with_villages

PROVINCE, COUNTY = "460000000000", "469024000000"
HOUSEHOLDS, ONE_OF = 78_000, 100_000
FACTS = 12
ROUNDS = 7
MOMENT = Moment(day("2019-06-01"), instant("2019-09-01T00:00:00"))
PORT = 18_734
CONNECTIONS, REQUESTS, TURNS = 4, 4_000, 5
GOAL_RATIO = 0.7


def measure() -> Iterator[Figure]:
    """Made once; then every question a few times."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "register.db")
        engine = open_engine(f"sqlite:///{path}")
        create_register(engine)
        ids = fill(engine, with_villages(10), HOUSEHOLDS, facts=FACTS)
        yield from _as_of(engine)
        ids += fill(engine, with_villages(10), ONE_OF - HOUSEHOLDS, facts=1, seed=2)
        engine.dispose()
        yield _one_household(path, ids)


def _as_of(engine: Engine) -> Iterator[Figure]:
    questions: list[tuple[str, int, Callable[..., object]]] = [
        ("as of, totals of the province", 500, lambda c: totals_then(c, PROVINCE, 4, MOMENT)),
        ("as of, a page of a county", 50, lambda c: list_then(c, Wanted(division=COUNTY), MOMENT, Page())),
        ("now, totals of the province", 500, lambda c: totals_now(c, PROVINCE, 4)),
        ("now, a page of a county", 50, lambda c: list_now(c, Wanted(division=COUNTY), Page())),
    ]
    for name, goal_ms, ask in questions:
        with snapshot(engine) as connection:
            ask(connection)
            spent_ms = 1000 * median([seconds_of(lambda ask=ask, c=connection: ask(c)) for _ in range(ROUNDS)])
        yield Figure(name, f"{spent_ms:,.1f} ms", None, f"<= {goal_ms} ms", spent_ms <= goal_ms)


def _one_household(path: Path, ids: Sequence[UUID]) -> Figure:
    asked = [f"/v1/households/{household_id}" for household_id in ids[:: max(1, len(ids) // REQUESTS)]][:REQUESTS]
    with _served("ours", path, PORT), _served("bare", path, PORT + 1):
        rates: dict[int, list[float]] = {PORT: [], PORT + 1: []}
        for turn in range(TURNS + 1):
            for port, known in rates.items():
                rate = _requests_per_second(port, asked)
                known += [rate] if turn else []  # the first turn warms up
    ours, bare = median(rates[PORT]), median(rates[PORT + 1])
    measured = f"{ours:,.0f} requests/s (bare Flask {bare:,.0f})"
    return Figure("GET one household of 100,000", measured, ours / bare, f">= {GOAL_RATIO}", ours / bare >= GOAL_RATIO)


@contextmanager
def _served(factory: str, path: Path, port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", f"benchmarks.query_server:{factory}"]
    options = ["--port", str(port), "--workers", "1", "--blocking-threads", "8", "--log-level", "error"]
    server = subprocess.Popen(
        [*command, *options], env={**os.environ, DATABASE: str(path)}, start_new_session=True, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"nothing answers on port {port}")


def _requests_per_second(port: int, paths: Sequence[str]) -> float:
    """Over a few connections that are kept; the client is raw sockets, so that it is the server that is measured."""
    shares = [paths[number::CONNECTIONS] for number in range(CONNECTIONS)]
    threads = [threading.Thread(target=_ask_all, args=(port, share)) for share in shares]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(paths) / (time.perf_counter() - begun)


def _ask_all(port: int, paths: Sequence[str]) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        for path in paths:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\n\r\n".encode())
            _read_answer(connection)


def _read_answer(connection: socket.socket) -> None:
    received = connection.recv(1 << 16)
    while b"\r\n\r\n" not in received:
        received += connection.recv(1 << 16)
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    lower = head.lower()
    length = int(lower.split(b"content-length:")[1].split(b"\r\n")[0])
    missing = length - len(body)
    while missing > 0:
        missing -= len(connection.recv(1 << 16))
