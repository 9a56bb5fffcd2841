"""SIGKILL of a rebuild at any moment: the live build is as it was, no process is left over, the next rebuild does the work."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.composition.read_side import opened_views
from deploy.settings import Settings
from projections.digest import ViewDigest
from projections.register.read_model import REGISTER, VERSION
from tests.support.installation import new_installation
from tests.support.long_log import write_log
from tests.support.rebuilding import feed, live_digest
from tests.support.registry_up import children_of, command_of, is_running
from tests.support.waiting import wait_until

HOUSEHOLDS = 250
KILLS = {"sqlite": 5, "postgresql": 2}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """An installation with a log of some 8,000 events, all in the live build."""
    options = {} if request.param == "sqlite" else {"views_url": request.getfixturevalue("postgres_uri")}
    made = new_installation(tmp_path / "data", **options)
    log = made.path("log.db")
    log.unlink()
    write_log(log, HOUSEHOLDS)
    with opened_views(made) as views:
        feed(views, REGISTER, log)
    return made


class RunningRebuild:
    """`registry rebuild register` as a process."""

    def __init__(self, settings: Settings) -> None:
        command = [sys.executable, "-m", "deploy.cli", "rebuild", "register", "--data", settings.data]
        environment = {**os.environ, **settings.environment(), "LANG": "C.UTF-8"}
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def everybody(self) -> list[int]:
        found = [self.process.pid]
        for pid in found:
            found += children_of(pid)
        return found

    def finish(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=120)
        return self.process.returncode, out, err

    def kill(self) -> list[int]:
        """Kill it alone; return it and its children."""
        everybody = self.everybody()
        self.process.kill()
        self.process.communicate(timeout=60)
        return everybody


@pytest.fixture
def rebuild(settings: Settings) -> Iterator[type[RunningRebuild]]:
    """Starts rebuilds; none outlives the test."""
    started: list[RunningRebuild] = []

    class Started(RunningRebuild):
        def __init__(self) -> None:
            super().__init__(settings)
            started.append(self)

    yield Started  # type: ignore[misc]
    for running in started:
        if running.process.poll() is None:
            running.kill()


def digest(settings: Settings) -> ViewDigest:
    with opened_views(settings) as views:
        return live_digest(views, REGISTER)


def builds(settings: Settings) -> dict[str, tuple[bool, bool]]:
    with opened_views(settings) as views:
        return {build.name: (build.whole, build.live) for build in views.builds()}


def test_a_rebuild_that_is_killed_at_any_moment_leaves_the_live_build_as_it_was(
    settings: Settings, rebuild: type[RunningRebuild]
) -> None:
    before = digest(settings)
    chance = random.Random(11)
    started = time.monotonic()
    assert rebuild().finish()[0] == 0
    usual_s = time.monotonic() - started
    lived = {f"register-v{VERSION}-0001", f"register-v{VERSION}-0002"}
    for _ in range(KILLS["postgresql" if settings.views_url else "sqlite"]):
        running = rebuild()
        time.sleep(chance.uniform(0.3, 0.98) * usual_s)
        everybody = running.kill()
        wait_until(lambda: not any(map(is_running, everybody)), what="its workers have ended")  # noqa: B023
        now = builds(settings)
        lived |= {name for name, (whole, _) in now.items() if whole}
        assert lived == {name for name, (whole, _) in now.items() if whole}, "what was live once stays"
        assert digest(settings) == before
    status, out, err = rebuild().finish()
    assert status == 0, err
    assert before.text in out
    assert digest(settings) == before
    assert {whole for whole, _ in builds(settings).values()} == {True}, "what was interrupted is gone"
    if not settings.views_url:
        assert {path.stem for path in settings.path("views").glob("register-*.db")} == set(builds(settings))


def test_a_worker_that_is_killed_stops_the_rebuild(settings: Settings, rebuild: type[RunningRebuild]) -> None:
    before = builds(settings)
    running = rebuild()
    wait_until(lambda: len(workers_of(running)) == 2, what="two workers")
    os.kill(workers_of(running)[0], signal.SIGKILL)
    status, _, err = running.finish()
    assert (status, err) == (1, "E-REBUILD-STOPPED: a worker process died\n")
    assert builds(settings) == before


def workers_of(running: RunningRebuild) -> list[int]:
    """The processes that fold; multiprocessing has one of its own beside them, which only cleans up."""
    return [pid for pid in children_of(running.process.pid) if "spawn_main" in str(command_of(pid))]
