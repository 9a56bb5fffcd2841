"""Importing measures: started, progressed, completed; and again."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from registry.importing.recorder import Tally
from schemas.access import Actor
from tests.support.importing import ELSEWHERE, TOWNSHIP_OFFICE, Office, found, only
from tests.support.spreadsheets import BEFORE, UNIT, couple, id_of, measure

TYPES = ["AssistanceMeasureStarted", "AssistanceMeasureProgressed", "AssistanceMeasureProgressed", "AssistanceMeasureCompleted"]


def life(number: int, **changes: Any) -> list[dict[str, Any]]:
    """A measure from its start to its end."""
    return [
        measure(number, starts_on="2020-03-03", planned_until="2021/3/2", expected_income="1200.50", **changes),
        measure(number, "PROGRESS", effective_on="2020-03-03", progress_pct=30, **changes),
        measure(number, "PROGRESS", effective_on="2020-03-04", progress_pct=60, **changes),
        measure(number, "COMPLETE", effective_on="2020-03-04", income_gained=800, **changes),
    ]


@pytest.fixture
def helped(office: Office, number: int) -> int:
    """The number of a registered couple."""
    man, wife = couple(number)
    office.take_in([man | {"effective_on": "2020-02-01"}, wife])
    return number


def take_in(office: Office, rows: list[dict[str, Any]], **options: Any) -> Any:
    return office.take_in(rows, **{"actor": TOWNSHIP_OFFICE, **options})


def test_a_measure_lives_from_its_start_to_its_end(office: Office, helped: int) -> None:
    running = take_in(office, life(helped))
    assert found(running) == []
    assert running.tally == Tally(recorded=4, events=4)
    started, some, more, completed = office.events(helped)[1:]
    assert [type(event).__name__ for event in (started, some, more, completed)] == TYPES
    assert (started.unit, started.starts_on, started.planned_until) == (UNIT, date(2020, 3, 3), date(2021, 3, 2))
    assert (started.effective_on, started.expected_income, started.person_id) == (BEFORE, Decimal("1200.50"), None)
    assert (some.progress_pct, more.progress_pct, completed.income_gained) == (30, 60, Decimal(800))
    assert {event.measure_id for event in (some, more, completed)} == {started.measure_id}


def test_the_same_file_again_doubles_nothing(office: Office, helped: int) -> None:
    take_in(office, life(helped))
    before = office.head()
    assert take_in(office, life(helped)).tally == Tally(already=4)
    longer = [*life(helped), measure(helped, subtype="CHRONIC_CARE")]
    assert take_in(office, longer).tally == Tally(recorded=1, already=4, events=1)
    assert office.head() == before + 1


def test_progress_that_was_passed_long_ago_is_not_told_again(office: Office, helped: int) -> None:
    start = measure(helped, effective_on="2020-03-01")
    same = [measure(helped, "PROGRESS", effective_on=f"2020-03-0{day}", progress_pct=50) for day in (2, 3)]
    last = measure(helped, "PROGRESS", effective_on="2020-03-04", progress_pct=90)
    assert take_in(office, [start, *same, last]).tally == Tally(recorded=3, already=1, events=3)
    assert take_in(office, [*same, last, start]).tally == Tally(already=4)
    assert [event.progress_pct for event in office.events(helped)[2:]] == [50, 90]


def test_a_measure_may_be_for_one_member(office: Office, helped: int) -> None:
    wife = id_of(2 * helped + 1, male=False)
    running = take_in(office, [*life(helped, id_number=wife), measure(helped)])
    assert running.tally == Tally(recorded=5, events=5)
    household, *events = office.events(helped)
    assert events[0].person_id == household.members[1]["person_id"]
    assert events[4].person_id is None


def test_a_second_measure_of_a_kind_is_told_from_the_first_by_its_days(office: Office, helped: int) -> None:
    first = [measure(helped, effective_on="2020-03-01"), measure(helped, "COMPLETE", effective_on="2020-03-02")]
    second = [measure(helped, effective_on="2020-03-03"), measure(helped, "PROGRESS", effective_on="2020-03-04", progress_pct=10)]
    assert take_in(office, [*first, *second]).tally == Tally(recorded=4, events=4)
    events = office.events(helped)[1:]
    assert events[0].measure_id == events[1].measure_id != events[2].measure_id == events[3].measure_id
    assert take_in(office, [*second, *first]).tally == Tally(already=4)


WRONG: dict[str, tuple[dict[str, Any], list[tuple[int, str, str]]]] = {
    "a household that nobody knows": ({"household_number": "0000"}, [(2, "household_number", "E-HOUSEHOLD-UNKNOWN")]),
    "a person whom nobody knows": ({"id_number": id_of(99_999)}, [(2, "id_number", "E-PERSON-UNKNOWN")]),
    "no unit": ({"unit": ""}, [(2, "unit", "E-FIELD-MISSING")]),
    "a unit that is none": ({"unit": "1146999900817441AA"}, [(2, "unit", "E-USCC")]),
    "a measure of another category": ({"category": "WATER"}, [(2, "subtype", "E-MEASURE-SUBTYPE")]),
    "a start that has progressed": ({"progress_pct": 5}, [(2, "progress_pct", "E-FIELD-NOT-ALLOWED")]),
    "nothing expected": ({"expected_income": 0}, [(2, "expected_income", "E-AMOUNT")]),
    "an end before the beginning": ({"planned_until": "2020-01-01"}, [(2, "planned_until", "E-DATE-ORDER")]),
    "progress of nothing": (
        {"action": "PROGRESS", "unit": "", "progress_pct": 5},
        [(2, "subtype", "E-MEASURE-UNKNOWN")],
    ),
    "progress by no per cent": ({"action": "PROGRESS", "unit": "", "progress_pct": ""}, [(2, "progress_pct", "E-FIELD-MISSING")]),
    "progress beyond the end": (
        {"action": "PROGRESS", "unit": "", "progress_pct": 101},
        [(2, "progress_pct", "E-FIELD-RANGE")],
    ),
    "the end of nothing": ({"action": "COMPLETE", "unit": ""}, [(2, "subtype", "E-MEASURE-UNKNOWN")]),
    "no action": ({"action": ""}, [(2, "action", "E-FIELD-MISSING")]),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_row_is_told_which_column_and_which_rule(office: Office, helped: int, wrong: str) -> None:
    changes, expected = WRONG[wrong]
    running = take_in(office, [measure(helped, **changes), measure(helped, subtype="CHRONIC_CARE")], kind="MEASURES")
    assert [each for each in found(running) if each[2].startswith("E-")] == expected
    assert (running.tally.recorded, running.tally.refused) == (1, 1)


def test_a_measure_for_somebody_unknown_is_recorded_once_he_is_known(office: Office, helped: int) -> None:
    (man,) = [row for row in couple(helped + 1) if row["relation"] == "HEAD"]
    rows = [measure(helped), measure(helped + 1, id_number=man["id_number"])]
    assert take_in(office, rows).tally == Tally(recorded=1, refused=1, events=1)
    office.take_in([man | {"effective_on": "2020-02-01"}])
    assert take_in(office, rows).tally == Tally(recorded=1, already=1, events=1)


def test_somebody_elses_member_is_no_member(office: Office, helped: int) -> None:
    office.take_in(couple(helped + 1))
    running = take_in(office, [measure(helped, id_number=id_of(2 * helped + 2))])
    assert found(running) == [(2, "id_number", "E-NOT-A-MEMBER")]


def test_what_differs_from_the_register_is_told_and_not_changed(office: Office, helped: int) -> None:
    take_in(office, life(helped))
    before = office.head()
    rows = life(helped)
    changed = [rows[0] | {"planned_until": "2022-01-01"}, rows[1] | {"progress_pct": 31}, rows[3] | {"income_gained": 900}]
    running = take_in(office, changed)
    assert [each for each in found(running) if each[2].startswith("E-")] == [
        (2, "planned_until", "E-IMPORT-DIFFERS"),
        (3, "progress_pct", "E-IMPORT-DIFFERS"),
        (4, "income_gained", "E-IMPORT-DIFFERS"),
    ]
    assert office.head() == before


def test_a_row_twice_is_recorded_once_and_one_that_contradicts_is_refused(office: Office, helped: int) -> None:
    rows = [measure(helped), measure(helped), measure(helped, planned_until="2021-01-01")]
    running = take_in(office, rows)
    assert running.tally == Tally(recorded=1, refused=1, repeated=1, events=1)
    assert only(running, "W-IMPORT-ROW-REPEATED").row == 3
    assert only(running, "E-IMPORT-DISAGREES")[:2] == (4, "")
    assert only(running, "E-IMPORT-DISAGREES").params == {"row": 2}
    assert take_in(office, rows).tally == Tally(already=1, refused=1, repeated=1)


def test_who_may_not_act_there_learns_nothing(office: Office, helped: int) -> None:
    rows = [measure(helped), measure(helped, "PROGRESS", subtype="CHRONIC_CARE")]
    township = Actor("township-9", "TOWNSHIP_OFFICER", "office-9", "469024100000")
    running = take_in(office, rows, actor=township)
    assert found(running) == [(2, "household_number", "E-AUTH-SCOPE"), (3, "household_number", "E-AUTH-SCOPE")]
    assert found(take_in(office, rows, actor=ELSEWHERE)) == [(2, "", "E-AUTH-ROLE"), (3, "", "E-AUTH-ROLE")]


def test_a_doubt_is_told_with_the_column_it_is_about(office: Office, helped: int) -> None:
    rows = [measure(helped, category="EDUCATION", subtype="STUDENT_LOAN")]
    running = take_in(office, rows)
    doubt = only(running, "W-MEASURE-CAUSE-MISMATCH")
    assert (doubt.row, doubt.column) == (2, "category")
    assert only(take_in(office, rows), "W-MEASURE-CAUSE-MISMATCH") == doubt
