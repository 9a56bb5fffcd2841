"""The feed's task in the pipeline: from a command to what an agency reads, over restarts and trouble."""

import time
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from deploy.composition.log_side import open_consumer, open_producer
from deploy.composition.write_side import register_clock, write_side
from deploy.lag import feed_lag
from deploy.pipeline.feeding import TASK
from deploy.settings import Settings
from registry.household.closing import CloseHousehold
from registry.household.opening import ImportHousehold
from schemas.access import Actor
from schemas.log_errors import ProducerFenced
from tests.support.histories import grown_up
from tests.support.installation import ON, VILLAGE, new_installation, request
from tests.support.public_topics import CHANGES, REGISTER, Published, check_sequence, read
from tests.support.running_pipeline import feed_running, relay_running
from tests.support.waiting import wait_until

COUNTY = Actor("officer-1", "COUNTY_OFFICER", "office-1", "469030000000")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """The memory on either engine; the log is embedded."""
    views = request.getfixturevalue("postgres_uri") if request.param == "postgresql" else ""
    return new_installation(tmp_path, views_url=views)


def agency(settings: Settings) -> Published:
    return read(open_consumer(settings, "agency", [CHANGES, REGISTER]))


def import_household(settings: Settings) -> UUID:
    household_id = uuid4()
    command = ImportHousehold(
        household_id=household_id,
        effective_on=date(2018, 9, 4),
        division=VILLAGE,
        to_status="REGISTERED",
        spell_start=date(2016, 1, 1),
        attribute="ORDINARY",
        main_cause="ILLNESS",
        members=(grown_up(household_id.int % 2**60, "HEAD"),),
    )
    with write_side(settings) as side:
        side.service.execute(command, request(COUNTY))
    return household_id


def close_household(settings: Settings, household_id: UUID) -> None:
    command = CloseHousehold(household_id=household_id, effective_on=ON, reason_code="MOVED_OUT_OF_PROVINCE")
    with write_side(settings) as side:
        side.service.execute(command, request(COUNTY))


def test_what_a_command_changes_is_read_by_agencies_and_once(settings: Settings) -> None:
    with relay_running(settings), feed_running(settings):
        stays, goes = import_household(settings), import_household(settings)
        wait_until(lambda: len(agency(settings).changes) == 2)
    with relay_running(settings):
        close_household(settings, goes)
    for _ in range(2):  # the second one finds nothing new
        with relay_running(settings), feed_running(settings):
            wait_until(lambda: len(agency(settings).changes) == 3)
            time.sleep(0.5)
    told = agency(settings)
    check_sequence(told.changes)
    assert [change["kind"] for change in told.of(goes)] == ["IMPORTED", "CLOSED"]
    assert {household: state["status"] for household, state in told.register.items()} == {stays: "REGISTERED"}
    assert [len(told.records), dict(told.records[0].headers)["ce_source"]] == [6, settings.source.encode()]


def test_its_lag_is_known_from_the_log_alone(settings: Settings) -> None:
    clock = register_clock(settings)
    with relay_running(settings):
        import_household(settings)
        wait_until(lambda: relayed(settings) > 0)
    assert feed_lag(settings, clock) is None
    with feed_running(settings):
        wait_until(lambda: (lag := feed_lag(settings, clock)) is not None and lag.events == 0)
    with relay_running(settings):
        import_household(settings)
        wait_until(lambda: (lag := feed_lag(settings, clock)) is not None and lag.events > 0)


def relayed(settings: Settings) -> int:
    consumer = open_consumer(settings, "test", ["household.events"])
    try:
        return sum(consumer.end_offsets().values())
    finally:
        consumer.close()


def test_one_that_another_took_over_from_gives_up(settings: Settings) -> None:
    with relay_running(settings), feed_running(settings) as running:
        import_household(settings)
        wait_until(lambda: len(agency(settings).changes) == 1)
        for partition in range(12):
            open_producer(settings, f"feed/{partition}", register_clock(settings)).close()
        import_household(settings)
        wait_until(lambda: running.failure(TASK) is not None)
        assert isinstance(running.failure(TASK), ProducerFenced)
