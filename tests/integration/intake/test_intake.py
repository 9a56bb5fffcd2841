"""The intake on a real log: what is in order goes on under the person's id, the rest back with its reasons; each once."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from consumers.intake.intake import HOSPITAL_TOPIC
from consumers.intake.judging import ExpenseJudge
from registry.expenses.check import REPORTED
from registry.expenses.identities import expense_id, newborn_id
from registry.expenses.seal import seal
from schemas.catalogue import registry_catalogue
from schemas.log_errors import ProducerFenced
from schemas.messages import Message, Record
from tests.support.expenses import reversal, settlement
from tests.support.intake import PATIENCE_S, IntakeBench, id_number, written
from tests.support.published_examples import example_of


def test_a_sealed_number_and_a_token_mean_the_same_person(bench: IntakeBench) -> None:
    here, there = bench.institutions
    (person,) = bench.identify([id_number(1)])
    bench.report(here, settlement(1, institution=here, **bench.sealed(1)))
    bench.report(there, settlement(1, institution=there, person_token=bench.tokens.give(person, there)))
    bench.take_in(2)
    accepted = bench.accepted()
    assert {value["person_id"] for value in accepted} == {person}
    assert {value["expense_id"] for value in accepted} == {expense_id(here, "S000001"), expense_id(there, "S000001")}
    assert bench.dead_letters() == []


def test_nothing_that_is_accepted_says_who_it_is(bench: IntakeBench) -> None:
    here = bench.institutions[0]
    bench.report(here, settlement(1, institution=here, **bench.sealed(1)))
    bench.report(here, settlement(2, institution=here, newborn_no=1, **bench.sealed(2)))
    bench.take_in(2)
    assert len(bench.accepted()) == 2
    assert not any(id_number(n) in str(value) for n in (1, 2) for value in bench.accepted())


def test_versions_and_reversals_go_on_as_they_come(bench: IntakeBench) -> None:
    here = bench.institutions[0]
    bench.reverse(here, reversal(1, institution=here, settlement_version=3, **bench.sealed(1)))
    bench.correct(here, settlement(1, institution=here, settlement_version=2, **bench.sealed(1)))
    bench.report(here, settlement(1, institution=here, **bench.sealed(1)))
    bench.take_in(3)
    found = {(value["kind"], value["settlement_version"], value["settlement"] is None) for value in bench.accepted()}
    assert found == {("REPORTED", 1, False), ("CORRECTED", 2, False), ("REVERSED", 3, True)}
    assert len({value["expense_id"] for value in bench.accepted()}) == 1


def test_a_newborn_without_a_number_is_a_person_in_the_mothers_care(bench: IntakeBench) -> None:
    here = bench.institutions[0]
    (mother,) = bench.identify([id_number(7)])
    for twin in (1, 2):
        bench.report(here, settlement(twin, institution=here, newborn_no=twin, **bench.sealed(7)))
    bench.take_in(2)
    assert {value["person_id"] for value in bench.accepted()} == {newborn_id(mother, 1), newborn_id(mother, 2)}
    assert {value["guardian_id"] for value in bench.accepted()} == {mother}


def test_what_is_not_in_order_comes_back_as_it_was_with_its_reasons(bench: IntakeBench) -> None:
    here, there = bench.institutions
    (person,) = bench.identify([id_number(1)])
    wrong = [
        Message(HOSPITAL_TOPIC.of(here).name, id_number(3).encode(), b"not Avro", (), 0),
        written(here, REPORTED, settlement(1, institution=there, **bench.sealed(1))),
        written(here, REPORTED, settlement(2, institution=here, **bench.sealed(1) | {"key_id": "00000000"})),
        written(
            here,
            REPORTED,
            settlement(3, institution=here, person_token=bench.tokens.give(person, there)),
        ),
        written(
            here,
            REPORTED,
            settlement(4, institution=here, discharged_on=date(2019, 3, 1), stage="?", **bench.sealed(1)),
        ),
        written(here, "expense.expense_accepted", example_of_accepted()),
    ]
    bench.write(wrong)
    bench.report(there, settlement(9, institution=there, **bench.sealed(1)))
    bench.take_in(7)
    assert len(bench.accepted()) == 1
    letters = sorted(bench.dead_letters(), key=lambda letter: int(letter[1]["source_offset"]))
    assert [headers["reasons"] for _, headers in letters] == [
        "E-RECORD-UNREADABLE:",
        "E-INSTITUTION-KEY:institution",
        "E-SEAL:key_id",
        "E-PERSON-TOKEN:person_token",
        "E-CODE-UNKNOWN:stage,E-DATE-ORDER:discharged_on",
        "E-RECORD-UNREADABLE:",
    ]
    assert [record.value for record, _ in letters] == [message.value for message in wrong]
    keys = [(record.key or b"").decode() for record, _ in letters]
    assert keys == [here, *(f"{here}:S00000{number}" for number in (1, 2, 3, 4)), here]


def test_a_number_that_is_none_comes_back_without_being_repeated(bench: IntakeBench) -> None:
    here = bench.institutions[0]
    number = id_number(1)
    key_id, public = bench.keys.current
    typo = number[:-1] + ("1" if number[-1] != "1" else "2")
    named = {"sealed_id": seal(typo, public), "key_id": key_id, "person_token": None}
    bench.report(here, settlement(1, institution=here, **named))
    bench.take_in(1)
    ((record, headers),) = bench.dead_letters()
    assert headers["reasons"] == "E-ID-CHECKSUM:sealed_id"
    assert typo not in str(record.headers)
    assert typo.encode() not in (record.value or b"")


def test_another_intake_takes_over_and_the_first_writes_nothing_more(bench: IntakeBench) -> None:
    here = bench.institutions[0]
    for number in range(4):
        bench.report(here, settlement(number, institution=here, **bench.sealed(number)))
    first = bench.intake(batch_max=2)
    assert first.step(PATIENCE_S) == 2
    second = bench.intake()
    with pytest.raises(ProducerFenced):
        first.step(PATIENCE_S)
    assert second.step(PATIENCE_S) == 2
    first.close()
    second.close()
    assert len(bench.accepted()) == 4


def test_what_came_of_each_hospitals_records_is_counted_once_it_is_stored(bench: IntakeBench) -> None:
    here, there = bench.institutions[:2]
    for number in range(3):
        bench.report(here, settlement(number, institution=here, **bench.sealed(number)))
    bench.report(here, settlement(3, institution=there, **bench.sealed(3)))
    bench.report(there, settlement(4, institution=there, **bench.sealed(4)))
    found: Counter[tuple[str, bool]] = Counter()
    intake = bench.intake(told=lambda taken: found.update((one.institution, one.accepted) for one in taken))
    while found.total() < 5:
        intake.step(PATIENCE_S)
    intake.close()
    assert found == {(here, True): 3, (here, False): 1, (there, True): 1}


class Dies(Exception):
    """A crash between two lines."""


def test_wherever_it_dies_nothing_is_lost_and_nothing_comes_twice(bench: IntakeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """It dies before it appends, or after the log has stored what it appended and before it knows."""
    expected = set()
    for number in range(30):
        institution = bench.institutions[number % 2]
        bench.report(institution, settlement(number, institution=institution, **bench.sealed(number % 7)))
        expected.add(expense_id(institution, f"S{number:06d}"))
    whole = ExpenseJudge.judged

    def dies_first(judge: Any, records: Sequence[Record]) -> Sequence[Message]:
        whole(judge, records)
        raise Dies

    read = turn = 0
    while read < 30:
        intake = bench.intake(batch_max=4)
        turn += 1
        with monkeypatch.context() as patch:
            if turn % 3 == 0:
                patch.setattr(ExpenseJudge, "judged", dies_first)
                with pytest.raises(Dies):
                    intake.step(PATIENCE_S)
            else:
                read += intake.step(PATIENCE_S)
        if turn % 3 == 1:
            read += intake.step(PATIENCE_S) if read < 30 else 0
        intake.close()
    found = [value["expense_id"] for value in bench.accepted()]
    assert len(found) == 30
    assert set(found) == expected


def example_of_accepted() -> dict[str, Any]:
    values = example_of(registry_catalogue().latest("expense.expense_accepted"))
    assert isinstance(values["person_id"], UUID)
    return values
