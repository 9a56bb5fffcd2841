"""Cases as of any day on both clocks: what the events up to it add up to, in whatever interleaving and batches they came."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import groupby
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select

from projections.database import FOREVER, NO_END, open_engine
from projections.event_reader import EventReader
from projections.expenses.cases import FIRST, KINDS, PREFIX, Case, fold_case
from projections.expenses.queries.cases import OPEN, Wanted, case_now, case_then, list_cases
from projections.expenses.read_model import EXPENSES
from projections.expenses.tables import CASE, CASE_HISTORY, METADATA
from projections.register.queries.moments import Moment, held
from projections.register.queries.pages import Page
from registry.early_warning.assign import AssignEarlyWarning
from registry.early_warning.outcome import RecordWarningOutcome
from registry.early_warning.reopen import ReopenEarlyWarning
from registry.early_warning.visit import RecordWarningVisit, VerifyEarlyWarning
from registry.early_warning.warnings import case_id_of, stream_id_of
from schemas.catalogue import registry_catalogue
from schemas.codec import Codec
from schemas.messages import Message, Record
from tests.property.test_expenses_projection import bounded
from tests.support.early_warnings import assessed_person
from tests.support.expense_facts import folded, messages, placed
from tests.support.logged import batches, interleaved
from tests.support.pipeline import digested_rows
from tests.support.register import a_register
from tests.support.scenario import paper

CODEC = Codec(registry_catalogue())
READER = EventReader[None](registry_catalogue(), dict.fromkeys(PREFIX + kind for kind in KINDS))
PERSONS = (1, 2, 3, 4)
PROVINCE = "460000000000"
DAY = date(2020, 3, 2)
FIRST_DAY = DAY.toordinal() - date(1970, 1, 1).toordinal()
Events = dict[bytes, list[tuple[str, dict[str, Any]]]]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = open_engine("sqlite://")
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


@cache
def lives() -> list[Message]:
    """Cases that were watched, raised, moved, closed and opened again, as the register tells them."""
    told: list[Message] = []
    for number in PERSONS:
        subject = UUID(int=(0xACE << 64) + number)
        about: dict[str, Any] = {"subject_id": subject, "case_id": case_id_of(subject, 1), "effective_on": DAY}
        commands = [
            assessed_person(number, "BLUE", amount=3500), assessed_person(number, "YELLOW", amount=6000),
            assessed_person(number, "RED", amount=26_000), AssignEarlyWarning(**about, township="469030101000"),
            RecordWarningVisit(**about, visitors=("staff-1",)), VerifyEarlyWarning(**about, finding="NO_HARDSHIP"),
            RecordWarningOutcome(**about, outcome="NO_RISK"),
            ReopenEarlyWarning(**about, evidence=(paper("COUNTY_DECISION"),)),
            RecordWarningVisit(**about, visitors=("staff-1",)),
        ]  # fmt: skip
        told += messages(a_register(commands[number % 2 :]).events(stream_id_of(subject)))
    return told


def restamped(chance: Random) -> list[Record]:
    """The same events, effective on days in no order, several learnt at one instant."""
    told = []
    for _, stream in groupby(lives(), key=lambda message: message.key):
        at = None
        for message in stream:
            schema, values = CODEC.decode(message.value or b"")
            at = (at or values["recorded_at"]) + timedelta(hours=chance.choice((0, 0, 7, 30)))
            day = DAY + timedelta(days=chance.randint(-5, 5))
            told.append(message._replace(value=CODEC.encode(schema, values | {"recorded_at": at, "effective_on": day})))
    return placed(told)


def events_of(records: list[Record]) -> Events:
    """By case, in the order of their streams."""
    found: Events = {}
    for record in records:
        plan, event = READER.read(record.value)
        found.setdefault(event["case_id"], []).append((plan.event_type.removeprefix(PREFIX), event))
    return found


def plain(events: Events, case_id: bytes, moment: Moment) -> Case | None:
    """The case by a plain fold of what was effective and known by the moment."""
    case: Case | None = None
    for kind, event in events[case_id]:
        known = moment.known_at is None or event["recorded_at"] <= moment.known_at
        if known and event["effective_on"] <= moment.as_of and (case is not None or kind in FIRST):
            case = fold_case(case, kind, event)
    return case


def moments(events: Events, chance: Random) -> Iterator[Moment]:
    """At events, just before them, and anywhere around."""
    every = [event for steps in events.values() for _, event in steps]
    for event in chance.sample(every, 6):
        yield Moment(event["effective_on"] - chance.randint(0, 1), event["recorded_at"] - chance.randint(0, 1))
        yield Moment(FIRST_DAY + chance.randint(-7, 7), chance.choice((None, event["recorded_at"])))


def row_at(connection: Connection, case_id: bytes, moment: Moment) -> Case | None:
    columns = [CASE_HISTORY.c[name] for name in CASE.columns.keys()]  # noqa: SIM118
    row = connection.execute(select(*columns).where(CASE_HISTORY.c.case_id == case_id, held(CASE_HISTORY, moment))).one_or_none()
    return None if row is None else dict(row._mapping)


@bounded(60)
@given(st.integers(0, 2**32))
def test_a_case_at_a_moment_is_what_the_events_up_to_it_add_up_to(engine: Engine, seed: int) -> None:
    chance = Random(seed)
    records = restamped(chance)
    events = events_of(records)
    folded(engine, *batches(interleaved(records, chance), chance, 9))
    with engine.connect() as connection:
        for moment in moments(events, chance):
            expected = {case_id: plain(events, case_id, moment) for case_id in events}
            for case_id, case in expected.items():
                assert row_at(connection, case_id, moment) == case
            listed, _ = list_cases(connection, Wanted(division=PROVINCE, today=moment.as_of, moment=moment), Page(sort="due_on"))
            assert len(listed) == sum(case is not None and case["state"] in OPEN for case in expected.values())
            for row in listed:
                assert row == case_then(connection, UUID(row["case_id"]).bytes, moment)


@bounded(30)
@given(st.integers(0, 2**32))
def test_as_of_now_is_now(engine: Engine, seed: int) -> None:
    chance = Random(seed)
    records = restamped(chance)
    folded(engine, *batches(interleaved(records, chance), chance, 5))
    today = FIRST_DAY + 30
    with engine.connect() as connection:
        for moment in (Moment(today), Moment(today, FOREVER - 1)):
            for case_id in events_of(records):
                now = case_now(connection, case_id, today)
                assert now is not None
                assert case_then(connection, case_id, moment) == now[0]
            listed = list_cases(connection, Wanted(division=PROVINCE, today=today), Page(sort="due_on"))
            assert list_cases(connection, Wanted(division=PROVINCE, today=today, moment=moment), Page(sort="due_on")) == listed


@bounded(40)
@given(st.integers(0, 2**32))
def test_the_rows_are_the_same_in_any_interleaving_and_batches_and_never_overlap(engine: Engine, seed: int) -> None:
    chance = Random(seed)
    records = restamped(chance)
    folded(engine, records)
    at_once = digested_rows(engine, EXPENSES)
    folded(engine, *batches(interleaved(records, chance), chance, 4))
    assert digested_rows(engine, EXPENSES) == at_once
    rectangles = [row[:5] for row in at_once["warning_history"]]
    for case_id, since, known_from, until, known_to in rectangles:
        assert since < until <= NO_END
        assert known_from < known_to <= FOREVER
        over = [
            one for one in rectangles
            if one[0] == case_id and one[1] < until and since < one[3] and one[2] < known_to and known_from < one[4]
        ]  # fmt: skip
        assert len(over) == 1
