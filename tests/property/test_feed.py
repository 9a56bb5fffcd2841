"""Random lives through the feed: agencies see what the read model says, at any batch size, whatever dies in between."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from sqlalchemy import Engine, select

from projections.register.codes import OVERLAYS, STATUSES
from projections.register.projection import RegisterProjection
from projections.register.tables import HOUSEHOLD
from registry.log.producer import LogProducer, Mark, Meanwhile
from schemas.catalogue import registry_catalogue
from schemas.codec import Codec
from schemas.division_codes import township_code
from schemas.messages import Message, Record
from schemas.public import change_id_of, public_table
from tests.property.test_projection import SEEDS, bounded, empty_views, some_life
from tests.support.avro_values import undressed
from tests.support.logged import batches, logged
from tests.support.logs_of_lives import append, new_log
from tests.support.planted_faults import Crash
from tests.support.public_topics import Published, check_sequence, empty_memory, new_feed, published
from tests.support.random_lives import as_another

TABLE = public_table()


@pytest.fixture(scope="module")
def empty_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with topics and nothing else, to be copied: making the topics takes longest."""
    return new_log(tmp_path_factory.mktemp("feed") / "empty.db")


def copied(empty_log: Path, folder: Path, records: Sequence[Record]) -> Path:
    """A log with these records."""
    log = Path(shutil.copy(empty_log, folder / "log.db"))
    append(log, records)
    return log


def some_lives(seed: int, count: int, every: int = 5) -> list[Record]:
    """The events of several households, with ends of periods between them."""
    return logged(*(as_another(some_life(seed + number), number) for number in range(count)), every=every)


def shown_by_the_read_model(engine: Engine) -> dict[UUID, tuple[Any, ...]]:
    """What the read model's rows say of each household, in public words."""
    h = HOUSEHOLD.c
    with engine.connect() as connection:
        rows = connection.execute(select(h.household_id, h.status, h.status_on, h.overlay, h.spell_no, h.division)).all()
    return {UUID(bytes=row[0]): shown(*row[1:]) for row in rows}


def shown(status: int, status_on: int, overlay: int, spell_no: int, division: int) -> tuple[Any, ...]:
    words = TABLE.statuses[STATUSES[status]], TABLE.overlays[OVERLAYS[overlay]]
    registered = words[0] != "NOT_REGISTERED"
    return words[0], status_on if registered else None, words[1], spell_no, township_code(f"{division:012d}")


def is_present(told: tuple[Any, ...] | None) -> bool:
    return told is not None and (told[0] in TABLE.present_statuses or told[2] in TABLE.present_overlays)


def state_columns(told: Published) -> dict[UUID, tuple[Any, ...]]:
    """The public register's states in the same form."""
    found = {}
    for household_id, state in told.register.items():
        raw = undressed(state)
        found[household_id] = tuple(raw[name] for name in ("status", "status_on", "overlay", "spell_no", "division"))
    return found


