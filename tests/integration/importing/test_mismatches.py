"""Importing a sector's hits: matched by ID number, found once, told row by row where they cannot be."""

from datetime import date
from typing import Any

import pytest

from registry.application.request import Request
from registry.campaigns.comparison_runs import OpenComparisonRun
from registry.importing.recorder import Tally
from tests.support.importing import COUNTY_OFFICE, ELSEWHERE, PROVINCE_OFFICE, TOWNSHIP_OFFICE, Office, found
from tests.support.spreadsheets import BEFORE, couple, id_of, in_ledger, number_of


@pytest.fixture
def compared(office: Office, number: int) -> int:
    """The number of a registered couple, with the run of the half-year open."""
    office.take_in(couple(number))
    run = OpenComparisonRun(
        effective_on=BEFORE, year=2020, half=1, window_from=date(2020, 1, 1), window_to=date(2020, 6, 30),
        sectors=("VEHICLE", "HUKOU", "DIBAO"),
    )  # fmt: skip
    conversation = office.side.next_id()
    office.side.service.execute(run, Request(PROVINCE_OFFICE, "API", conversation, conversation))
    return number


def hit(number: int | None = None, **changes: Any) -> dict[str, Any]:
    """The head of the couple of this number has a car."""
    row = {"year": 2020, "half": 1, "effective_on": BEFORE.isoformat(), "sector": "VEHICLE", "rule": "VEHICLE_OWNER"}
    return row | ({} if number is None else {"id_number": id_of(2 * number)}) | changes


def take_in(office: Office, rows: list[dict[str, Any]], **options: Any) -> Any:
    return office.take_in(rows, **{"actor": COUNTY_OFFICE, "kind": "MISMATCHES"} | options)


def test_a_hit_on_a_member_holds_the_households_exit_back_and_changes_no_status(office: Office, compared: int) -> None:
    running = take_in(office, [hit(compared)])
    assert (found(running), running.tally) == ([], Tally(recorded=1, events=2))
    obstacle = office.events(compared)[-1]
    assert (type(obstacle).__name__, obstacle.kind) == ("ObstacleOpened", "MISMATCH")
    (mismatch,) = office.side.store.get(obstacle.ref)
    assert (mismatch.rule, mismatch.household_id) == ("VEHICLE_OWNER", office.household_id(compared))
    assert mismatch.person_id is not None


def test_the_same_file_again_finds_nothing_twice(office: Office, compared: int) -> None:
    rows = [hit(compared), hit(household_number=number_of(compared))]
    assert take_in(office, rows).tally == Tally(recorded=2, events=4)
    before = office.head()
    assert take_in(office, rows).tally == Tally(already=2)
    further = hit(compared, sector="HUKOU", rule="MOVED_OUT")
    assert take_in(office, [*rows, further]).tally == Tally(recorded=1, already=2, events=2)
    assert office.head() == before + 2


def test_everything_that_is_wrong_is_told_at_once_and_the_rest_is_found(office: Office, compared: int) -> None:
    rows = [
        hit(),
        hit(compared + 5),
        hit(compared, sector="LAND", rule="VEHICLE_OWNER"),
        hit(compared, half=3, rule="A CAR"),
        hit(compared, year=2019, half=2),
        hit(compared),
    ]
    running = take_in(office, rows)
    assert running.tally == Tally(recorded=1, refused=5, events=2)
    assert found(running) == [
        (2, "id_number", "E-FIELD-MISSING"),
        (3, "id_number", "E-PERSON-UNKNOWN"),
        (4, "rule", "E-CODE-UNKNOWN"),
        (4, "sector", "E-HIT-SECTOR"),
        (5, "half", "E-FIELD-RANGE"),
        (5, "rule", "E-CODE-UNKNOWN"),
        (6, "year", "E-RUN-UNKNOWN"),
    ]


def test_what_the_register_does_not_bear_out_is_no_mismatch(office: Office, compared: int) -> None:
    office.take_in([in_ledger(compared + 1)], actor=TOWNSHIP_OFFICE)
    car, missed = hit(household_number=number_of(compared + 1)), {"sector": "DIBAO", "rule": "DIBAO_NOT_REGISTERED"}
    assert take_in(office, [car, hit(compared, **missed)]).tally == Tally(already=2)
    assert take_in(office, [hit(household_number=number_of(compared + 1), **missed)]).tally == Tally(recorded=1, events=2)


def test_a_rehearsal_records_nothing_and_another_county_learns_nothing(office: Office, compared: int) -> None:
    before = office.head()
    assert take_in(office, [hit(compared)], rehearse=True).tally == Tally(recorded=1)
    refused = take_in(office, [hit(compared)], actor=ELSEWHERE)
    assert (office.head(), [code for _, _, code in found(refused)]) == (before, ["E-AUTH-SCOPE"])
