"""The feed on a real log: partitions that change hands, memories that are lost or of another log, trouble in between."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, update

from consumers.feed.errors import FeedStopped
from consumers.feed.feed import SOURCE_TOPIC, producer_name
from consumers.feed.keeping import build_name, opened_memory
from consumers.feed.tables import CHECKPOINT, HOUSEHOLD
from projections.checkpoints import AnotherProjector, read_checkpoints
from projections.views.views import place_at
from registry.log.embedded import EmbeddedProducer
from registry.log.producer import LogProducer, Mark, Meanwhile
from schemas.log_errors import LogUnavailable, ProducerFenced
from schemas.messages import Message, Record
from tests.support.logged import logged
from tests.support.logs_of_lives import append, log_of, new_log
from tests.support.public_topics import check_sequence, empty_memory, new_feed, published
from tests.support.random_lives import as_another, random_life, random_neighbourhood

LIVES = [as_another(random_life(seed), seed) for seed in (11, 35, 77)] + [as_another(random_neighbourhood(3), 4)]
HALF = 6


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    """What a feed publishes that nobody disturbs."""
    return fed(log_of(tmp_path_factory.mktemp("undisturbed") / "log.db", *LIVES, every=5), empty_memory())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return log_of(tmp_path / "log.db", *LIVES, every=5)


@pytest.fixture
def memory() -> Iterator[Engine]:
    engine = empty_memory()
    yield engine
    engine.dispose()


def fed(log: Path, engine: Engine, batch_max: int = 50) -> list[Record]:
    """Everything in the public topics, once a feed has nothing left to do."""
    feed = new_feed(log, engine, batch_max=batch_max)
    feed.drain()
    feed.close()
    return in_order(log)


def in_order(log: Path) -> list[Record]:
    told = published(log)
    check_sequence(told.changes)
    return sorted(told.records, key=lambda record: record[:3])


def reached(engine: Engine) -> dict[int, int]:
    with engine.connect() as connection:
        return {partition: at.next_offset for (_, partition), at in read_checkpoints(connection, CHECKPOINT).items()}


def marked(log: Path) -> dict[int, int]:
    producer = EmbeddedProducer(log, now_ms=lambda: 0)
    marks = {partition: producer.mark(producer_name(partition)) for partition in range(12)}
    producer.close()
    return {partition: int(mark.value["next_offset"]) for partition, mark in marks.items() if mark is not None}


def test_what_is_published_lies_in_the_partition_of_its_household(log: Path, memory: Engine) -> None:
    where = {(record.topic, record.key): record.partition for record in fed(log, memory)}
    events = {record.key: record.partition for record in logged(*LIVES)}
    assert len(where) > 6
    assert all(events[key] == partition for (_, key), partition in where.items())


def test_a_barrier_is_not_copied_and_moves_the_mark_on(tmp_path: Path, memory: Engine) -> None:
    log = new_log(tmp_path / "log.db")
    append(log, [r for r in logged(LIVES[0], every=1) if dict(r.headers)["ce_type"] == b"registry.period_closed"])
    assert fed(log, memory) == []
    assert set(marked(log).values()) == set(reached(memory).values())
    assert min(marked(log).values()) > 10
    assert len(marked(log)) == 12


def test_fed_again_nothing_is_published_again(log: Path, memory: Engine, expected: list[Record]) -> None:
    assert fed(log, memory) == expected
    assert fed(log, memory) == expected


def test_a_memory_that_is_lost_is_folded_again_and_not_published(log: Path, expected: list[Record]) -> None:
    first = new_feed(log, empty_memory(), batch_max=40)
    for _ in range(3):
        first.step()
    first.close()
    assert 0 < len(in_order(log)) < len(expected)
    assert fed(log, empty_memory()) == expected


def test_a_memory_of_another_log_is_forgotten(tmp_path: Path, memory: Engine, log: Path, expected: list[Record]) -> None:
    fed(log, memory)
    # The log was thrown away and is fed anew from the store; nothing of it was published yet.
    again = log_of(tmp_path / "again.db", *LIVES, every=5)
    assert fed(again, memory) == expected
    with memory.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(HOUSEHOLD)) == len({r.key for r in logged(*LIVES)})


def test_partitions_that_move_to_another_feed_go_on_where_they_were(log: Path, expected: list[Record]) -> None:
    memories = [empty_memory(), empty_memory()]
    low = new_feed(log, memories[0], partitions=range(HALF), batch_max=20)
    high = new_feed(log, memories[1], partitions=range(HALF, 12), batch_max=20)
    for _ in range(3):
        low.step()
        high.step()
    for feed in (low, high):
        feed.close()
    swapped = new_feed(log, memories[0], partitions=range(HALF, 12)), new_feed(log, memories[1], partitions=range(HALF))
    for feed in swapped:
        feed.drain()
        feed.close()
    assert in_order(log) == expected


def test_a_feed_whose_partitions_were_taken_over_can_publish_no_more(log: Path, memory: Engine, expected: list[Record]) -> None:
    first = new_feed(log, memory, batch_max=20)
    first.step()
    second = new_feed(log, memory, batch_max=20)
    second.step()
    with pytest.raises(ProducerFenced, match="feed/"):
        first.drain()
    second.drain()
    first.close()
    second.close()
    assert in_order(log) == expected


class Failing:
    """A producer whose log goes away in the middle of its next append, once it has appended a few."""

    left = 3

    def __init__(self, producer: LogProducer) -> None:
        self._producer = producer

    def append(self, messages: Sequence[Message], mark: Mark | None = None, meanwhile: Meanwhile | None = None) -> None:
        Failing.left -= 1
        self._producer.append(messages, mark)
        if Failing.left == 0:
            raise LogUnavailable("nobody knows whether it was stored")

    def mark(self, name: str) -> Mark | None:
        return self._producer.mark(name)

    def close(self) -> None:
        self._producer.close()


def test_a_log_that_goes_away_leaves_it_to_the_mark_what_was_stored(log: Path, memory: Engine, expected: list[Record]) -> None:
    Failing.left = 3
    feed = new_feed(log, memory, batch_max=30, producing=Failing)
    with pytest.raises(LogUnavailable):
        feed.drain()
    feed.drain()
    feed.close()
    assert in_order(log) == expected


def test_what_is_remembered_is_never_further_than_what_was_published(log: Path, memory: Engine) -> None:
    feed = new_feed(log, memory, batch_max=25)
    while feed.step():
        assert all(offset <= marked(log)[partition] for partition, offset in reached(memory).items() if offset)
    feed.close()


def test_a_gap_stops_it_before_anything_of_the_batch_is_published(tmp_path: Path, memory: Engine) -> None:
    log = new_log(tmp_path / "log.db")
    records = logged(LIVES[0])
    append(log, [*records[:3], *records[4:]])
    feed = new_feed(log, memory)
    with pytest.raises(FeedStopped, match="version 5 follows version 3"):
        feed.drain()
    feed.close()
    assert in_order(log) == []
    assert marked(log) == {}


def test_records_of_a_feed_that_slept_are_not_remembered(log: Path, memory: Engine, expected: list[Record]) -> None:
    """It published, slept before it could remember, and another one has remembered since: its own is older."""
    first = new_feed(log, memory, batch_max=30)
    first.step()
    with memory.begin() as connection:
        connection.execute(update(CHECKPOINT).values(claim=CHECKPOINT.c.claim + 1))
    with pytest.raises(AnotherProjector, match="claimed by another"):
        first.drain()
    first.close()
    assert fed(log, memory) == expected


@pytest.mark.postgres
def test_it_remembers_in_postgresql_too(postgres_uri: str, log: Path, expected: list[Record]) -> None:
    with opened_memory(postgres_uri) as engine:
        feed = new_feed(log, engine, batch_max=30, households_max=1)
        for _ in range(4):
            feed.step()
        feed.close()
    with opened_memory(postgres_uri) as engine:
        assert any(reached(engine).values())
        assert fed(log, engine) == expected


def test_the_memory_is_kept_under_its_version(tmp_path: Path, log: Path, expected: list[Record]) -> None:
    url = f"sqlite:///{tmp_path / 'views'}"
    with opened_memory(url) as engine:
        fed(log, engine)
    with opened_memory(url) as engine:
        assert reached(engine) == marked(log)
    place = place_at(url)
    assert place.exists(build_name())
    place.close()
    # Whoever made it died before there were tables.
    (tmp_path / "views" / f"{build_name()}.db").unlink()
    (tmp_path / "views" / f"{build_name()}.db").touch()
    with opened_memory(url) as engine:
        assert fed(log, engine) == expected


def test_the_source_is_the_topic_of_the_events_of_households() -> None:
    assert {record.topic for record in logged(LIVES[0])} == {SOURCE_TOPIC}
