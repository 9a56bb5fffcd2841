"""The outbox on both engines: what is due, who is at it, and what is recorded of it."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.schema import CreateSchema

from consumers.notices.database import NOTICES_REVISION, opened_outbox
from consumers.notices.notice import Notice
from consumers.notices.outbox import CLAIM, Destination, Outbox
from consumers.notices.outcome import Outcome, Result
from consumers.notices.tables import METADATA, SCHEMA, State
from deploy.composition.migrations import NOTICES_PACKAGE
from projections.database import open_engine, writing
from registry.store.errors import StoreNotMigrated
from registry.store.migrating import Migrations
from registry.store.shape import shape_of
from tests.support.at_once import THREADS, at_once
from tests.support.meter import SetClock
from tests.support.notices import AT, notice

MAIL: Destination = ("EMAIL", "office@example.org")
HOOK: Destination = ("WEBHOOK", "https://office.example/told")
TAKEN = Outcome(Result.DELIVERED, "SMTP-250")
BUSY = Outcome(Result.AGAIN, "SMTP-451")


def put(engine: Engine, clock: SetClock, *notices: Notice, to: tuple[Destination, ...] = (MAIL,)) -> int:
    with writing(engine) as connection:
        return Outbox(engine).put(connection, notices, lambda _: to, clock.now(), clock.now() - timedelta(days=7))


def test_a_notice_is_put_once_and_due_at_each_address(engine: Engine, clock: SetClock) -> None:
    assert put(engine, clock, notice(1), to=(MAIL, HOOK)) == 1
    assert put(engine, clock, notice(1), notice(2), to=(MAIL, HOOK)) == 1
    due = Outbox(engine).due(clock.now(), 10)
    assert sorted((d.notice.about, d.channel, d.address) for d in due) == [
        ("matter-1", *MAIL), ("matter-1", *HOOK), ("matter-2", *MAIL), ("matter-2", *HOOK)
    ]  # fmt: skip
    assert due[0].notice in (notice(1), notice(2))


def test_a_transaction_that_fails_puts_nothing(engine: Engine, clock: SetClock) -> None:
    def somebody_nowhere(_: str) -> tuple[Destination, ...]:
        raise LookupError

    with pytest.raises(LookupError), writing(engine) as connection:
        Outbox(engine).put(connection, [notice(1)], somebody_nowhere, clock.now(), clock.now())
    assert Outbox(engine).due(clock.now(), 10) == []


def test_of_many_who_claim_at_once_one_is_given_it(engine: Engine, clock: SetClock) -> None:
    put(engine, clock, notice(1))
    outbox = Outbox(engine)
    (delivery,) = outbox.due(clock.now(), 10)
    claims: list[int | None] = []
    at_once(lambda _: claims.append(outbox.claim(delivery, clock.now())))
    assert len(claims) == THREADS
    assert [claim for claim in claims if claim is not None] == [1]
    assert outbox.due(clock.now(), 10) == []


def test_what_was_claimed_by_one_who_died_is_due_when_the_claim_has_run_out(engine: Engine, clock: SetClock) -> None:
    put(engine, clock, notice(1))
    outbox = Outbox(engine)
    (delivery,) = outbox.due(clock.now(), 10)
    assert outbox.claim(delivery, clock.now()) == 1
    clock.instant += CLAIM
    (again,) = outbox.due(clock.now(), 10)
    assert (again.delivery_id, again.tries) == (delivery.delivery_id, 1)
    assert outbox.claim(delivery, clock.now()) is None
    assert outbox.claim(again, clock.now()) == 2
    assert [(number, code) for *_, number, _, code in outbox.attempts(notice(1).notice_id)] == [(1, ""), (2, "")]


def test_one_that_slept_over_its_claim_says_only_that_it_was_delivered(engine: Engine, clock: SetClock) -> None:
    put(engine, clock, notice(1))
    outbox = Outbox(engine)
    (delivery,) = outbox.due(clock.now(), 10)
    outbox.claim(delivery, clock.now())
    clock.instant += CLAIM
    (again,) = outbox.due(clock.now(), 10)
    outbox.claim(again, clock.now())
    outbox.settle(delivery, 1, BUSY, clock.now(), None)
    assert outbox.counts()[State.PENDING] == 1
    outbox.settle(delivery, 1, TAKEN, clock.now(), None)
    outbox.settle(again, 2, BUSY, clock.now(), None)
    assert outbox.counts() == {State.PENDING: 0, State.DELIVERED: 1, State.GIVEN_UP: 0, State.LAPSED: 0}
    (listed,) = outbox.listed()
    assert (listed.state, listed.attempts, listed.settled_at) == (State.DELIVERED, 2, clock.now())


def test_a_failure_is_due_again_at_its_time_and_given_up_at_the_end(engine: Engine, clock: SetClock) -> None:
    put(engine, clock, notice(1))
    outbox = Outbox(engine)
    (delivery,) = outbox.due(clock.now(), 10)
    number = outbox.claim(delivery, clock.now())
    assert number is not None
    later = clock.now() + timedelta(minutes=5)
    outbox.settle(delivery, number, BUSY, clock.now(), later)
    assert outbox.due(later - timedelta(microseconds=1), 10) == []
    (again,) = outbox.due(later, 10)
    number = outbox.claim(again, later)
    assert number == 2
    outbox.settle(again, number, BUSY, later, None)
    assert outbox.due(later + timedelta(days=1), 10) == []
    (listed,) = outbox.listed([State.GIVEN_UP])
    assert (listed.attempts, listed.last, listed.settled_at) == (2, "SMTP-451", later)
    assert outbox.oldest_pending() is None


def test_what_is_old_when_it_is_first_known_lapses_and_is_sent_only_by_name(engine: Engine, clock: SetClock) -> None:
    old = notice(1, at=clock.now() - timedelta(days=8))
    put(engine, clock, old, notice(2))
    outbox = Outbox(engine)
    assert [d.notice.about for d in outbox.due(clock.now(), 10)] == ["matter-2"]
    assert outbox.counts()[State.LAPSED] == 1
    assert outbox.again(None, lambda _: (MAIL,), clock.now()) == 0
    assert outbox.again([old.notice_id], lambda _: (MAIL,), clock.now()) == 1
    assert {d.notice.about for d in outbox.due(clock.now(), 10)} == {"matter-1", "matter-2"}


def test_sent_again_it_goes_where_the_office_is_reached_now_and_what_arrived_stays(engine: Engine, clock: SetClock) -> None:
    put(engine, clock, notice(1), to=(MAIL, HOOK))
    outbox = Outbox(engine)
    for delivery in outbox.due(clock.now(), 10):
        number = outbox.claim(delivery, clock.now())
        assert number is not None
        outbox.settle(delivery, number, TAKEN if delivery.channel == "WEBHOOK" else BUSY, clock.now(), None)
    other: Destination = ("EMAIL", "other@example.org")
    assert outbox.again(None, lambda _: (other, HOOK), clock.now()) == 1
    assert [(d.address, d.tries) for d in outbox.due(clock.now(), 10)] == [("other@example.org", 0)]
    assert outbox.again([notice(1).notice_id], lambda _: (MAIL, HOOK), clock.now()) == 1
    assert outbox.counts()[State.DELIVERED] == 1


def test_a_list_can_be_of_a_state_and_of_a_matter(engine: Engine, clock: SetClock) -> None:
    put(engine, clock, notice(1), notice(2))
    outbox = Outbox(engine)
    assert {listed.about for listed in outbox.listed()} == {"matter-1", "matter-2"}
    assert [listed.about for listed in outbox.listed(about="matter-2")] == ["matter-2"]
    assert outbox.listed([State.DELIVERED]) == []
    assert len(outbox.listed(limit=1)) == 1


@pytest.mark.postgres
def test_the_migration_makes_the_tables_that_the_program_writes(new_postgres_database: Callable[[], str]) -> None:
    migrated, made = new_postgres_database(), new_postgres_database()
    with pytest.raises(StoreNotMigrated), opened_outbox(migrated):
        pass
    migrations = Migrations(NOTICES_REVISION, NOTICES_PACKAGE, migrated)
    assert migrations.apply().steps[-1][0] == NOTICES_REVISION.newest
    engine = open_engine(made, schema=SCHEMA)
    with engine.begin() as connection:
        connection.execute(CreateSchema(SCHEMA))
        METADATA.create_all(connection)
    engine.dispose()
    names = [f"{SCHEMA}.{table}" for table in METADATA.tables]
    shapes = []
    for url in (migrated, made):
        with psycopg.connect(url) as connection_of:
            shapes.append({table: set(lines) for table, lines in shape_of(connection_of, dict.fromkeys(names)).items()})
    assert len(shapes[0]) == len(names)
    assert shapes[0] == shapes[1]


def test_a_second_opening_in_one_process_lets_go_of_no_lock_of_the_first(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'notices.db'}"
    look = f"from consumers.notices.database import opened_outbox\nwith opened_outbox({url!r}) as e, e.connect():\n    pass"
    clock = SetClock(AT)
    with opened_outbox(url) as first:
        put(first, clock, notice(1))
        with opened_outbox(url):
            pass
        # Whoever thinks to be the last one removes the log that the first still writes to.
        subprocess.run([sys.executable, "-c", look], check=True)
        put(first, clock, notice(2))
        with opened_outbox(url) as second:
            assert len(Outbox(second).listed()) == 2
        put(first, clock, notice(3))
        assert len(Outbox(first).listed()) == 3
