"""What counts of hospitals' records and of persons' memberships is the same in whatever order and batches they come."""

from collections.abc import Iterator, Sequence
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from projections.database import open_engine
from projections.expenses.queries.expenses import expenses_of
from projections.expenses.queries.membership import members_ever, memberships_of
from projections.expenses.read_model import EXPENSES
from projections.expenses.tables import METADATA
from registry.correction import as_corrected
from registry.person.person import Person, PersonJoinedHousehold, PersonLeftHousehold
from tests.support.expense_facts import Told, folded, messages, patient, placed
from tests.support.logged import batches, interleaved
from tests.support.pipeline import Rows, digested_rows
from tests.support.random_lives import random_neighbourhood

KINDS = ("REPORTED", "CORRECTED", "REVERSED")
TOLD = st.builds(
    Told,
    number=st.integers(1, 3),
    version=st.integers(1, 3),
    kind=st.sampled_from(KINDS),
    person=st.integers(1, 3),
    personal=st.integers(0, 2),
    after_days=st.sampled_from([0, 1, 400, 729, 731, 1500]),
)
SEEDS = st.integers(0, 2**32)


def bounded(examples: int) -> settings:
    """The same examples each time, as many as a few seconds allow."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = open_engine("sqlite://")
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


def rows_of(engine: Engine, told: Sequence[Told], chance: Random) -> Rows:
    records = interleaved(placed(one.message() for one in told), chance)
    folded(engine, *batches(records, chance, 4))
    return digested_rows(engine, EXPENSES)


@bounded(150)
@given(st.lists(TOLD, max_size=12), SEEDS)
def test_the_rows_are_the_same_in_any_order_of_arrival(engine: Engine, told: list[Told], seed: int) -> None:
    chance = Random(seed)
    rows = rows_of(engine, told, chance)
    again = [*told, *chance.choices(told, k=3)] if told else []
    chance.shuffle(again)
    assert rows_of(engine, again, chance) == rows


@bounded(150)
@given(st.lists(TOLD, max_size=12), SEEDS)
def test_the_highest_version_counts_and_of_that_a_reversal_then_a_correction(engine: Engine, told: list[Told], seed: int) -> None:
    told = [one for one in told if one.after_days < 730]
    rows_of(engine, told, Random(seed))
    with engine.connect() as connection:
        found = expenses_of(connection, [patient(number).bytes for number in (1, 2, 3)])
    highest: dict[int, tuple[int, int]] = {}
    for one in told:
        highest[one.number] = max(highest.get(one.number, (0, 0)), (one.version, KINDS.index(one.kind)))
    best = {number: [one for one in told if (one.version, KINDS.index(one.kind)) == highest[one.number]] for number in highest}
    expected = {n: {(patient(o.person).bytes, o.personal * 100) for o in all_} for n, all_ in best.items() if highest[n][1] < 2}
    assert len(found) == len(expected)
    assert all(any((row.person_id, row.personal_pay) in those for those in expected.values()) for row in found)
    assert {row.settlement_version for row in found} <= {version for version, _ in highest.values()}


@bounded(40)
@given(SEEDS)
def test_a_person_is_where_the_write_side_has_them(engine: Engine, seed: int) -> None:
    events = random_neighbourhood(seed)
    chance = Random(seed)
    records = interleaved(placed(messages(events)), chance)
    folded(engine, *batches(records, chance, 9))
    streams: dict[Any, list[Any]] = {}
    for event in events:
        if event.TOPIC.startswith("person."):
            streams.setdefault(event.originator_id, []).append(event)
    assert streams
    with engine.connect() as connection:
        for person_id, stream in streams.items():
            person = Person.replay(None, stream)
            assert person is not None
            known = memberships_of(connection, [person_id.bytes])[person_id]
            assert [(row.household_id, row.joined_on, row.left_on) for row in known] == lived(stream)
            there = [row.household_id for row in known if row.left_on is None]
            assert there == ([] if person.household_id is None else [person.household_id])
            assert all(person_id.bytes in {who for _, who in members_ever(connection, [row.household_id.bytes])} for row in known)


def lived(stream: Sequence[Any]) -> list[tuple[UUID, date, date | None]]:
    """A person's memberships by a plain model: each joining with the leaving after it, on the days that are right in the end."""
    moves = [fact for _, fact in as_corrected(stream) if isinstance(fact, PersonJoinedHousehold | PersonLeftHousehold)]
    days = [fact.effective_on for fact in moves]
    ends = [*days[1:], None]
    return [
        (fact.household_id, day, end)
        for fact, day, end in zip(moves, days, ends, strict=True)
        if isinstance(fact, PersonJoinedHousehold)
    ]


@bounded(60)
@given(st.lists(TOLD, max_size=12), SEEDS)
def test_a_build_of_what_the_log_still_holds_has_the_same_rows(engine: Engine, told: list[Told], seed: int) -> None:
    """The log lets go of records that were accepted 800 days before the partition's newest one."""
    records = placed(one.message() for one in sorted(told, key=lambda one: one.after_days))
    folded(engine, *batches(records, Random(seed), 4))
    live = digested_rows(engine, EXPENSES)
    by_place = dict(
        zip([(r.topic, r.partition, r.offset) for r in records], sorted(told, key=lambda o: o.after_days), strict=True)
    )
    newest: dict[int, int] = {}
    for (_, partition, _), one in by_place.items():
        newest[partition] = max(newest.get(partition, 0), one.after_days)
    held = [r for r in records if by_place[r.topic, r.partition, r.offset].after_days > newest[r.partition] - 800]
    folded(engine, held)
    assert digested_rows(engine, EXPENSES) == live
    with engine.connect() as connection:
        kept = connection.execute(select(METADATA.tables["settlement"].c.expense_id)).all()
    assert bool(kept) == bool(told)
