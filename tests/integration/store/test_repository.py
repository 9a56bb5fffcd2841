"""What the application hands out: never the same aggregate to two, never one that a failed command has touched."""

import gc
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.application import AggregateNotFoundError

from registry.aggregate import Aggregate
from registry.store.application import RegistryApplication
from registry.store.errors import StreamConflict
from registry.store.event_store import RegistryEventStore
from tests.support.meter import Meter, MeterRead, SetClock, envelope, id_of
from tests.support.meter_store import MeterDatabase, check_store, meter_with

METER = id_of("meter", 1)


class Tally(Aggregate):
    """A meter that takes corrections, as the registry's own aggregates do."""

    TOPIC = "tally"

    def __init__(self, id: Any) -> None:
        super().__init__(id)
        self.total = Decimal(0)

    def take(self, amount: str, *, corrects: int | None = None) -> None:
        """A reading; `corrects` names the version that it corrects."""
        known = envelope(self.id, self.version + 1)
        if corrects is not None:
            known["corrects_event_id"] = id_of("event", self.id, corrects)
        event = MeterRead(**known, amount=Decimal(amount), read_on=None, readers=[], steps=[])
        event.mutate(self)
        self._pending.append(event)


@pytest.fixture
def store(tmp_path: Path, schemas: Path) -> Iterator[RegistryEventStore]:
    database = MeterDatabase(f"sqlite:///{tmp_path / 'registry.db'}", schemas)
    database.create()
    store = database.open(SetClock())
    yield store
    check_store(store.recorder, database.codec())
    store.close()


def test_without_a_cache_every_load_is_fresh(store: RegistryEventStore) -> None:
    application = RegistryApplication(store)
    meter_with(application, 1)
    assert application.load(Meter, METER) is not application.load(Meter, METER)


def test_a_saved_aggregate_is_kept_and_handed_out_once(store: RegistryEventStore) -> None:
    application = RegistryApplication(store, cache_size=5)
    saved = meter_with(application, 1)
    first, second = application.load(Meter, METER), application.load(Meter, METER)
    assert first is saved
    assert second is not saved
    assert vars(second) == vars(saved)


def test_only_a_save_puts_it_back(store: RegistryEventStore) -> None:
    application = RegistryApplication(store, cache_size=5)
    meter_with(application, 1)
    abandoned = application.load(Meter, METER)
    abandoned.read("5.00")  # and never saved
    assert application.load(Meter, METER).total == 0


def test_an_aggregate_whose_save_failed_is_not_kept(store: RegistryEventStore) -> None:
    application, other = RegistryApplication(store, cache_size=5), RegistryApplication(store)
    meter_with(application, 1)
    stale = application.load(Meter, METER)
    winner = other.load(Meter, METER)
    winner.read("1.00")
    other.save(winner)
    stale.read("2.00")
    with pytest.raises(StreamConflict):
        application.save(stale)
    assert application.load(Meter, METER).total == 1


def test_a_kept_aggregate_is_brought_up_to_date(store: RegistryEventStore) -> None:
    application, other = RegistryApplication(store, cache_size=5), RegistryApplication(store)
    kept = meter_with(application, 1)
    elsewhere = other.load(Meter, METER)
    elsewhere.read("7.00")
    other.save(elsewhere)
    loaded = application.load(Meter, METER)
    assert loaded is kept
    assert (loaded.total, loaded.version) == (7, 2)


def test_who_is_alone_with_the_store_does_not_look(store: RegistryEventStore) -> None:
    application = RegistryApplication(store, cache_size=5, exclusive=True)
    meter = meter_with(application, 1)
    elsewhere = RegistryApplication(store).load(Meter, METER)
    elsewhere.read("7.00")
    RegistryApplication(store).save(elsewhere)
    mine = application.load(Meter, METER)
    assert mine is meter
    assert mine.version == 1
    mine.read("1.00")
    with pytest.raises(StreamConflict):  # and is safe when it was not alone after all
        application.save(mine)
    assert application.load(Meter, METER).total == 7


def test_a_version_of_the_past_is_never_taken_from_the_cache(store: RegistryEventStore) -> None:
    application = RegistryApplication(store, cache_size=5)
    kept = meter_with(application, 1, "1.00", "2.00")
    past = application.load(Meter, METER, version=2)
    assert past is not kept
    assert past.total == 1
    assert application.load(Meter, METER) is kept


def test_no_more_are_kept_than_was_said(store: RegistryEventStore) -> None:
    application = RegistryApplication(store, cache_size=2)
    meters = [meter_with(application, number) for number in range(3)]
    loaded = [application.load(Meter, meter.id) for meter in meters]
    assert [here is there for here, there in zip(loaded, meters, strict=True)] == [False, True, True]


def test_a_kept_state_cannot_take_back_what_was_corrected_elsewhere(store: RegistryEventStore) -> None:
    application, other = RegistryApplication(store, cache_size=5), RegistryApplication(store)
    tally = Tally(METER)
    tally.take("5.00")
    tally.take("7.00")
    application.save(tally)
    elsewhere = other.load(Tally, METER)
    elsewhere.take("2.00", corrects=1)
    other.save(elsewhere)
    loaded = application.load(Tally, METER)
    assert loaded is not tally
    assert (loaded.total, loaded.version) == (9, 3)


def test_what_is_not_there_is_not_found_and_not_kept(store: RegistryEventStore) -> None:
    application = RegistryApplication(store, cache_size=5)
    for _ in range(2):
        with pytest.raises(AggregateNotFoundError):
            application.load(Meter, METER)


def test_a_forgotten_application_leaves_the_store_open(store: RegistryEventStore) -> None:
    meter_with(RegistryApplication(store), 1)
    RegistryApplication(store).close()
    gc.collect()
    assert RegistryApplication(store).load(Meter, METER).version == 1
