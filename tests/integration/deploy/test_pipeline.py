"""The pipeline on real databases: from a command to what is shown, over restarts, swaps and trouble."""

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from consumers.projector.projector import Projector
from deploy.composition.log_side import open_consumer, open_producer
from deploy.composition.read_side import opened_views
from deploy.composition.write_side import register_clock, write_side
from deploy.pipeline.projecting import task_name
from deploy.settings import Settings
from projections.checkpoints import AnotherProjector
from projections.read_model import ReadModelStopped
from projections.register.read_model import REGISTER
from registry.relay.relay import RELAY
from registry.store.opening import recorder_for
from schemas.log_errors import ProducerFenced
from schemas.messages import Message
from tests.support.installation import new_installation, record_household, shown
from tests.support.running_pipeline import projectors_running, relay_running
from tests.support.waiting import wait_until

PROJECTOR = task_name(REGISTER)


ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return new_installation(tmp_path)


@pytest.fixture(params=ENGINES)
def on_each_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Store, vault and read models on either engine; the log is embedded."""
    if request.param == "sqlite":
        return new_installation(tmp_path)
    url = request.getfixturevalue("postgres_uri")
    return new_installation(tmp_path, store_url=url, vault_url=url, views_url=url)


def rebuild(settings: Settings) -> None:
    """Make a build beside the live one from the whole log, and let it go live."""
    with opened_views(settings) as views, views.begin_build(REGISTER) as making:
        (location,) = making.create()
        engine = location.open()
        projector = Projector(open_consumer(settings, "rebuild", REGISTER.topics), REGISTER.project(engine))
        projector.drain()
        projector.close()
        engine.dispose()
        making.join(1)
        making.swap()


def test_what_a_command_records_is_shown(on_each_engine: Settings) -> None:
    settings = on_each_engine
    with (
        relay_running(settings),
        projectors_running(settings),
        write_side(settings) as side,
        shown(settings) as register,
    ):
        for size in (1, 2, 3):
            household_id = record_household(side, size=size)
            wait_until(lambda h=household_id, n=size: register.households().get(h) == (1, n))  # type: ignore[misc]


def test_it_goes_on_where_it_stopped(on_each_engine: Settings) -> None:
    settings = on_each_engine
    recorded = []
    with write_side(settings) as side, shown(settings) as register:
        for _ in range(3):
            recorded.append(record_household(side))
            with relay_running(settings), projectors_running(settings) as projectors:
                recorded.append(record_household(side))
                wait_until(lambda: set(register.households()) == set(recorded))
                assert projectors.failure(PROJECTOR) is None


def test_a_rebuilt_read_model_is_fed_as_soon_as_it_is_live(on_each_engine: Settings) -> None:
    settings = on_each_engine
    with (
        relay_running(settings),
        projectors_running(settings),
        write_side(settings) as side,
        shown(settings) as register,
    ):
        recorded = [record_household(side)]
        wait_until(lambda: set(register.households()) == set(recorded))
        rebuild(settings)
        recorded.append(record_household(side))
        wait_until(lambda: set(register.households()) == set(recorded))
        with opened_views(settings) as views:
            assert views.generation(REGISTER) == 2


def test_a_log_that_is_not_there_is_waited_for(settings: Settings, tmp_path: Path) -> None:
    log, aside = tmp_path / "log.db", tmp_path / "aside.db"
    log.rename(aside)
    with relay_running(settings) as relay, projectors_running(settings) as projectors, write_side(settings) as side:
        household_id = record_household(side)
        wait_until(lambda: relay.count("unavailable", "relay") > 1 and projectors.count("unavailable", PROJECTOR) > 1)
        aside.rename(log)
        with shown(settings) as register:
            wait_until(lambda: household_id in register.households())
        assert relay.failure("relay") is projectors.failure(PROJECTOR) is None


def test_the_newest_relay_ends_the_one_before(settings: Settings) -> None:
    with relay_running(settings) as relay, write_side(settings) as side:
        wait_until(lambda: relay.count("events", "relay") > 0)
        open_producer(settings, RELAY, register_clock(settings)).close()
        record_household(side)
        wait_until(lambda: isinstance(relay.failure("relay"), ProducerFenced))


def test_of_two_projectors_of_one_partition_only_one_goes_on(on_each_engine: Settings) -> None:
    settings = on_each_engine
    with ExitStack() as stack:
        stack.enter_context(relay_running(settings))
        one = stack.enter_context(projectors_running(settings))
        side = stack.enter_context(write_side(settings))
        register = stack.enter_context(shown(settings))
        recorded = [record_household(side)]
        # At one instant each could take partitions from the other, and both would end.
        wait_until(lambda: set(register.households()) == set(recorded))
        two = stack.enter_context(projectors_running(settings))

        def the_first_is_fenced() -> bool:
            recorded.append(record_household(side))
            return one.failure(PROJECTOR) is not None

        wait_until(the_first_is_fenced)
        wait_until(lambda: set(register.households()) == set(recorded))
        assert isinstance(one.failure(PROJECTOR), AnotherProjector)
        assert two.failure(PROJECTOR) is None


def test_a_record_that_cannot_be_read_stops_the_projector(settings: Settings) -> None:
    with relay_running(settings) as relay, projectors_running(settings) as projectors:
        wait_until(lambda: projectors.count("events", PROJECTOR) > 0)
        producer = open_producer(settings, None, register_clock(settings))
        producer.append([Message("household.events", b"nobody", b"no event", (), 0)])
        producer.close()
        wait_until(lambda: isinstance(projectors.failure(PROJECTOR), ReadModelStopped))
        assert relay.failure("relay") is None


def test_a_week_is_closed_although_no_command_comes(tmp_path: Path) -> None:
    sunday_midnight = datetime(2020, 3, 8, 16, tzinfo=UTC)
    settings = new_installation(tmp_path, begun_at=sunday_midnight.replace(hour=15, minute=59, second=58))
    store = recorder_for(settings.store)
    try:
        before = len(store.select_raw(0, 100))
        with relay_running(settings):
            wait_until(lambda: [row[2] for row in store.select_raw(before, 100)] == ["registry.period_closed"])
    finally:
        store.close()
