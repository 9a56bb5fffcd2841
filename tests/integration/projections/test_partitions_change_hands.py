"""Several projectors of one read model whose partitions move between them: none writes to a partition that is no longer its own.

The log and the databases are real; who has which partitions is moved by hand (`hand_group`), as a broker does it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import DBAPIError

from consumers.log.embedded import EmbeddedConsumer
from consumers.projector.losses import IN_A_GROUP, Losses
from consumers.projector.projector import Projector
from projections import claiming
from projections.checkpoints import AnotherProjector
from projections.database import open_engine, writing
from projections.register.balance import check_balance
from projections.register.projection import RegisterProjection
from projections.register.read_model import REGISTER
from projections.register.tables import CHECKPOINT
from tests.support.hand_group import HandGroup, Member
from tests.support.long_log import write_log
from tests.support.pipeline import Rows, digested_rows, views

HOUSEHOLDS = 40
ALL = range(12)
TOPIC = "household.events"
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some 1,300 events; nobody appends to it."""
    path = tmp_path_factory.mktemp("log") / "log.db"
    write_log(path, HOUSEHOLDS)
    return path


@pytest.fixture(scope="module")
def expected(log: Path, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """The rows of one undisturbed fold."""
    engine = views(tmp_path_factory.mktemp("expected") / "views.db")
    projector = Projector(EmbeddedConsumer(log, group="fresh", topics=REGISTER.topics), RegisterProjection(engine))
    projector.drain()
    projector.close()
    rows = digested_rows(engine)
    engine.dispose()
    return rows


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        engine = views(tmp_path / "views.db")
    else:
        engine = open_engine(request.getfixturevalue("postgres_uri"))
        REGISTER.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def group(log: Path) -> HandGroup:
    return HandGroup(log, REGISTER.topics)


def in_group(member: Member, engine: Engine, pause: Callable[[float], None] = lambda seconds: None, batch: int = 50) -> Projector:
    projection = RegisterProjection(engine, households_max=30)
    return Projector(member, projection, batch_max=batch, losses_max=IN_A_GROUP, pause=pause)


def drained(*projectors: Projector) -> None:
    for projector in projectors:
        projector.drain()
        projector.close()


def test_a_member_that_slept_through_the_loss_of_its_partitions_writes_nothing_and_goes_on_with_the_rest(
    engine: Engine, group: HandGroup, expected: Rows
) -> None:
    sleeper, other = group.member(), group.member()

    def wake_up(_seconds: float) -> None:
        sleeper.asleep = False

    one, two = in_group(sleeper, engine, wake_up), in_group(other, engine)
    group.share_out({sleeper: ALL})
    assert one.step() > 0
    sleeper.asleep = True
    group.share_out({sleeper: range(6), other: range(6, 12)})
    assert two.step() > 0
    rows = digested_rows(engine)
    assert one.step() == 0
    assert digested_rows(engine) == rows, "nothing of its batch was written, of no partition"
    assert (one.losses, sleeper.numbers) == (1, set(range(6)))
    drained(one, two)
    assert one.losses == 1
    assert digested_rows(engine) == expected


def test_a_partition_that_comes_back_is_taken_up_where_the_other_left_it(
    engine: Engine, group: HandGroup, expected: Rows
) -> None:
    """What the first remembers of its households and cuts is of before the other wrote."""
    first, second = group.member(), group.member()
    one, two = in_group(first, engine), in_group(second, engine)
    for turn in range(8):
        group.share_out({first: ALL, second: ()} if turn % 2 == 0 else {first: (), second: ALL})
        assert (one if turn % 2 == 0 else two).step() > 0
        (two if turn % 2 == 0 else one).step()
    group.share_out({first: ALL, second: ()})
    two.step()
    drained(one, two)
    assert digested_rows(engine) == expected
    assert (one.losses, two.losses) == (0, 0)


@pytest.mark.parametrize("seed", range(3))
def test_members_that_come_go_and_sleep_at_random_make_the_rows_of_one(
    engine: Engine, group: HandGroup, expected: Rows, seed: int
) -> None:
    chance = Random(seed)
    members = [group.member() for _ in range(3)]
    projectors = [in_group(member, engine, batch=chance.choice([7, 60])) for member in members]
    steps = 0
    while steps < 60:
        if chance.random() < 0.3:
            owners = [chance.choice(members) for _ in ALL]
            group.share_out({member: [number for number in ALL if owners[number] is member] for member in members})
        member = chance.choice(members)
        member.asleep = chance.random() < 0.3
        try:
            projectors[members.index(member)].step()
        except AnotherProjector:
            # Lost more than a member can by sleeping: the process ends, another one takes its place.
            number = members.index(member)
            projectors[number].close()
            projectors[number] = in_group(member, engine)
        steps += 1
    for member in members:
        member.asleep = False
    assert sum(projector.losses for projector in projectors) > 0
    group.share_out({members[0]: ALL, members[1]: (), members[2]: ()})
    for projector in reversed(projectors):
        while projector.step():
            pass
    drained(*projectors)
    assert digested_rows(engine) == expected
    with engine.connect() as connection:
        assert check_balance(connection) == []


def test_of_two_with_fixed_partitions_the_one_before_stops_with_one_line(engine: Engine, log: Path, expected: Rows) -> None:
    def fixed() -> Projector:
        consumer = EmbeddedConsumer(log, group="fixed", topics=REGISTER.topics)
        return Projector(consumer, RegisterProjection(engine), batch_max=50)

    one = fixed()
    one.step()
    two = fixed()
    two.step()
    with pytest.raises(
        AnotherProjector, match=r"^(household|campaign)\.events partition \d+: claimed by another projector"
    ) as stopped:
        one.step()
    assert "\n" not in str(stopped.value)
    one.close()
    drained(two)
    assert digested_rows(engine) == expected


def test_two_groups_that_feed_one_read_model_do_not_go_on_for_ever(engine: Engine, log: Path) -> None:
    members = [HandGroup(log, REGISTER.topics).member() for _ in range(2)]
    projectors = [in_group(member, engine, batch=5) for member in members]
    for member in members:
        member.due = frozenset(ALL)

    def fight() -> None:
        for _ in range(10 * IN_A_GROUP):
            for projector in projectors:
                projector.step()

    with pytest.raises(AnotherProjector):
        fight()
    assert max(projector.losses for projector in projectors) == IN_A_GROUP + 1


def test_losses_of_long_ago_are_forgotten() -> None:
    now = [0.0]
    losses = Losses(2, ticks=lambda: now[0])
    assert [losses.bear(), losses.bear()] == [True, True]
    now[0] = 60.5
    assert [losses.bear(), losses.bear(), losses.bear()] == [True, True, False]


def test_having_read_where_the_other_stands_gives_nobody_its_claim(engine: Engine, group: HandGroup) -> None:
    member = group.member()
    member.resume_from(lambda topic, partition: 0)
    group.share_out({member: ALL})
    records = [record for record in member.poll(5_000, 0.0) if record.topic == TOPIC]
    (number, *_) = {record.partition for record in records}
    mine = [record for record in records if record.partition == number]
    one, two = RegisterProjection(engine), RegisterProjection(engine)
    one.claim(TOPIC, number)
    one.fold(mine[:2])
    two.claim(TOPIC, number)
    one.checkpoints()
    with pytest.raises(AnotherProjector):
        one.fold(mine[2:])
    two.fold(mine[2:])
    assert one.claim(TOPIC, number).next_offset == mine[-1].offset + 1
    with pytest.raises(AnotherProjector):
        two.fold([mine[-1]._replace(offset=mine[-1].offset + 1)])
    member.close()


@pytest.mark.postgres
def test_a_claim_takes_back_what_a_stopped_process_was_writing(postgres_uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its connection is open and holds the checkpoint's row; PostgreSQL ends it, so that the partition does not stand still."""
    monkeypatch.setattr(claiming, "PATIENCE", "100ms")
    engine = open_engine(postgres_uri)
    REGISTER.metadata.create_all(engine)
    with writing(engine) as connection:
        connection.execute(insert(CHECKPOINT).values(topic=TOPIC, partition=3, next_offset=7, position=1, known_before=1))
    stopped = engine.connect()
    stopped.execute(update(CHECKPOINT).values(next_offset=9))
    claimed = RegisterProjection(engine).claim(TOPIC, 3)
    assert (claimed.next_offset, claimed.claim) == (7, 1)
    with pytest.raises(DBAPIError):
        stopped.commit()
    stopped.close()
    with engine.connect() as connection:
        assert connection.execute(select(CHECKPOINT.c.next_offset)).scalar_one() == 7
    engine.dispose()