@bounded(12)
@given(SEEDS)
def test_the_compacted_register_is_what_the_read_model_shows(
    empty_log: Path, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    chance, folder = Random(seed), tmp_path_factory.mktemp("feed")
    records = some_lives(seed, 3)
    log = copied(empty_log, folder, records)
    feed = new_feed(log, empty_memory(), batch_max=chance.choice((10, 40, 1000)), households_max=chance.choice((0, 1, 50)))
    feed.drain()
    feed.close()
    told = published(log)
    check_sequence(told.changes)
    views = empty_views()
    projection = RegisterProjection(views)
    for batch in batches(records, chance):
        projection.fold(batch)
    expected = {id: shape for id, shape in shown_by_the_read_model(views).items() if is_present(shape)}
    views.dispose()
    assert state_columns(told) == expected
    last = {change["household_id"]: change for change in told.changes}
    for household_id, state in told.register.items():
        change = last[household_id]
        assert all(state[name] == change[name] for name in ("change_id", "change_no", "recorded_at", "spell_no", "division"))
        assert (state["status"], state["overlay"]) == (change["status_after"], change["overlay_after"])


@bounded(20)
@given(SEEDS)
def test_what_changes_in_the_read_model_is_published_and_nothing_else_but_what_is_said_anew(
    empty_log: Path, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    records = logged(some_life(seed))
    log = copied(empty_log, tmp_path_factory.mktemp("feed"), records)
    feed = new_feed(log, empty_memory())
    feed.drain()
    feed.close()
    told = published(log)
    expected = changes_of_the_read_model(records)
    plain = [change for change in told.changes if change["corrects"] is None]
    assert {c["change_id"] for c in plain} <= expected.keys()
    made = {c["change_id"] for c in plain}
    for change in told.changes:
        if change["corrects"] is not None:
            assert change["kind"] in ("CORRECTED", "VOIDED")
            assert change["corrects"] in made
        if change["change_id"] in expected:
            before, after = expected.pop(change["change_id"])
            assert (change["status_before"], change["overlay_before"]) == before
            assert (change["status_after"], change["overlay_after"]) == after
    assert not expected


def changes_of_the_read_model(records: Sequence[Record]) -> dict[UUID, tuple[Any, Any]]:
    """Id of the change that each event should make -> status and overlay before and after it, by the read model's rows."""
    views = empty_views()
    projection = RegisterProjection(views)
    codec = Codec(registry_catalogue())
    found, now = {}, dict[UUID, tuple[Any, ...]]()
    for record in records:
        projection.fold([record])
        before, now = now, shown_by_the_read_model(views)
        assert record.value is not None
        event = codec.decode(record.value)[1]
        was, shape = before.get(event["aggregate_id"]), now[event["aggregate_id"]]
        if was != shape and (is_present(was) or is_present(shape)):
            first = (was[0], was[2]) if was else ("NOT_REGISTERED", "NONE")
            found[change_id_of(event["event_id"])] = (first, (shape[0], shape[2]))
    views.dispose()
    return found


class MortalProducer:
    """A producer that dies in an append, before or after it is durable, when chance says so."""

    def __init__(self, producer: LogProducer, chance: Random) -> None:
        self._producer = producer
        self._chance = chance

    def append(self, messages: Sequence[Message], mark: Mark | None = None, meanwhile: Meanwhile | None = None) -> None:
        fate = self._chance.random()
        if fate < 0.15:
            raise Crash
        self._producer.append(messages, mark)
        if fate > 0.85:
            raise Crash

    def mark(self, name: str) -> Mark | None:
        return self._producer.mark(name)

    def close(self) -> None:
        self._producer.close()


@bounded(5)
@given(SEEDS)
def test_whenever_a_feed_dies_the_next_one_leaves_no_gap_and_repeats_nothing(
    empty_log: Path, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    chance, folder = Random(seed), tmp_path_factory.mktemp("feed")
    records = some_lives(seed, 3)
    whole = copied(empty_log, folder, records)
    undisturbed = new_feed(whole, empty_memory())
    undisturbed.drain()
    undisturbed.close()
    (folder / "mortal").mkdir()
    log = copied(empty_log, folder / "mortal", records)
    deaths = 0
    while True:
        if chance.random() < 0.1:
            (folder / "memory.db").unlink(missing_ok=True)
        engine = empty_memory(folder / "memory.db")
        size = chance.choice((10, 40, 90))
        feed = new_feed(log, engine, batch_max=size, producing=lambda producer: MortalProducer(producer, chance))
        try:
            feed.drain()
            break
        except Crash:
            deaths += 1
        finally:
            feed.close()
            engine.dispose()
    assert deaths > 0
    assert in_order(published(log)) == in_order(published(whole))


def in_order(told: Published) -> list[Record]:
    return sorted(told.records, key=lambda record: record[:3])
