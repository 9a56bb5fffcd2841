"""A read model is made again beside the live one, compared at the same offsets, and swapped in; else nothing has changed."""

from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from consumers.rebuild.errors import RebuildStopped
from consumers.rebuild.rebuild import Rebuild
from projections.database import writing
from projections.read_model import ReadModel, ReadModelStopped
from projections.register.read_model import REGISTER
from projections.views.errors import RebuildRunning
from projections.views.views import Views
from registry.log.embedded import EmbeddedProducer
from schemas.messages import Message
from tests.support.event_counts import EVENT_COUNTS, HOUSEHOLD_COUNT
from tests.support.long_log import household_id, write_log
from tests.support.rebuilding import feed, live_digest, live_projector, log_at

TOPIC = "household.events"


class Stages:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.done: dict[str, int] = {}
        self.totals: dict[str, int | None] = {}

    def begin(self, stage: str, total: int | None) -> None:
        self.begun.append(stage)
        self.totals[stage] = total

    def advance(self, count: int) -> None:
        self.done[self.begun[-1]] = self.done.get(self.begun[-1], 0) + count


def rebuild(views: Views, log: Path, workers: int = 1, model: ReadModel = EVENT_COUNTS) -> Rebuild:
    return Rebuild(views, model, log_at(log), workers)


def names(views: Views) -> dict[str, bool]:
    return {build.name: build.live for build in views.builds()}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_rebuild_holds_the_same_rows_and_goes_live(views: Views, whole_log: Path, workers: int) -> None:
    feed(views, EVENT_COUNTS, whole_log)
    before = live_digest(views, EVENT_COUNTS)
    outcome = rebuild(views, whole_log, workers).run()
    assert outcome.swapped
    assert outcome.comparison is not None
    assert outcome.comparison.built == before
    assert before.rows > 100
    assert names(views) == {"event_counts-v1-0001": False, outcome.build: True}
    assert live_digest(views, EVENT_COUNTS) == before


def test_the_register_rebuilt_is_the_register(views: Views, whole_log: Path) -> None:
    feed(views, REGISTER, whole_log)
    outcome = rebuild(views, whole_log, 2, REGISTER).run()
    assert outcome.comparison is not None
    assert outcome.comparison.differences == ()
    assert outcome.swapped
    assert live_digest(views, REGISTER) == outcome.comparison.live


def test_what_is_told_adds_up(views: Views, whole_log: Path) -> None:
    feed(views, EVENT_COUNTS, whole_log)
    stages = Stages()
    outcome = Rebuild(views, EVENT_COUNTS, log_at(whole_log), 1, stages).run()
    assert stages.begun == ["FOLD", "JOIN", "COMPARE", "SWAP"]
    assert stages.done["FOLD"] == stages.totals["FOLD"] == outcome.events > 2000
    assert outcome.seconds > 0


def test_a_live_build_that_is_behind_the_log_is_compared_where_it_stands(views: Views, whole_log: Path) -> None:
    feed(views, EVENT_COUNTS, whole_log, batches=3)
    outcome = rebuild(views, whole_log).run()
    assert outcome.swapped
    assert outcome.events == 1200
    feed(views, EVENT_COUNTS, whole_log)
    comparison = rebuild(views, whole_log).check()
    assert comparison is not None
    assert comparison.equal


def test_the_live_build_is_fed_and_asked_all_the_while(views: Views, own_log: Path) -> None:
    """It grows during the rebuild, the swap loses nothing, and the new build is fed on by whoever opens it then."""
    feed(views, EVENT_COUNTS, own_log, batches=2)
    stop, answers = Event(), list[int]()

    def project() -> None:
        projector = live_projector(views, EVENT_COUNTS, own_log, batch_max=40)
        while not stop.is_set() and projector.step(0.01):
            engine = views.live(EVENT_COUNTS)
            assert engine is not None
            with engine.connect() as connection:
                answers.append(connection.scalar(select(func.sum(HOUSEHOLD_COUNT.c.version))) or 0)
        projector.close()

    feeding = Thread(target=project)
    feeding.start()
    try:
        outcome = rebuild(views, own_log, 2).run()
    finally:
        stop.set()
        feeding.join()
    assert outcome.swapped
    assert outcome.comparison is not None
    assert outcome.comparison.equal
    assert len(answers) > 3
    assert answers == sorted(answers), "nobody saw a step back"
    feed(views, EVENT_COUNTS, own_log)
    comparison = rebuild(views, own_log).check()
    assert comparison is not None
    assert comparison.equal


