"""Mergers (T16, T15)."""

from typing import Any

from registry.household.closing import HouseholdClosed
from registry.household.measures import AssistanceMeasureStopped, StartMeasure
from registry.household.members import MemberAdded
from registry.household.merge import HouseholdMerged, MergeHouseholds
from registry.household.split import Mover
from registry.person.person import PersonJoinedHousehold, PersonLeftHousehold
from tests.support.families import (
    FATHER,
    MOTHER,
    NEIGHBOUR,
    NEIGHBOURS_WIFE,
    OTHER_HOUSEHOLD,
    SON,
    ledger_entry,
    neighbours,
    opening,
)
from tests.support.register import a_register, on
from tests.support.scenario import HOUSEHOLD, day, ref, seen

COUPLE = (Mover(person_id=NEIGHBOUR, relation="FATHER"), Mover(person_id=NEIGHBOURS_WIFE, relation="MOTHER"))


def merger(*movers: Mover, **changes: Any) -> MergeHouseholds:
    facts: dict[str, Any] = {"effective_on": day(9), "into_household_id": HOUSEHOLD}
    return MergeHouseholds(household_id=OTHER_HOUSEHOLD, movers=movers or COUPLE, **facts | changes)


def test_all_members_move_and_their_household_is_closed() -> None:
    register = (
        a_register(opening(), neighbours())
        .when(merger())
        .then(
            on(
                OTHER_HOUSEHOLD,
                seen(HouseholdMerged, into_household_id=HOUSEHOLD, person_ids=[NEIGHBOUR, NEIGHBOURS_WIFE]),
                seen(HouseholdClosed, reason_code="MERGED", from_status="REGISTERED", to_status="CLOSED", size=0),
            ),
            on(
                HOUSEHOLD,
                seen(MemberAdded, person_id=NEIGHBOUR, relation="FATHER", reason_code="MERGED"),
                seen(MemberAdded, person_id=NEIGHBOURS_WIFE, relation="MOTHER"),
            ),
            on(NEIGHBOUR, PersonLeftHousehold, seen(PersonJoinedHousehold, household_id=HOUSEHOLD)),
            on(NEIGHBOURS_WIFE, PersonLeftHousehold, PersonJoinedHousehold),
        )
    )
    source, target = register.household(OTHER_HOUSEHOLD), register.household(HOUSEHOLD)
    assert (source.status, source.size, target.size, target.head) == ("CLOSED", 0, 5, FATHER)
    assert source.spell is not None
    assert (source.spell.ended_on, source.spell.end_reason) == (day(9), "MERGED")


def test_nobody_becomes_registered_by_moving_in() -> None:
    register = a_register(ledger_entry(size=1, labour_count=1), neighbours())
    outcome = register.when(merger())
    outcome.then_refuses("E-MEMBERS-UNKNOWN", "E-HEAD")


def test_everybody_moves() -> None:
    a_register(opening(), neighbours()).when(merger(COUPLE[0])).then_refuses("E-MEMBERS-REMAIN")


def test_only_members_move() -> None:
    stranger = Mover(person_id=ref(1), relation="OTHER")
    outcome = a_register(opening(), neighbours()).when(merger(*COUPLE, stranger))
    assert outcome.then_refuses("E-NOT-A-MEMBER").fields("E-NOT-A-MEMBER") == ["movers[2].person_id"]


def test_the_remaining_household_keeps_its_head() -> None:
    a_register(opening(), neighbours()).when(merger(Mover(person_id=NEIGHBOUR, relation="HEAD"), COUPLE[1])).then_refuses(
        "E-HEAD"
    )


def test_relations_fit_the_sexes() -> None:
    a_register(opening(), neighbours()).when(merger(Mover(person_id=NEIGHBOUR, relation="MOTHER"), COUPLE[1])).then_refuses(
        "E-RELATION-SEX"
    )


def test_a_household_is_not_merged_into_itself() -> None:
    a_register(neighbours()).when(merger(into_household_id=OTHER_HOUSEHOLD)).then_refuses("E-MERGE-SELF")


def test_both_households_are_known_and_live() -> None:
    a_register(neighbours()).when(merger()).then_refuses("E-HOUSEHOLD-UNKNOWN")
    register = a_register(opening(), neighbours(), merger())
    back = [Mover(person_id=p, relation="OTHER") for p in (FATHER, MOTHER, SON, NEIGHBOUR, NEIGHBOURS_WIFE)]
    register.when(
        MergeHouseholds(household_id=HOUSEHOLD, effective_on=day(10), into_household_id=OTHER_HOUSEHOLD, movers=tuple(back))
    ).then_refuses("E-STATE", "E-HEAD")


def test_a_merger_is_not_of_before_the_last_status() -> None:
    register = a_register(opening(), neighbours(effective_on=day(20)))
    register.when(merger()).then_refuses("E-DATE-BEFORE-LAST", "E-DATE-ORDER")


def test_what_hangs_on_the_household_that_ends_ends_before_its_members_go() -> None:
    measure = StartMeasure(
        household_id=OTHER_HOUSEHOLD,
        effective_on=day(2),
        measure_id=ref(7),
        category="EMPLOYMENT",
        subtype="JOB_PLACEMENT",
        unit="11469999008174419M",
    )
    register = a_register(opening(), neighbours(), measure)
    recorded = register.take(merger())
    assert [type(event) for event in recorded[:3]] == [AssistanceMeasureStopped, HouseholdMerged, HouseholdClosed]
