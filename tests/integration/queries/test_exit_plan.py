"""Exits of a year beside the plan, from what is believed of each household, on both engines."""

from uuid import UUID

import pytest
from sqlalchemy import Engine

from projections.database import snapshot
from projections.register.queries.exit_plan import Done, PlacesExit, Plan, done_by_place, places_exits, plans_of, together
from projections.register.tables import DIVISION_EXIT, EXIT_PLAN, HISTORY
from tests.integration.queries.conftest import Make
from tests.support.register_rows import Known, Shape, day, insert, instant, rectangles

PROVINCE, COUNTY, OTHER_COUNTY = "460000000000", "469024000000", "469030000000"
VILLAGE, OTHER_VILLAGE, FAR_VILLAGE = 469024100201, 469024100202, 469030100201
FIRST, LATER, LAST = instant("2018-12-20T00:00:00"), instant("2019-01-08T00:00:00"), instant("2019-06-01T00:00:00")


def lived(*steps: tuple[str, str, int], division: int = VILLAGE, size: int = 4, spell: int = 1) -> list[Known]:
    """A household's statuses: day, status, when it was recorded."""
    return [Known(day(on), at, Shape(status, spell_no=spell, division=division, size=size)) for on, status, at in steps]


def went(on: str, at: int = FIRST, **more: int) -> list[Known]:
    return lived(("2017-01-04", "REGISTERED", FIRST), ("2017-03-10", "PRE_EXIT", FIRST), (on, "EXITED_WITH_POLICY", at), **more)


LIVES = {
    "exited": went("2018-12-10"),
    "exited elsewhere": went("2018-12-11", division=FAR_VILLAGE, size=2),
    "recorded in the next year": went("2018-12-31", LATER, division=OTHER_VILLAGE, size=5),
    "exited in the next year": went("2019-01-01", LATER, size=7),
    "taken back as wrong": [*went("2018-12-01", size=3), *lived(("2018-12-15", "REGISTERED", FIRST), size=3)],
    "taken back in the next year": [*went("2018-12-02", size=6), *lived(("2019-02-01", "REGISTERED", LAST), size=6)],
    "one that was found not to have been": [*went("2018-12-05", size=9), *lived(("2018-12-05", "PRE_EXIT", LAST), size=9)],
    "relapsed and back in a day": [
        *went("2018-12-03", size=1),
        *lived(("2018-12-20", "RELAPSED", FIRST), ("2018-12-20", "REGISTERED", FIRST), size=1, spell=2),
    ],
    "relapse revoked": [
        *went("2017-12-03", size=8), *lived(("2018-11-01", "RELAPSED", FIRST), size=8, spell=2),
        *lived(("2018-12-01", "EXITED_WITH_POLICY", FIRST), size=8),
    ],
    "grown after its exit": [*went("2017-06-01", size=2), *lived(("2018-12-01", "EXITED_WITH_POLICY", FIRST), size=3)],
    "taken over as exited": lived(("2018-09-04", "EXITED_WITH_POLICY", FIRST), size=4),
}  # fmt: skip


@pytest.fixture(scope="module")
def register(new_register: Make) -> Engine:
    engine = new_register()
    lives = enumerate(LIVES.values(), start=1)
    insert(engine, HISTORY, *(row for number, life in lives for row in rectangles(UUID(int=number).bytes, life)))
    of_province, of_county = int(PROVINCE), int(COUNTY)
    insert(
        engine,
        EXIT_PLAN,
        (of_province, 2018, 1, FIRST, day("2018-09-04"), 83_000, None, 83, 2),
        (of_province, 2018, 2, LATER, day("2018-12-31"), 86_000, None, 81, 2),
        (of_province, 2019, 3, LATER, day("2019-01-02"), 39_600, None, 0, 3),
        (of_county, 2018, 1, FIRST, day("2018-09-04"), 4_000, 1_000, 9, 0),
    )
    insert(
        engine,
        DIVISION_EXIT,
        (VILLAGE, 1, FIRST, day("2018-10-01"), "APPLIED", None, None),
        (VILLAGE, 2, FIRST, day("2018-11-01"), "PASSED", 12, 1_480),
        (VILLAGE, 3, LATER, day("2018-12-30"), "ANNOUNCED", None, None),
        (FAR_VILLAGE, 1, FIRST, day("2018-10-01"), "APPLIED", None, None),
        (FAR_VILLAGE, 2, FIRST, day("2018-11-01"), "NOT_PASSED", 90, 1_000),
        (OTHER_VILLAGE, 1, FIRST, day("2019-01-05"), "APPLIED", None, None),
    )
    return engine


