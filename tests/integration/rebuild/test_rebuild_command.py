"""`registry rebuild register` on an installation whose pipeline runs, as an operator calls it."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

import pytest
from sqlalchemy import update

from deploy.clocks import SystemClock
from deploy.composition.log_side import open_producer
from deploy.composition.read_side import opened_views
from deploy.composition.write_side import write_side
from deploy.settings import Settings
from projections.database import writing
from projections.register.read_model import REGISTER, VERSION
from projections.register.tables import HOUSEHOLD
from tests.support.expense_facts import Told
from tests.support.installation import new_installation, record_household, shown
from tests.support.program import registry
from tests.support.running_pipeline import projectors_running, relay_running
from tests.support.waiting import wait_until


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """An installation with some households; its views are on either engine."""
    options = {} if request.param == "sqlite" else {"views_url": request.getfixturevalue("postgres_uri")}
    return new_installation(tmp_path / "data", **options)


@pytest.fixture
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the commands read."""
    monkeypatch.setenv("REGISTRY_VIEWS_URL", settings.views_url)


@pytest.fixture
def running(settings: Settings, environment: None) -> Iterator[Settings]:
    """Relay and projector run."""
    with relay_running(settings), projectors_running(settings):
        yield settings


def households_shown(settings: Settings) -> set[UUID]:
    with shown(settings) as view:
        return set(view.households())


def relayed(settings: Settings) -> bool:
    """Whether nothing of the store waits for the relay, as an operator is told."""
    called = registry("status", "--data", settings.data, "--json")
    assert called.out, called.err
    waiting: int = json.loads(called.out)["relay"]["lag_events"]
    return waiting == 0


def builds(settings: Settings) -> dict[str, bool]:
    with opened_views(settings) as views:
        return {build.name: build.live for build in views.builds() if build.model == REGISTER.name}


def test_commands_queries_and_the_projector_go_on_during_a_rebuild(running: Settings) -> None:
    recorded: list[UUID] = []
    failed: list[BaseException] = []
    stop = Event()

    def clerk() -> None:
        try:
            with write_side(running) as side:
                while not stop.is_set():
                    recorded.append(record_household(side))
        except BaseException as error:
            failed.append(error)

    def reader() -> None:
        seen = 0
        try:
            with shown(running) as view:
                while not stop.is_set():
                    now = len(view.households())
                    assert now >= seen, "nobody sees a step back"
                    seen = now
        except BaseException as error:
            failed.append(error)

    threads = [Thread(target=clerk), Thread(target=reader)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(households_shown(running)) > 20)
    try:
        first = registry("rebuild", "register", "--data", running.data)
        second = registry("rebuild", "register", "--data", running.data, "--drop-old")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failed == []
    assert (first.status, second.status) == (0, 0), first.err + second.err
    assert f"register-v{VERSION}-0002 is live" in first.lines
    assert f"register-v{VERSION}-0001 is kept; --drop-old removes it" in first.lines
    assert second.lines[-1] == f"removed: register-v{VERSION}-0001, register-v{VERSION}-0002"
    assert builds(running) == {f"register-v{VERSION}-0003": True}
    wait_until(lambda: households_shown(running) == set(recorded), what="the new build is fed on")


def test_a_changed_row_stops_the_swap_and_is_named(settings: Settings, environment: None) -> None:
    with relay_running(settings), projectors_running(settings), write_side(settings) as side:
        ids = [record_household(side) for _ in range(3)]
        wait_until(lambda: len(households_shown(settings)) == 3)
    with opened_views(settings) as views, writing(views.open_live(REGISTER)) as connection:
        changed = update(HOUSEHOLD).where(HOUSEHOLD.c.household_id == ids[1].bytes)
        connection.execute(changed.values(size=HOUSEHOLD.c.size + 1))
    called = registry("rebuild", "register", "--data", settings.data, "--workers", 1)
    assert called.status == 1
    assert called.err == (
        "E-DIGEST-DIFFERS: nothing was swapped; household differ from the live build;"
        f" first household (household_id {ids[1]}): size differ\n"
    )
    assert builds(settings) == {f"register-v{VERSION}-0001": True}
    chinese = registry("--lang", "zh", "rebuild", "register", "--data", settings.data, "--workers", 1)
    assert "未切换" in chinese.err


def test_the_first_build_may_be_made_by_a_rebuild(settings: Settings, environment: None) -> None:
    with relay_running(settings), write_side(settings) as side:
        recorded = {record_household(side) for _ in range(3)}
        wait_until(lambda: relayed(settings), what="the relay has moved everything")
    called = registry("rebuild", "register", "--data", settings.data)
    assert called.status == 0, called.err
    assert "nothing of this version was live to compare with" in called.lines
    assert households_shown(settings) == recorded


def test_a_rebuild_of_what_the_log_does_not_keep_for_ever_says_which_period_it_covers(
    settings: Settings, environment: None
) -> None:
    with closing(open_producer(settings, None, SystemClock())) as hospital:
        hospital.append([Told(number, after_days=40 * number).message() for number in range(3)])
    called = registry("rebuild", "expenses", "--data", settings.data)
    assert called.status == 0, called.err
    assert "covers what hospitals sent and the intake accepted from 2019-03-20 to 2019-06-08" in called.lines
    for_ever = registry("rebuild", "register", "--data", settings.data)
    assert not any(line.startswith("covers") for line in for_ever.lines)


def test_where_nothing_was_made_there_is_nothing_to_rebuild(tmp_path: Path) -> None:
    called = registry("rebuild", "register", "--data", tmp_path / "nowhere")
    assert (called.status, called.codes) == (1, ["E-STORE-MISSING"])
    assert not (tmp_path / "nowhere").exists()


def test_an_unknown_view_is_wrong_usage(tmp_path: Path) -> None:
    called = registry("rebuild", "digests", "--data", tmp_path)
    assert called.status == 2
    assert "'register'" in called.err
