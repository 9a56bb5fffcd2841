"""Connections to PostgreSQL break for real: cut at the commit, killed on the server, all at once. Nothing is lost or doubled."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import count

import psycopg
import pytest

from registry.store.application import RegistryApplication
from registry.store.command_result import CommandResult
from registry.store.errors import CommandReplayed, StoreUnavailable, StreamConflict
from registry.store.event_store import RegistryEventStore
from tests.support.cut_line import CutLine, Moment, cut_line
from tests.support.meter import Meter, SetClock, id_of
from tests.support.meter_store import MeterDatabase, check_store, meter_with, streams_of

pytestmark = pytest.mark.postgres
RESULT = CommandResult("staff-00042", "key-1", bytes(32), 201, b"{}")
WRITERS, SAVES = 3, 60


@pytest.fixture
def line(database: MeterDatabase) -> Iterator[CutLine]:
    with cut_line(database.url) as line:
        yield line
    recorder = database.recorder()
    check_store(recorder, database.codec())
    recorder.close()


@pytest.mark.parametrize("moments", [["after"], ["before"], ["during"], ["before", "after"], ["during", "during", "after"]])
def test_a_commit_whose_answer_is_lost_is_stored_once(
    line: CutLine, database: MeterDatabase, clock: SetClock, moments: list[Moment]
) -> None:
    store = replace(database, url=line.url).open(clock)
    application = RegistryApplication(store)
    meter = meter_with(application, 1)
    meter.read("1.00")
    meter.read("2.00")
    line.cut_at(*moments)
    recordings = application.save(meter, command=RESULT)
    assert line.cuts_done >= 1
    assert [recording.notification.id for recording in recordings] == [2, 3]
    assert store.recorder.head().position == 3
    assert store.find_command_result("staff-00042", "key-1") == RESULT
    meter.read("4.00")
    assert application.save(meter), "the aggregate can go on"
    store.close()


def kill_backends(url: str) -> int:
    """End every session of the registry's on the server; how many there were."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'registry' "
            "AND datname = current_database() AND pid <> pg_backend_pid()"
        )
        return len(found.fetchall())


def test_connections_that_died_while_idle_trouble_nobody(database: MeterDatabase, clock: SetClock) -> None:
    store = database.open(clock)
    application = RegistryApplication(store)
    meter = meter_with(application, 1)
    with ThreadPoolExecutor(6) as pool:  # so that the pool holds several
        list(pool.map(lambda _: store.recorder.head(), range(60)))
    assert kill_backends(database.url) >= 1
    assert application.load(Meter, meter.id).version == 1
    kill_backends(database.url)
    meter.read("1.00")
    assert application.save(meter)
    store.close()


def test_writers_whose_sessions_are_killed_lose_and_double_nothing(database: MeterDatabase) -> None:
    assert kill_while_writing(database, lambda: kill_backends(database.url), pause_s=0.01, kills_max=100) >= 20


def test_writers_whose_server_crashes_lose_and_double_nothing(database: MeterDatabase) -> None:
    """A backend that dies of SIGKILL takes the whole server down: it ends all sessions and recovers from its log."""
    assert kill_while_writing(database, lambda: crash_server(database.url), pause_s=0.2, kills_max=3) == 3


def kill_while_writing(database: MeterDatabase, kill: Callable[[], int], pause_s: float, kills_max: int) -> int:
    """Let writers write, kill now and again, and check the store; return how many were killed."""
    store = database.open(SetClock())
    meter_with(RegistryApplication(store), "shared")
    done = threading.Event()
    kills = 0
    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(write_with_keys, database, writer) for writer in range(WRITERS)]
        threading.Thread(target=wait_for, args=(writers, done)).start()
        while not done.wait(pause_s):
            kills += kill() if kills < kills_max else 0
        for writer in writers:
            writer.result()
    streams = streams_of(check_store(store.recorder, database.codec()))
    assert streams.pop(id_of("meter", "shared")) == 1 + WRITERS * SAVES
    assert streams == {id_of("meter", writer, number): 1 for writer in range(WRITERS) for number in range(SAVES)}
    store.close()
    return kills


def crash_server(url: str) -> int:
    """Kill one of the registry's backends as no server expects it; 0 while it is still recovering."""
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            found = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'registry' AND datname = current_database() LIMIT 1"
            ).fetchone()
    except psycopg.OperationalError:
        return 0
    if found is None:
        return 0
    with suppress(ProcessLookupError):
        os.kill(found[0], signal.SIGKILL)
    return 1


def write_with_keys(database: MeterDatabase, writer: int) -> None:
    """As a client would: the same command again, with its key, until it is answered."""
    store = open_in_the_end(database)
    application = RegistryApplication(store)
    attempts = count()
    for number in range(SAVES):
        command = CommandResult(f"writer-{writer}", str(number), bytes(32), 200, b"{}")
        answered = False
        while not answered:
            try:
                shared = application.load(Meter, id_of("meter", "shared"))
                shared.read("1.00", id_of("attempt", writer, next(attempts)))
                application.save(shared, Meter.opened(id_of("meter", writer, number)), command=command)
                answered = True
            except CommandReplayed:
                answered = True
            except (StoreUnavailable, StreamConflict):
                continue
    store.close()


def open_in_the_end(database: MeterDatabase) -> RegistryEventStore:
    while True:
        try:
            return database.open(SetClock())
        except StoreUnavailable:
            continue


def wait_for(writers: list[Future[None]], done: threading.Event) -> None:
    for writer in writers:
        writer.exception()
    done.set()
