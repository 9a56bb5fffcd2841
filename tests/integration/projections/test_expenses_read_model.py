"""The intake's read model: what it shows of settlements, cases, hospitals and dead letters, on both engines and made anew."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from consumers.rebuild.rebuild import Rebuild
from consumers.warning.belonging import household_of
from deploy.composition.read_side import READ_MODELS
from projections.checkpoints import AnotherProjector
from projections.database import open_engine
from projections.expenses.projection import ACCEPTED_EXPENSES, DEAD_LETTERS, ExpensesProjection
from projections.expenses.queries.expenses import expenses_of
from projections.expenses.queries.hospitals import (
    hospital_figures,
    known_hospitals,
)
from projections.expenses.queries.membership import memberships_of
from projections.expenses.read_model import EXPENSES
from projections.expenses.tables import CASE, METADATA
from projections.read_model import ReadModelStopped
from projections.views.views import Views
from registry.early_warning.assign import AssignEarlyWarning
from registry.early_warning.cancel import CancelEarlyWarning
from registry.early_warning.escalate import EscalateEarlyWarning
from registry.early_warning.reopen import ReopenEarlyWarning
from registry.early_warning.transfer import TransferEarlyWarning
from registry.early_warning.warnings import Case, EarlyWarnings
from registry.household.case import case_id_of as household_case
from registry.household.members import MemberAdded, MemberRemoved, RemoveMember
from registry.log.embedded import EmbeddedProducer
from registry.log.embedded_topics import create_topics
from schemas.messages import Message, Record
from schemas.topics import live_topics
from tests.support.corrected import LATE, correct, found_wrong, void
from tests.support.early_warnings import CASE as FIRST_CASE
from tests.support.early_warnings import WARNINGS, assessed, closed, ended, expense, verified, visited
from tests.support.expense_facts import Told, dead_letter, folded, messages, patient, placed
from tests.support.families import BIRTH, DAUGHTER, DEATH, SON, opening
from tests.support.histories import relapse_checked
from tests.support.hospitals_told import hospitals_told
from tests.support.logged import batches, interleaved
from tests.support.pipeline import digested_rows
from tests.support.rebuilding import feed, live_digest, log_at
from tests.support.register import Register, a_register
from tests.support.scenario import HOUSEHOLD, day, paper

DAY_NUMBER = date(1970, 1, 1).toordinal()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path}/views.db")
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


def escalate(to: str, on_day: date) -> EscalateEarlyWarning:
    return EscalateEarlyWarning(subject_id=HOUSEHOLD, case_id=FIRST_CASE, effective_on=on_day, escalated_to=to)


def given(command: type[Any], on_day: int, **fields: Any) -> Any:
    return command(subject_id=HOUSEHOLD, case_id=FIRST_CASE, effective_on=day(on_day), **fields)


LINK = {"household_id": HOUSEHOLD, "linked_case_id": household_case(HOUSEHOLD, "RELAPSE", 1)}
FOLLOWED = [
    *relapse_checked(), assessed(on=day(296), group="EXITED"), visited(day(296)), verified(day(296), "IN_NEED"),
    ended("RE_ENTERED", day(296), **LINK),
]  # fmt: skip
HISTORIES: dict[str, Sequence[Any]] = {
    "watched": [assessed("BLUE", amount=3500)],
    "watched, then raised": [assessed("BLUE", amount=3500), assessed("ORANGE")],
    "risen": [assessed("YELLOW", amount=6000), assessed("RED", amount=21_000)],
    "fallen": [assessed("RED", amount=21_000), assessed("YELLOW", amount=6000)],
    "cancelled by hand": [assessed(), given(CancelEarlyWarning, 11, reason_code="WRONG_PERSON")],
    "cancelled by amounts": [assessed(), assessed("NONE")],
    "moved": [assessed(), visited(), given(AssignEarlyWarning, 13, township="469030101000")],
    "verified": [assessed(), visited(), verified()],
    "escalated": [assessed(), escalate("PROVINCE", date(2018, 10, 15))],
    "escalated, then moved": [
        assessed(), escalate("COUNTY", date(2018, 9, 28)), given(AssignEarlyWarning, 40, township="469030101000")
    ],
    "escalated, then verified": [assessed(), escalate("COUNTY", date(2018, 9, 28)), visited(day(40)), verified(day(40))],
    "closed": closed(),
    "closed, then reopened": [*closed(), assessed("RED", on=day(30), amount=21_000)],
    "reopened by the county": [
        *closed(), given(ReopenEarlyWarning, 40, evidence=(paper("COUNTY_DECISION"),))
    ],
    "a second one": [*closed(), assessed(on=day(500), amount=11_000, expenses=(expense(7),))],
    "transferred": [
        assessed(), TransferEarlyWarning(subject_id=HOUSEHOLD, effective_on=day(11), household_id=HOUSEHOLD)
    ],
    "followed by a relapse": FOLLOWED,
}  # fmt: skip


@pytest.mark.parametrize("name", HISTORIES)
def test_a_case_is_what_the_write_side_has(engine: Engine, name: str) -> None:
    history = HISTORIES[name]
    register = a_register(history if history is FOLLOWED else [opening(), *history])
    stream = register.events(WARNINGS)
    for end in range(1, len(stream) + 1):
        warnings = EarlyWarnings.replay(None, stream[:end])
        assert warnings is not None
        records = placed(messages(stream[:end]))
        folded(engine, *[[record] for record in records])
        one_by_one = digested_rows(engine, EXPENSES)
        folded(engine, records)
        assert digested_rows(engine, EXPENSES) == one_by_one
        with engine.connect() as connection:
            rows = {row.case_id: row for row in connection.execute(select(CASE))}
        if warnings.case is None:
            ((_, row),) = rows.items()
            assert (row.state, row.warning_level) == ("WATCHED", "BLUE")
            assert json.loads(row.expenses) == sorted(expense_id.hex for expense_id in warnings.watched)
        else:
            agrees(rows[warnings.case.case_id.bytes], warnings.case)


def agrees(row: Any, case: Case) -> None:
    def number(day_: date | None) -> int | None:
        return None if day_ is None else day_.toordinal() - DAY_NUMBER

    assert (row.state, row.warning_level, f"{row.division:012}") == (case.state, case.level, case.division)
    assert Decimal(row.basis) / 100 == case.basis
    assert (row.due_on, row.outcome_due_on) == (number(case.due_on), number(case.outcome_due_on))
    assert (row.finding or "", row.outcome or "") == (case.finding, case.outcome)
    assert {tuple(told) for told in json.loads(row.escalated)} == {(who, number(day_)) for who, day_ in case.escalated}
    assert {rule["rule"] for rule in json.loads(row.fired)} == case.rules
    assert json.loads(row.expenses) == sorted(expense_id.hex for expense_id in case.expenses)
    if case.state != "CANCELLED" and case.state != "TRANSFERRED":
        assert row.ended_on == number(case.closed_on)
    assert row.linked_case_id == (case.linked_case_id and case.linked_case_id.bytes)


def test_a_notice_gives_way_to_the_settlement_of_the_same_stay_and_comes_back_with_its_reversal(engine: Engine) -> None:
    notice = Told(1).message(stage="IN_HOSPITAL_NOTICE", encounter_id="E1", discharged_on=None)
    final = Told(2).message(encounter_id="E1")
    other = Told(3).message(stage="PRE", encounter_id="E3")
    undone = Told(2, version=2, kind="REVERSED").message()

    def stages(*told: Message) -> list[str]:
        folded(engine, placed(told))
        with engine.connect() as connection:
            return sorted(row.stage for row in expenses_of(connection, [patient(1).bytes]))

    assert stages(notice) == ["IN_HOSPITAL_NOTICE"]
    assert stages(final, notice, other) == ["FINAL", "PRE"]
    assert stages(undone, notice, final) == ["IN_HOSPITAL_NOTICE"]


def test_a_settlement_that_was_another_persons_counts_for_nobody_else(engine: Engine) -> None:
    told = [Told(1, person=1), Told(1, version=2, kind="CORRECTED", person=2)]
    for order in (told, told[::-1]):
        folded(engine, placed(one.message() for one in order))
        with engine.connect() as connection:
            assert expenses_of(connection, [patient(1).bytes]) == []
            assert len(expenses_of(connection, [patient(2).bytes])) == 1


def test_a_newborns_expenses_are_the_mothers_households(engine: Engine) -> None:
    folded(engine, placed([Told(1, person=2).message(patient(1)), Told(2, person=1).message()]))
    with engine.connect() as connection:
        assert len(expenses_of(connection, [patient(1).bytes])) == 2
        assert len(expenses_of(connection, [patient(1).bytes, patient(2).bytes])) == 2
        assert len(expenses_of(connection, [patient(2).bytes])) == 1


def test_a_member_is_one_from_the_day_of_joining_to_the_day_before_leaving(engine: Engine) -> None:
    register = a_register(opening())
    member = next(id_ for id_, stream in register.streams.items() if stream[0].TOPIC.startswith("person."))
    folded(engine, placed(messages(register.events(member))))
    with engine.connect() as connection:
        (own,) = memberships_of(connection, [member.bytes]).values()
    assert household_of(own, own[0].joined_on) == HOUSEHOLD
    assert not own[0].holds_on(own[0].joined_on - timedelta(days=1))


def memberships_folded(engine: Engine, register: Register, person_id: UUID) -> list[tuple[bytes, int, int | None]]:
    """Household, and the days of joining and leaving counted from day 0; the same one by one and at once."""
    records = placed(messages(register.events(person_id)))
    folded(engine, *[[record] for record in records])
    one_by_one = digested_rows(engine, EXPENSES)
    projection = folded(engine, records)
    assert digested_rows(engine, EXPENSES) == one_by_one
    assert projection.fold([record._replace(offset=record.offset + 100) for record in records]) == 0
    with engine.connect() as connection:
        return [
            (row.household_id.bytes, (row.joined_on - day(0)).days, None if row.left_on is None else (row.left_on - day(0)).days)
            for row in memberships_of(connection, [person_id.bytes])[person_id]
        ]


def test_a_membership_that_began_on_another_day_is_one_and_ends_once(engine: Engine) -> None:
    register = found_wrong([opening(), BIRTH])
    correct(register, MemberAdded, effective_on=day(8))
    assert memberships_folded(engine, register, DAUGHTER) == [(HOUSEHOLD.bytes, 8, None)]
    register.take(RemoveMember(household_id=HOUSEHOLD, effective_on=LATE, reason_code="DEATH", person_id=DAUGHTER))
    late = (LATE - day(0)).days
    assert memberships_folded(engine, register, DAUGHTER) == [(HOUSEHOLD.bytes, 8, late)]
    assert correct(register, MemberRemoved, effective_on=LATE - timedelta(days=1)).refused is None
    assert correct(register, MemberAdded, effective_on=day(7)).refused is None
    assert memberships_folded(engine, register, DAUGHTER) == [(HOUSEHOLD.bytes, 7, late - 1)]


def test_who_never_came_was_there_on_no_day_and_who_never_died_on_every_one(engine: Engine) -> None:
    register = found_wrong([opening(), BIRTH, DEATH])
    void(register, MemberAdded)
    void(register, MemberRemoved)
    assert memberships_folded(engine, register, DAUGHTER) == [(HOUSEHOLD.bytes, 9, 9)]
    assert memberships_folded(engine, register, SON) == [(HOUSEHOLD.bytes, 0, 12), (HOUSEHOLD.bytes, 12, None)]


def test_a_move_that_follows_from_nothing_stops_it(engine: Engine) -> None:
    register = a_register(opening(), DEATH)
    (_, left) = placed(messages(register.events(SON)))
    folded(engine)
    with pytest.raises(ReadModelStopped, match="left a household"):
        ExpensesProjection(engine).fold([left])


@pytest.mark.parametrize(
    "message",
    [
        Message(ACCEPTED_EXPENSES, b"x", b"not Avro", (), 0),
        Message(DEAD_LETTERS, b"x", None, (), 0),
        Message(ACCEPTED_EXPENSES, b"x", None, (), 0),
    ],
)
def test_what_nobody_can_read_stops_it_and_nothing_is_written(engine: Engine, message: Message) -> None:
    projection = ExpensesProjection(engine)
    with pytest.raises(ReadModelStopped):
        projection.fold(placed([Told(1).message(), message]))
    assert projection.checkpoints() == {}
    assert digested_rows(engine, EXPENSES)["settlement"] == []


def test_a_gap_in_a_stream_of_warnings_stops_it(engine: Engine) -> None:
    first, *rest = placed(messages(a_register(opening(), closed()).events(WARNINGS)))
    folded(engine, [first])
    with pytest.raises(ReadModelStopped, match="version 3 follows 1"):
        ExpensesProjection(engine).fold(rest[1:])


def test_what_was_folded_before_is_dropped(engine: Engine) -> None:
    register = a_register(opening(), closed())
    records = placed([Told(1).message(), *messages(event for stream in register.streams for event in register.events(stream))])
    projection = folded(engine, records)
    before = digested_rows(engine, EXPENSES)
    assert projection.fold(records) == 0
    assert projection.repeated == len(records)
    moved = [
        record._replace(offset=record.offset + 100) for record in records if record.topic not in (ACCEPTED_EXPENSES, DEAD_LETTERS)
    ]
    assert projection.fold(moved) == 0
    assert digested_rows(engine, EXPENSES) == before


def test_who_lost_the_partition_writes_nothing_more(engine: Engine) -> None:
    (first, second) = placed([Told(1).message(), Told(2).message()])
    ours, other = ExpensesProjection(engine), ExpensesProjection(engine)
    ours.claim(first.topic, first.partition)
    ours.fold([first])
    assert other.claim(first.topic, first.partition).next_offset == 1
    for _ in range(2):
        with pytest.raises(AnotherProjector):
            ours.fold([second])
    assert other.fold([second]) == 1


def mixed() -> list[Message]:
    """Something of everything."""
    told: list[Message] = []
    for number in range(40):
        told.append(Told(number % 17, version=1 + number % 3, person=number % 11, after_days=number * 30).message())
        told.append(dead_letter(number, "E-SEAL", after_days=number * 30))
    told += messages(hospitals_told())
    register = a_register(opening(), closed())
    return told + messages(event for stream in register.streams for event in register.events(stream))


@pytest.mark.postgres
def test_both_engines_hold_the_same_rows(engine: Engine, postgres_uri: str) -> None:
    records: list[Record] = placed(mixed())
    folded(engine, records)
    other = open_engine(postgres_uri)
    try:
        METADATA.create_all(other)
        folded(other, *batches(interleaved(records, Random(3)), Random(3), 20))
        assert digested_rows(other, EXPENSES) == digested_rows(engine, EXPENSES)
        with engine.connect() as ours, other.connect() as theirs:
            assert hospital_figures(ours) == hospital_figures(theirs)
            assert known_hospitals(ours) == known_hospitals(theirs)
            everybody = [patient(number).bytes for number in range(11)]
            assert [tuple(r) for r in expenses_of(ours, everybody)] == [tuple(r) for r in expenses_of(theirs, everybody)]
    finally:
        other.dispose()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_rebuild_holds_the_same_rows(tmp_path: Path, workers: int) -> None:
    log = tmp_path / "log.db"
    create_topics(log, live_topics())
    producer = EmbeddedProducer(log, now_ms=lambda: 0, name=None)
    producer.append(mixed())
    producer.close()
    views = Views(f"sqlite:///{tmp_path}")
    try:
        feed(views, EXPENSES, log)
        before = live_digest(views, EXPENSES)
        outcome = Rebuild(views, EXPENSES, log_at(log), workers).run()
        assert outcome.swapped
        assert outcome.comparison is not None
        assert outcome.comparison.built == before
        assert before.rows > 20
    finally:
        views.close()


def test_the_pipeline_feeds_it() -> None:
    assert EXPENSES in READ_MODELS