def test_a_changed_row_is_found_and_nothing_is_swapped(views: Views, whole_log: Path) -> None:
    feed(views, EVENT_COUNTS, whole_log)
    with writing(views.open_live(EVENT_COUNTS)) as connection:
        forged = HOUSEHOLD_COUNT.c.household_id == household_id(7)
        connection.execute(update(HOUSEHOLD_COUNT).where(forged).values(last_type="forged", reason="forged"))
    outcome = rebuild(views, whole_log, 2).run()
    assert not outcome.swapped
    assert outcome.comparison is not None
    assert outcome.comparison.tables == ["household_count"]
    (difference,) = outcome.comparison.differences
    assert str(difference) == f"household_count (household_id {UUID(bytes=household_id(7))}): last_type, reason differ"
    assert names(views) == {"event_counts-v1-0001": True}


def test_a_check_compares_and_leaves_nothing(views: Views, whole_log: Path) -> None:
    assert rebuild(views, whole_log).check() is None
    feed(views, EVENT_COUNTS, whole_log)
    comparison = rebuild(views, whole_log).check()
    assert comparison is not None
    assert comparison.equal
    assert comparison.offsets[TOPIC, 3] > 100
    assert names(views) == {"event_counts-v1-0001": True}


def test_the_first_build_may_be_a_rebuild(views: Views, whole_log: Path) -> None:
    outcome = rebuild(views, whole_log).run()
    assert outcome.swapped
    assert (outcome.previous, outcome.comparison) == (None, None)
    made = live_digest(views, EVENT_COUNTS)
    feed(views, EVENT_COUNTS, whole_log)
    assert live_digest(views, EVENT_COUNTS) == made


def test_a_build_of_another_version_is_replaced_without_a_comparison(views: Views, whole_log: Path) -> None:
    feed(views, EVENT_COUNTS, whole_log, batches=1)
    next_version = replace(EVENT_COUNTS, version=2)
    assert rebuild(views, whole_log, 1, next_version).check() is None
    outcome = rebuild(views, whole_log, 1, next_version).run()
    assert outcome.swapped
    assert outcome.comparison is None
    assert (outcome.previous, outcome.build) == ("event_counts-v1-0001", "event_counts-v2-0002")
    assert sum(1 for _ in views.builds()) == 2


def test_an_empty_log_makes_an_empty_build(views: Views, tmp_path: Path) -> None:
    write_log(tmp_path / "empty.db", 0)
    feed(views, REGISTER, tmp_path / "empty.db")
    outcome = rebuild(views, tmp_path / "empty.db", 1, REGISTER).run()
    assert outcome.swapped


@pytest.mark.parametrize("workers", [1, 2])
def test_a_record_that_nobody_can_read_stops_the_rebuild(views: Views, own_log: Path, workers: int) -> None:
    feed(views, EVENT_COUNTS, own_log)
    producer = EmbeddedProducer(own_log, now_ms=lambda: 0)
    producer.append([Message(TOPIC, None, b"\x00nonsense", (), 0, partition=5)])
    producer.close()
    with pytest.raises((RebuildStopped, ReadModelStopped), match=f"{TOPIC} partition 5"):
        rebuild(views, own_log, workers, replace(EVENT_COUNTS, version=2)).run()
    assert names(views) == {"event_counts-v1-0001": True}


def test_a_log_that_lacks_what_the_live_build_was_made_of_stops_the_rebuild(views: Views, own_log: Path, tmp_path: Path) -> None:
    feed(views, EVENT_COUNTS, own_log)
    write_log(tmp_path / "shorter.db", 8)
    with pytest.raises(RebuildStopped, match="the log lacks what the live one was made of"):
        rebuild(views, tmp_path / "shorter.db", 1).run()
    assert names(views) == {"event_counts-v1-0001": True}


def test_two_rebuilds_at_once_are_refused(views: Views, whole_log: Path) -> None:
    feed(views, EVENT_COUNTS, whole_log)
    with views.begin_build(EVENT_COUNTS), pytest.raises(RebuildRunning):
        rebuild(views, whole_log).run()
