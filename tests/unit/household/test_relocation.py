"""Relocations (T16)."""

from typing import Any

import pytest

from registry.household.closing import CloseHousehold
from registry.household.members import RemoveMember
from registry.household.relocation import HouseholdRelocated, RelocateHousehold
from tests.support.families import SON, ledger_entry, opening
from tests.support.register import a_register, on
from tests.support.scenario import CLOSED_VILLAGE, FAR_VILLAGE, HOUSEHOLD, TOWNSHIP, VILLAGE, day, seen


def move(to_division: str = FAR_VILLAGE, **changes: Any) -> RelocateHousehold:
    return RelocateHousehold(**{"household_id": HOUSEHOLD, "effective_on": day(5), "to_division": to_division} | changes)


def test_the_move_stands_where_the_household_was_and_what_follows_where_it_is() -> None:
    register = (
        a_register(opening())
        .when(move())
        .then(on(HOUSEHOLD, seen(HouseholdRelocated, division=VILLAGE, from_division=VILLAGE, to_division=FAR_VILLAGE, size=3)))
    )
    register.take(RemoveMember(household_id=HOUSEHOLD, effective_on=day(6), person_id=SON, reason_code="ARMY"))
    assert [event.division for event in register.streams[HOUSEHOLD]] == [VILLAGE, VILLAGE, FAR_VILLAGE]
    assert register.household(HOUSEHOLD).status == "REGISTERED"


def test_who_lives_there_already_does_not_move() -> None:
    a_register(opening()).when(move(VILLAGE)).then_nothing_happens()


@pytest.mark.parametrize(
    ("place", "code"),
    [("469001100299", "E-DIVISION-UNKNOWN"), (TOWNSHIP, "E-DIVISION-LEVEL"), (CLOSED_VILLAGE, "E-DIVISION-INACTIVE")],
)
def test_a_household_moves_to_a_village_that_is_there(place: str, code: str) -> None:
    a_register(opening()).when(move(place)).then_refuses(code)


def test_a_closed_household_does_not_move() -> None:
    closed = CloseHousehold(household_id=HOUSEHOLD, effective_on=day(2), reason_code="NO_MEMBERS")
    a_register(ledger_entry(), closed).when(move()).then_refuses("E-STATE")
