"""What stops the register's projection, and what it is then: as it was, in one clear line, ready to go on."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, event

from projections.read_model import ReadModelStopped
from projections.register.batch import Batch
from projections.register.projection import RegisterProjection
from projections.register.state import Changes, Household
from projections.register.writing import write_batch
from schemas.messages import Record
from tests.support.histories import pre_exit
from tests.support.logged import batches, interleaved, logged
from tests.support.pipeline import digested_rows, views
from tests.support.random_lives import as_another, random_life
from tests.support.scenario import HOUSEHOLD, given

RECORDS = logged(given(pre_exit()).history)
LIVES = [as_another(random_life(number), number) for number in range(1, 6)]


class Crash(BaseException):
    """The end of the process, for all that the code can tell."""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = views(tmp_path / "views.db")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> object:
    """The rows of one undisturbed fold of the lives."""
    engine = views(tmp_path_factory.mktemp("expected") / "views.db")
    RegisterProjection(engine).fold(logged(*LIVES, every=5))
    rows = digested_rows(engine)
    engine.dispose()
    return rows


def stopped(engine: Engine, records: Sequence[Record]) -> str:
    """The one line with which the projection stops, having written nothing."""
    projection = RegisterProjection(engine)
    projection.fold(RECORDS[:5])
    rows = digested_rows(engine)
    with pytest.raises(ReadModelStopped) as stop:
        projection.fold([*RECORDS[5:8], *records])
    assert digested_rows(engine) == rows
    projection.fold(RECORDS[5:])
    assert digested_rows(engine)["household"][0][2] == len(RECORDS), "it can go on"
    message = str(stop.value)
    assert "\n" not in message
    return message


def moved(record: Record, offset: int) -> Record:
    return record._replace(offset=offset)


def test_a_gap_is_told_with_its_place_its_household_and_its_versions(engine: Engine) -> None:
    message = stopped(engine, [moved(RECORDS[9], 8)])
    place = f"household.events partition {RECORDS[0].partition} offset 8 ({HOUSEHOLD})"
    assert message == f"{place}: version 10 follows version 8 of household {HOUSEHOLD.hex}"


def test_a_stream_that_does_not_begin_at_its_beginning_has_a_gap(engine: Engine) -> None:
    with pytest.raises(ReadModelStopped, match="version 2 follows none of household"):
        RegisterProjection(engine).fold(RECORDS[1:])


def test_an_undecodable_record_is_told_with_its_place(engine: Engine) -> None:
    value = RECORDS[8].value
    assert value is not None
    message = stopped(engine, [RECORDS[8]._replace(value=value[:50])])
    assert message.startswith(
        f"household.events partition {RECORDS[8].partition} offset 8 ({HOUSEHOLD}): undecodable: household."
    )


def test_a_tombstone_is_no_event(engine: Engine) -> None:
    assert "a tombstone is no event" in stopped(engine, [RECORDS[8]._replace(value=None)])


def test_a_record_without_a_position_is_not_folded(engine: Engine) -> None:
    assert "no header registry_position" in stopped(engine, [RECORDS[8]._replace(headers=())])


def test_a_record_that_comes_again_is_dropped(engine: Engine) -> None:
    projection = RegisterProjection(engine)
    assert projection.fold(RECORDS) == len(RECORDS)
    rows = digested_rows(engine)
    assert projection.fold(RECORDS) == 0
    assert projection.fold([]) == 0
    assert projection.fold(RECORDS[:5]) == 0
    place = RECORDS[0].topic, RECORDS[0].partition
    assert projection.checkpoints()[place].next_offset == len(RECORDS), "a checkpoint never goes back"
    assert digested_rows(engine) == rows


def test_a_version_that_comes_again_at_another_offset_is_dropped(engine: Engine) -> None:
    projection = RegisterProjection(engine)
    projection.fold(RECORDS[:10])
    rows = digested_rows(engine)
    place = RECORDS[0].topic, RECORDS[0].partition
    assert projection.fold([moved(record, 10 + record.offset) for record in RECORDS[3:10]]) == 0
    assert digested_rows(engine) == rows
    assert projection.checkpoints()[place].next_offset == 20


def test_offsets_may_have_gaps(engine: Engine) -> None:
    assert RegisterProjection(engine).fold([moved(record, 7 * record.offset) for record in RECORDS]) == len(RECORDS)


@pytest.mark.parametrize("seed", range(4))
def test_a_crash_before_a_commit_loses_and_doubles_nothing(engine: Engine, expected: object, seed: int) -> None:
    chance = Random(seed)
    crashes = 0

    def crash(_connection: object) -> None:
        nonlocal crashes
        if chance.random() < 0.4:
            crashes += 1
            raise Crash

    event.listen(engine, "commit", crash)
    projection = RegisterProjection(engine, households_max=10)
    for batch in batches(interleaved(logged(*LIVES, every=5), chance), chance, 80):
        while True:
            try:
                projection.fold(batch)
                break
            except Crash:
                if chance.random() < 0.5:  # the process is gone; else only the transaction was
                    projection = RegisterProjection(engine, households_max=10)
    event.remove(engine, "commit", crash)
    assert crashes > 5
    assert digested_rows(engine) == expected


def test_a_crash_after_a_commit_loses_and_doubles_nothing(engine: Engine, expected: object) -> None:
    chance = Random(5)
    records = interleaved(logged(*LIVES, every=5), chance)
    for before, batch in pairwise([(), *batches(records, chance, 80)]):
        # What was folded by the process that died comes again before what is new.
        RegisterProjection(engine).fold([*before[-50:], *batch])
    assert digested_rows(engine) == expected


def test_partitions_may_change_hands_and_come_back(engine: Engine, expected: object) -> None:
    chance = Random(6)
    two = RegisterProjection(engine), RegisterProjection(engine)
    for number, batch in enumerate(batches(interleaved(logged(*LIVES, every=5), chance), chance, 80)):
        projection = two[number % 2]
        projection.checkpoints()  # as a projector asks when it is given a partition
        projection.fold(batch)
    assert digested_rows(engine) == expected


def test_what_was_written_is_not_written_again(engine: Engine) -> None:
    written = Batch()
    household = written.households[bytes(16)] = Household(bytes(16), 0, version=1)
    household.measure(bytes(16)).state = "LIVE"
    household.changes.spells = household.changes.anew = True
    with engine.begin() as connection:
        write_batch(connection, written)
    assert household.changes == Changes()
