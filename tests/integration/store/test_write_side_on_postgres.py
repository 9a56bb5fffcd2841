"""The whole write side over PostgreSQL: events, command results, tokens and the installation's facts share one database."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from deploy.clocks import HandSetClock, OffsetClock
from deploy.composition.installation_facts import keep_clock_offset
from deploy.composition.migrations import migrate
from deploy.composition.write_side import WriteSide, prepare, register_clock, write_side
from deploy.settings import Settings
from registry.household.household import Household
from registry.store.errors import StoreMissing
from schemas.access import Actor
from schemas.catalogue import registry_catalogue
from schemas.codec import Codec
from tests.support.hand_set_register import actor_of, add_villages, give, give_one, settings_for
from tests.support.histories import applied, in_ledger, registered, relapsed
from tests.support.meter_store import check_store
from tests.support.scenario import DAY_ONE, HOUSEHOLD, VILLAGE, actor, noon_of

pytestmark = pytest.mark.postgres


@pytest.fixture
def settings(tmp_path: Path, postgres_uri: str) -> Settings:
    """Store and vault in one database; only keys and log are files."""
    return settings_for(tmp_path, store_url=postgres_uri, vault_url=postgres_uri)


@pytest.fixture
def side(settings: Settings) -> Iterator[WriteSide]:
    clock = HandSetClock(noon_of(DAY_ONE))
    migrate(settings)
    prepare(settings, clock=clock)
    with write_side(settings, clock=clock) as side:
        add_villages(side)
        yield side
        check_store(side.store.recorder, Codec(registry_catalogue()))


def test_a_household_lives_from_its_application_to_its_relapse(side: WriteSide) -> None:
    outcomes = give(side, relapsed())
    household = side.application.load(Household, HOUSEHOLD)
    assert household.version == outcomes[-1].version
    assert household.status == "RELAPSED"
    events = list(side.store.get(HOUSEHOLD))
    assert [event.originator_version for event in events] == list(range(1, household.version + 1))
    assert "registry.period_closed" in {row[2] for row in side.store.recorder.select_raw(0, 1000)}


def test_a_command_sent_again_gets_its_first_answer(side: WriteSide) -> None:
    give(side, in_ledger())
    step = applied()[-1]
    first = give_one(side, step, idempotency_key="key-1", digest=bytes(32))
    again = give_one(side, step, idempotency_key="key-1", digest=bytes(32))
    assert again.replayed
    assert again.events == first.events


def test_a_second_process_sees_what_the_first_one_wrote(side: WriteSide, settings: Settings) -> None:
    give(side, registered())
    with write_side(settings, clock=side.clock) as other:
        theirs = other.application.load(Household, HOUSEHOLD)
        assert theirs.version == side.application.load(Household, HOUSEHOLD).version
        assert other.shelf.policy_for(VILLAGE, DAY_ONE).version == "46/2018.1"


def test_tokens_are_kept_with_the_events(side: WriteSide, settings: Settings, postgres_uri: str) -> None:
    clerk = actor_of(actor("VILLAGE_CLERK"))
    made = side.tokens.create(clerk, side.clock.now() + timedelta(days=30))
    with write_side(settings, clock=side.clock) as other:
        held = other.tokens.authenticate(made.reveal())
        assert isinstance(held, Actor)
        assert held.user_id == clerk.user_id
        other.tokens.revoke(made.token_id)
    with psycopg.connect(postgres_uri) as connection:
        assert connection.execute("SELECT count(*) FROM token WHERE revoked_at IS NOT NULL").fetchone() == (1,)


def test_the_registers_time_is_kept_with_the_events(side: WriteSide, settings: Settings) -> None:
    keep_clock_offset(side.engine, timedelta(days=-900))
    clock = register_clock(settings)
    assert isinstance(clock, OffsetClock)
    assert clock.offset == timedelta(days=-900)


def test_preparing_what_is_there_changes_nothing(side: WriteSide, settings: Settings) -> None:
    give(side, in_ledger())
    rows = side.store.recorder.select_raw(0, 1000)
    prepare(settings, clock=side.clock)
    assert side.store.recorder.select_raw(0, 1000) == rows


def test_a_database_without_a_register_is_no_register(settings: Settings) -> None:
    with pytest.raises(StoreMissing) as missing, write_side(settings):
        pass
    assert missing.value.code == "E-STORE-NOT-MIGRATED"
