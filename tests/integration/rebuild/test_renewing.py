"""A program whose read model is of a new version makes it anew beside the old one by itself, and swaps when it has caught up."""

import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import func, select

from deploy.composition.read_side import opened_views
from deploy.pipeline.projecting import opened_projector
from deploy.pipeline.task import Reopen
from deploy.settings import Settings
from projections.digest import ViewDigest
from projections.views.errors import ViewOutdated
from tests.support.event_counts import EVENT_COUNTS, HOUSEHOLD_COUNT
from tests.support.exit_notices import EXIT_NOTICES
from tests.support.long_log import write_log
from tests.support.rebuilding import feed, live_digest
from tests.support.registry_up import children_of, command_of, is_running
from tests.support.renewing import NextProgram, builds, installation_with_log, project, project_until
from tests.support.running_pipeline import RunningTasks
from tests.support.waiting import wait_until

HOUSEHOLDS = 60
OLD, NEW = "event_counts-v1-0001", "event_counts-v2-"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """An installation whose live build is of version 1, and whole."""
    options = {} if request.param == "sqlite" else {"views_url": request.getfixturevalue("postgres_uri")}
    made = installation_with_log(tmp_path / "data", HOUSEHOLDS, **options)
    project(made, EVENT_COUNTS)
    return made


@pytest.fixture
def next_program(settings: Settings) -> Iterator[type[NextProgram]]:
    """Starts processes of the next program; none outlives the test."""
    started: list[NextProgram] = []

    class Started(NextProgram):
        def __init__(self) -> None:
            super().__init__(settings)
            started.append(self)

    yield Started  # type: ignore[misc]
    for running in started:
        if running.process.poll() is None:
            running.kill()


def fresh_digest(settings: Settings, folder: Path) -> ViewDigest:
    """Of the new version, folded anew elsewhere."""
    elsewhere = replace(settings, views_url=f"sqlite:///{folder}")
    with opened_views(elsewhere) as views:
        feed(views, EXIT_NOTICES, settings.path("log.db"))
        return live_digest(views, EXIT_NOTICES)


def new_digest(settings: Settings) -> ViewDigest:
    with opened_views(settings) as views:
        return live_digest(views, EXIT_NOTICES)


def new_is_live(settings: Settings) -> bool:
    return any(live for name, (_, live) in builds(settings, EXIT_NOTICES).items() if name.startswith(NEW))


def new_builds(settings: Settings) -> list[str]:
    return [name for name in builds(settings, EXIT_NOTICES) if name.startswith(NEW)]


def test_of_several_processes_that_start_at_once_one_makes_it(
    settings: Settings, next_program: type[NextProgram], tmp_path: Path
) -> None:
    several = [next_program() for _ in range(3)]
    ended = [each.finish() for each in several]
    assert [status for status, _ in ended] == [0, 0, 0], ended
    assert sum('"event": "live"' in err for _, err in ended) == 1, [err for _, err in ended]
    (made,) = new_builds(settings)
    assert builds(settings, EXIT_NOTICES) == {OLD: (True, False), made: (True, True)}
    assert new_digest(settings) == fresh_digest(settings, tmp_path / "fresh")


