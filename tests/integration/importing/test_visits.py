"""Importing home visits."""

from dataclasses import replace
from typing import Any

import pytest

from registry.household.visits import RecordHomeVisit
from registry.importing.recorder import Tally
from tests.support.importing import TOWNSHIP_OFFICE, Office, found, only
from tests.support.spreadsheets import BEFORE, couple, visit


@pytest.fixture
def visited(office: Office, number: int) -> int:
    """The number of a registered couple."""
    office.take_in(couple(number))
    return number


def take_in(office: Office, rows: list[dict[str, Any]]) -> Any:
    return office.take_in(rows, actor=TOWNSHIP_OFFICE)


def test_a_visit_is_recorded_with_what_the_handbook_said(office: Office, visited: int) -> None:
    running = take_in(office, [visit(visited, fields_compared=12, differences="家庭收入、帮扶责任人")])
    assert (found(running), running.tally) == ([], Tally(recorded=1, events=1))
    event = office.events(visited)[-1]
    assert (event.visitor_role, event.visitor_id, event.purpose, event.minutes) == ("HELPER", "staff-17", "HELP", 40)
    assert (event.effective_on, event.fields_compared, event.differences) == (BEFORE, 12, ["INCOME", "HELPER"])


def test_the_same_file_again_doubles_nothing(office: Office, visited: int) -> None:
    rows = [visit(visited), visit(visited, visitor_id="staff-18"), visit(visited, visit_no=2)]
    assert take_in(office, rows).tally == Tally(recorded=3, events=3)
    before = office.head()
    assert take_in(office, rows).tally == Tally(already=3)
    assert take_in(office, [*rows, visit(visited, purpose="SURVEY")]).tally == Tally(recorded=1, already=3, events=1)
    assert office.head() == before + 1


def test_the_second_visit_of_a_day_may_come_alone(office: Office, visited: int) -> None:
    rows = [visit(visited, visit_no=2)]
    assert take_in(office, rows).tally == Tally(recorded=1, events=1)
    assert take_in(office, [*rows, visit(visited, visitor_id="staff-18")]).tally == Tally(recorded=1, already=1, events=1)
    assert take_in(office, [*rows, visit(visited)]).tally == Tally(recorded=1, already=1, events=1)


def test_a_visit_that_was_entered_by_hand_is_found_and_not_doubled(office: Office, visited: int) -> None:
    by_hand = RecordHomeVisit(
        household_id=office.household_id(visited),
        effective_on=BEFORE,
        visitor_role="HELPER",
        visitor_id="staff-17",
        purpose="HELP",
        minutes=40,
    )
    office.side.service.execute(by_hand, replace(office.circumstances().request, actor=TOWNSHIP_OFFICE))
    assert take_in(office, [visit(visited), visit(visited, visit_no=2)]).tally == Tally(recorded=1, already=1, events=1)
    assert take_in(office, [visit(visited, minutes=41), visit(visited, visit_no=2)]).tally == Tally(already=1, refused=1)


def test_a_visit_that_the_register_has_otherwise_is_told(office: Office, visited: int) -> None:
    take_in(office, [visit(visited)])
    running = take_in(office, [visit(visited, minutes=45, visitor_role="村干部")])
    assert found(running) == [(2, "minutes", "E-IMPORT-DIFFERS"), (2, "visitor_role", "E-IMPORT-DIFFERS")]


def test_a_row_twice_is_recorded_once(office: Office, visited: int) -> None:
    running = take_in(office, [visit(visited), visit(visited), visit(visited, minutes=5)])
    assert running.tally == Tally(recorded=1, refused=1, repeated=1, events=1)
    assert only(running, "W-IMPORT-ROW-REPEATED").params == {"row": 2}
    assert only(running, "E-IMPORT-DISAGREES").row == 4


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"household_number": "0000"}, (2, "household_number", "E-HOUSEHOLD-UNKNOWN")),
        ({"visitor_id": "张三"}, (2, "visitor_id", "E-STAFF-ID")),
        ({"minutes": ""}, (2, "minutes", "E-FIELD-MISSING")),
        ({"minutes": 1441}, (2, "minutes", "E-FIELD-RANGE")),
        ({"visit_no": 21}, (2, "visit_no", "E-FIELD-RANGE")),
        ({"effective_on": "2020-03-05"}, (2, "effective_on", "E-DATE-FUTURE")),
        ({"differences": "INCOME"}, (2, "differences", "E-DIFFERENCES-EXCEED")),
        ({"purpose": "喝茶"}, (2, "purpose", "E-CODE-UNKNOWN")),
    ],
)
def test_a_wrong_row_is_told_which_column_and_which_rule(office: Office, visited: int, changes: Any, expected: Any) -> None:
    running = take_in(office, [visit(visited, **changes), visit(visited, visitor_id="staff-18")])
    assert found(running) == [expected]
    assert running.tally == Tally(recorded=1, refused=1, events=1)