def test_an_exit_counts_in_the_year_in_which_it_was_effective(register: Engine) -> None:
    with snapshot(register) as connection:
        done = done_by_place(connection, PROVINCE, 6, 2018, None)
        next_year = done_by_place(connection, PROVINCE, 6, 2019, None)
    # Exited: 4 + 5 + 3 (taken back) + 6 + 1; and 2 far away. One that never was is none, nor is one that stayed what it was.
    assert done == {COUNTY: Done((5, 19), (1, 3)), OTHER_COUNTY: Done((1, 2))}
    assert (done[COUNTY].households, done[COUNTY].persons) == (4, 16)
    assert next_year == {COUNTY: Done((1, 7), (1, 6))}
    assert together(done.values()) == Done((6, 21), (1, 3))


def test_what_was_known_at_the_turn_of_the_year_is_still_there(register: Engine) -> None:
    with snapshot(register) as connection:
        early = done_by_place(connection, PROVINCE, 6, 2018, instant("2019-01-01T00:00:00"))
        later = done_by_place(connection, PROVINCE, 6, 2018, instant("2019-01-09T00:00:00"))
    assert early[COUNTY] == Done((5, 23), (1, 3))  # without the one that came late, with the one that never was
    assert later[COUNTY] == Done((6, 28), (1, 3))


def test_only_what_lies_within_the_division_is_counted(register: Engine) -> None:
    with snapshot(register) as connection:
        by_village = done_by_place(connection, COUNTY, 12, 2018, None)
        elsewhere = done_by_place(connection, "469028000000", 9, 2018, None)
    assert by_village == {f"{VILLAGE}": Done((4, 14), (1, 3)), f"{OTHER_VILLAGE}": Done((1, 5))}
    assert elsewhere == {}


def test_the_newest_plan_of_a_year_holds_and_an_older_one_held(register: Engine) -> None:
    with snapshot(register) as connection:
        now = plans_of(connection, PROVINCE, 2018, None)
        then = plans_of(connection, PROVINCE, 2018, FIRST)
        of_county = plans_of(connection, COUNTY, 2018, None)
        none = plans_of(connection, PROVINCE, 2020, None)
    assert now[PROVINCE] == Plan(day("2018-12-31"), 86_000, None, 81, 2)
    assert then[PROVINCE] == Plan(day("2018-09-04"), 83_000, None, 83, 2)
    assert of_county == {COUNTY: Plan(day("2018-09-04"), 4_000, 1_000, 9, 0)}
    assert none == {}


def test_a_place_stands_at_its_last_step_until_the_day(register: Engine) -> None:
    with snapshot(register) as connection:
        of_year = places_exits(connection, PROVINCE, day("2018-12-31"), None)
        before = places_exits(connection, PROVINCE, day("2018-12-31"), FIRST)
        next_year = places_exits(connection, COUNTY, day("2019-12-31"), None)
    failed = PlacesExit(str(FAR_VILLAGE), "NOT_PASSED", day("2018-11-01"), (90, 1_000))
    assert of_year == [PlacesExit(str(VILLAGE), "ANNOUNCED", day("2018-12-30"), (12, 1_480)), failed]
    assert before == [PlacesExit(str(VILLAGE), "PASSED", day("2018-11-01"), (12, 1_480)), failed]
    assert [place.step for place in next_year] == ["ANNOUNCED", "APPLIED"]