def test_the_old_program_feeds_and_asks_the_old_build_until_the_swap(settings: Settings, next_program: type[NextProgram]) -> None:
    stop, failed, seen = Event(), list[BaseException](), list[int]()
    told_while_made = list[bool]()

    def project_with_the_old_program() -> None:
        try:
            while not stop.is_set():
                try:
                    project_until(settings, EVENT_COUNTS, stop)
                except Reopen:
                    continue
        except BaseException as error:
            failed.append(error)

    def ask_the_old_program() -> None:
        with opened_views(settings) as views:
            while (engine := views.live(EVENT_COUNTS)) is not None and not stop.is_set():
                with engine.connect() as connection:
                    seen.append(connection.scalar(select(func.sum(HOUSEHOLD_COUNT.c.version))) or 0)

    old = [Thread(target=project_with_the_old_program), Thread(target=ask_the_old_program)]
    for thread in old:
        thread.start()
    new = next_program()
    more = 0
    with opened_views(settings) as views:
        while new.process.poll() is None:
            if more < 5:
                more += 1
                write_log(settings.path("log.db"), 4, first=1000 * more)
            if views.live(EXIT_NOTICES) is None and views.progress(EXIT_NOTICES) is not None:
                told_while_made.append(True)
            time.sleep(0.05)
    assert new.finish()[0] == 0
    try:
        wait_until(lambda: bool(failed), what="the old projector ends")
    finally:
        stop.set()
        for thread in old:
            thread.join()
    (failure,) = failed
    assert isinstance(failure, ViewOutdated)
    assert "a newer program feeds it" in str(failure)
    assert told_while_made, "others saw how far it was"
    assert seen == sorted(seen)
    assert seen[-1] > seen[0], "the old build was fed on"
    with opened_views(settings) as views:
        assert views.progress(EXIT_NOTICES) is None


def test_killed_at_any_moment_it_is_made_anew_by_the_next_start_and_never_live_before_it_is_whole(
    settings: Settings, next_program: type[NextProgram], tmp_path: Path
) -> None:
    expected = fresh_digest(settings, tmp_path / "fresh")
    chance = random.Random(5)
    kills = 0
    while kills < (4 if not settings.views_url else 2):
        running = next_program()
        with opened_views(settings) as views:
            wait_until(lambda: views.progress(EXIT_NOTICES) is not None or running.process.poll() is not None)  # noqa: B023
        time.sleep(chance.uniform(0.0, 0.8))
        everybody = [running.process.pid, *children_of(running.process.pid)]
        running.kill()
        kills += 1
        wait_until(lambda: not any(map(is_running, everybody)), what="its workers have ended")  # noqa: B023
        if any(live for _, live in map(builds(settings, EXIT_NOTICES).__getitem__, new_builds(settings))):
            assert new_digest(settings) == expected
            break
        with opened_views(settings) as views:
            assert views.live(EXIT_NOTICES) is None
            assert views.live(EVENT_COUNTS) is not None, "the old program is answered all the while"
    assert kills > 0
    assert next_program().finish()[0] == 0
    assert new_digest(settings) == expected
    assert {whole for whole, _ in builds(settings, EXIT_NOTICES).values()} == {True}, "what was interrupted is gone"


def test_a_worker_that_is_killed_costs_a_new_beginning_and_no_more(settings: Settings, tmp_path: Path) -> None:
    stop = Event()
    task = RunningTasks({"next": partial(opened_projector, settings, EXIT_NOTICES, stop=stop)}, stop)
    try:
        wait_until(lambda: bool(workers()), what="a worker folds")
        os.kill(workers()[0], signal.SIGKILL)
        wait_until(lambda: new_is_live(settings), what="it is live")
    finally:
        task.end()
    assert task.failure("next") is None
    assert task.count("unavailable", "next") == 1
    assert new_digest(settings) == fresh_digest(settings, tmp_path / "fresh")


def workers() -> list[int]:
    """The processes that fold for this one."""
    return [pid for pid in children_of(os.getpid()) if "spawn_main" in str(command_of(pid))]


def test_told_to_stop_it_leaves_nothing_behind(settings: Settings) -> None:
    stop = Event()
    stop.set()
    with pytest.raises(Reopen), opened_projector(settings, EXIT_NOTICES, stop=stop):
        pass
    assert builds(settings, EXIT_NOTICES) == {OLD: (True, True)}


def test_a_program_that_is_older_than_the_live_build_feeds_nothing(settings: Settings) -> None:
    project(settings, EXIT_NOTICES)
    before = new_digest(settings)
    with pytest.raises(ViewOutdated, match="a newer program feeds it"), opened_projector(settings, EVENT_COUNTS):
        pass
    assert new_digest(settings) == before
