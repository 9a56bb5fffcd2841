"""What an extract of the national system says otherwise than the register, and what comes of it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from registry.reference.national_sync import (
    CompareWithNational,
    ResolveSyncDiscrepancy,
    SyncDiscrepancyFound,
    SyncDiscrepancyResolved,
    exit_flag_of,
)
from registry.reference.stream import stream_id
from tests.support.histories import exited, in_ledger, re_entered, registered, relapsed
from tests.support.register import Register, a_register, on
from tests.support.scenario import HOUSEHOLD, OTHER_VILLAGE, VILLAGE, Step, day, seen

STREAM = stream_id("national_sync", HOUSEHOLD)
FILE, OTHER_FILE = bytes([1] * 32), bytes([2] * 32)
ROW = CompareWithNational(
    household_id=HOUSEHOLD, effective_on=day(400), extract_sha256=FILE, exit_flag="0", division=VILLAGE, size=3
)
DIFFERENT = replace(ROW, size=4)
ANSWER = ResolveSyncDiscrepancy(household_id=HOUSEHOLD, effective_on=day(401), field="SIZE", outcome="NATIONAL_CORRECTED")


def a_registered() -> Register:
    return a_register(registered())


def test_what_agrees_is_silent() -> None:
    a_registered().when(ROW).then_nothing_happens()


def test_each_field_that_differs_is_found_and_its_value_is_told_to_nobody() -> None:
    row = replace(ROW, exit_flag="1", division=OTHER_VILLAGE, size=4, attribute="TEKUN", main_cause="POOR_TRANSPORT")
    names = ["STATUS", "DIVISION", "SIZE", "ATTRIBUTE", "MAIN_CAUSE"]
    found = [seen(SyncDiscrepancyFound, field=name, household_id=HOUSEHOLD, division=VILLAGE) for name in names]
    register = a_registered().when(row).then(on(STREAM, *found))
    hashes = {event.national_sha256 for event in register.events(STREAM)}  # type: ignore[attr-defined]
    assert len(hashes) == 5
    assert "POOR_TRANSPORT" not in repr([vars(event) for event in register.events(STREAM)])


def test_what_a_row_leaves_out_is_not_compared() -> None:
    bare = CompareWithNational(household_id=HOUSEHOLD, effective_on=day(400), extract_sha256=FILE, exit_flag="0")
    a_registered().when(bare).then_nothing_happens()


def test_a_difference_is_found_once_however_often_it_comes() -> None:
    register = a_registered().when(DIFFERENT).then(on(STREAM, seen(SyncDiscrepancyFound, field="SIZE")))
    register = register.when(DIFFERENT).then_nothing_happens()
    register = register.when(replace(DIFFERENT, extract_sha256=OTHER_FILE, effective_on=day(430))).then_nothing_happens()
    register.when(replace(DIFFERENT, size=5)).then(on(STREAM, seen(SyncDiscrepancyFound, field="SIZE")))


def test_a_difference_that_is_gone_is_resolved_by_the_next_extract() -> None:
    agreed = seen(SyncDiscrepancyResolved, field="SIZE", outcome="AGREED")
    register = a_register(registered(), DIFFERENT).when(ROW).then(on(STREAM, agreed))
    register.when(ROW).then_nothing_happens()
    register.when(DIFFERENT).then_nothing_happens()


def test_what_a_person_has_answered_is_not_asked_again_until_a_side_changes() -> None:
    answered = seen(SyncDiscrepancyResolved, field="SIZE", outcome="NATIONAL_CORRECTED")
    register = a_register(registered(), DIFFERENT).when(ANSWER).then(on(STREAM, answered))
    register = register.when(replace(DIFFERENT, effective_on=day(430))).then_nothing_happens()
    register.when(replace(DIFFERENT, size=5)).then(on(STREAM, SyncDiscrepancyFound))


@pytest.mark.parametrize(
    ("life", "flag"),
    [(in_ledger, "NONE"), (registered, "0"), (exited, "1"), (relapsed, "3"), (re_entered, "3")],
)
def test_a_status_has_its_flag_of_the_national_system(life: Any, flag: str) -> None:
    steps: list[Step] = life()
    register = a_register(steps)
    assert exit_flag_of(register.household(HOUSEHOLD)) == flag


@pytest.mark.parametrize(
    ("command", "code", "field"),
    [
        (replace(ROW, household_id=UUID(int=5)), "E-HOUSEHOLD-UNKNOWN", "household_id"),
        (replace(ROW, exit_flag="7"), "E-CODE-UNKNOWN", "exit_flag"),
        (replace(ROW, size=0), "E-FIELD-RANGE", "size"),
        (replace(ROW, main_cause="LAZY"), "E-CODE-UNKNOWN", "main_cause"),
        (replace(ROW, effective_on=day(451)), "E-DATE-FUTURE", "effective_on"),
        (replace(ANSWER, field="DIVISION"), "E-SYNC-NOT-OPEN", "field"),
        (replace(ANSWER, outcome="AGREED"), "E-SYNC-OUTCOME", "outcome"),
        (replace(ANSWER, outcome="MAYBE"), "E-CODE-UNKNOWN", "outcome"),
        (replace(ANSWER, household_id=UUID(int=5)), "E-HOUSEHOLD-UNKNOWN", "household_id"),
        (replace(ANSWER, effective_on=day(451)), "E-DATE-FUTURE", "effective_on"),
    ],
)
def test_what_cannot_be_is_refused(command: Any, code: str, field: str) -> None:
    outcome = a_register(registered(), DIFFERENT).today(day(450)).when(command)
    assert outcome.then_refuses(code).fields(code) == [field]
