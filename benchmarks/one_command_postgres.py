"""Commands saved (load, decide, save) on PostgreSQL, beside the library's bare get and save of an equal event."""

import os
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import psycopg

from benchmarks.bare_library import ENVELOPE, VISIT, Home, new_home, open_bare_postgres
from benchmarks.figure import Figure, median
from benchmarks.register import a_register, add_households, given_by, visit
from deploy.local_postgres import start_postgres
from deploy.web.composing import HOUSEHOLDS_KEPT

HOUSEHOLDS, VISITS, ROUNDS, IN_A_ROUND = 200, 14, 9, 60
GOALS = {1: 1.4, 4: 1.6}
Work = Callable[[UUID], None]


def measure() -> Iterator[Figure]:
    """Alternates rounds of both, so that the machine's moods fall on both; ours is put together as the API is."""
    with postgres_databases("ours", "bare") as (own, other), a_register(own, cache_size=HOUSEHOLDS_KEPT) as side:
        ids = add_households(side, HOUSEHOLDS, VISITS)
        bare = open_bare_postgres(other)
        homes = [new_home(VISITS) for _ in range(HOUSEHOLDS)]
        for home in homes:  # all in one save wait for ever: the driver's pipeline, full in both directions
            bare.save(home)
        home_ids = [home.id for home in homes]

        def ours(household_id: UUID) -> None:
            side.service.execute(visit(household_id), given_by(side))

        def theirs(home_id: UUID) -> None:
            home: Home = bare.repository.get(home_id)
            home.visit(ENVELOPE, VISIT)
            bare.save(home)

        for threads, goal in GOALS.items():
            yield _compared(threads, goal, (ours, ids), (theirs, home_ids))
        bare.close()


def _compared(threads: int, goal: float, ours: tuple[Work, list[UUID]], theirs: tuple[Work, list[UUID]]) -> Figure:
    chance = random.Random(20180904)
    spent: dict[str, list[float]] = {"ours": [], "theirs": []}
    for _ in range(ROUNDS):
        for name, (work, ids) in (("ours", ours), ("theirs", theirs)):
            chosen = chance.sample(ids, k=IN_A_ROUND)  # each once: threads do not stand in each other's way
            spent[name].append(_each(work, chosen, threads))
    one, other = median(spent["ours"]), median(spent["theirs"])
    measured = f"{one * 1e3:.2f} ms, {1 / one:,.0f}/s (bare {1 / other:,.0f}/s)"
    name = f"commands saved, PostgreSQL, {threads} thread{'s' if threads > 1 else ''}"
    return Figure(name, measured, other / one, f">= {goal}", other / one >= goal)


def _each(work: Work, ids: list[UUID], threads: int) -> float:
    """Seconds for each, all threads together."""
    failures: list[BaseException] = []

    def go_on(part: list[UUID]) -> None:
        try:
            for each in part:
                work(each)
        except BaseException as failure:
            failures.append(failure)

    workers = [threading.Thread(target=go_on, args=(ids[i::threads],)) for i in range(threads)]
    begun = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failures:
        raise failures[0]
    return (time.perf_counter() - begun) / len(ids)


@contextmanager
def postgres_databases(*names: str) -> Iterator[list[str]]:
    """Fresh databases on a server of their own, or on the one of POSTGRES_URL; with the server's own durability."""
    given = os.environ.get("POSTGRES_URL")
    if given:
        yield [_new_database(given, name) for name in names]
        return
    with tempfile.TemporaryDirectory(prefix="bench-postgres-", ignore_cleanup_errors=True) as folder:
        server = start_postgres(Path(folder))
        try:
            yield [_new_database(server.get_uri(), name) for name in names]
        finally:
            server.cleanup()


def _new_database(url: str, name: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS bench_{name}")
        connection.execute(f"CREATE DATABASE bench_{name}")
    head, _, query = url.partition("?")
    return f"{head.rpartition('/')[0]}/bench_{name}" + (f"?{query}" if query else "")
