"""What belongs to a household, and who is in a village's ledger, from rows that real lives seldom have."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine

from projections.database import snapshot
from projections.register.queries.household_now import belongings, spells_of
from projections.register.queries.prepared import driver_of
from projections.register.queries.village_ledger import village_ledger
from projections.register.tables import HOUSEHOLD, LEDGER_ENTRY, MEASURE, MEMBER, SPELL
from tests.integration.queries.conftest import Make
from tests.support.register_rows import day, household_row, insert, row_of

VILLAGE, OTHER_VILLAGE = "469024100201", "469024100202"
HERE, IMPORTED, CLOSED, NEVER, ELSEWHERE = (UUID(int=number) for number in range(1, 6))
CODED = ("relation", "sex", "ethnicity", "health", "labour", "education", "school_status", "insurance", "social_assistance")
CODES = dict.fromkeys((*CODED, "assistance_past"), "")


def member(number: int, joined: str | None, left: str | None = None) -> tuple[object, ...]:
    days = {"joined_on": joined and day(joined), "left_on": left and day(left), "left_reason": left and "DEATH"}
    return row_of(MEMBER, household_id=HERE.bytes, person_id=UUID(int=number).bytes, **CODES, **days)


def spell(ordinal: int, number: int, end_kind: str | None, end_reason: str | None) -> tuple[object, ...]:
    ends = {"ended_on": end_kind and day("2019-05-01"), "end_kind": end_kind, "end_reason": end_reason}
    known = {"spell_no": number, "entry_kind": "NEW", "started_on": day("2018-10-01"), "main_cause": "ILLNESS"}
    return row_of(SPELL, household_id=HERE.bytes, ordinal=ordinal, voided=end_kind == "REVOKED", **known, **ends)


def measure(number: int, starts: str | None) -> tuple[object, ...]:
    known = {"category": "HEALTH" if starts else "", "subtype": "", "unit": "", "state": "LIVE", "state_on": day("2019-01-01")}
    key = {"household_id": HERE.bytes, "measure_id": UUID(int=number).bytes}
    return row_of(MEASURE, **key, **known, starts_on=starts and day(starts))


def ledger_entry(household_id: UUID) -> tuple[object, ...]:
    entered = {"entered_on": day("2018-09-10"), "size": 5, "labour_count": 2, "groups": "A,B", "hukou_kind": "RURAL"}
    return row_of(LEDGER_ENTRY, household_id=household_id.bytes, **entered)


@pytest.fixture(scope="module")
def register(new_register: Make) -> Engine:
    engine = new_register()
    insert(
        engine,
        HOUSEHOLD,
        household_row(HERE, VILLAGE, size=2),
        household_row(IMPORTED, VILLAGE, size=3),
        household_row(CLOSED, VILLAGE, status="CLOSED"),
        household_row(NEVER, VILLAGE, status="NONE"),
        household_row(ELSEWHERE, OTHER_VILLAGE),
    )
    insert(engine, LEDGER_ENTRY, *(ledger_entry(key) for key in (HERE, CLOSED, ELSEWHERE)))
    insert(
        engine,
        MEMBER,
        member(4, "2018-09-04"),
        member(2, "2019-01-01"),
        member(3, "2018-09-04", "2019-06-01"),
        member(1, None),
    )
    insert(engine, SPELL, spell(1, 2, "REVOKED", "NOT_POOR"), spell(0, 1, "CLEARED_OUT", "VEHICLE"), spell(2, 2, None, None))
    insert(engine, MEASURE, measure(2, "2018-12-01"), measure(1, "2019-12-01"), measure(3, None))
    return engine


@pytest.fixture
def connection(register: Engine) -> Iterator[Connection]:
    with snapshot(register) as connection:
        yield connection


def test_members_are_those_who_live_there_and_former_ones_those_who_left(connection: Connection) -> None:
    of = belongings(driver_of(connection), HERE.bytes)
    assert [UUID(person["person_id"]).int for person in of["members"]] == [4, 2]
    left = [(UUID(person["person_id"]).int, person["left_on"], person["left_reason"]) for person in of["former_members"]]
    assert left == [(3, "2019-06-01", "DEATH")]


def test_a_person_of_whom_only_facts_are_known_is_no_member(connection: Connection) -> None:
    of = belongings(driver_of(connection), HERE.bytes)
    assert 1 not in {UUID(person["person_id"]).int for person in (*of["members"], *of["former_members"])}


def test_spells_come_in_the_order_in_which_they_began(connection: Connection) -> None:
    spells = [(s["spell_no"], s["end_kind"], s["end_reason"], s["voided"]) for s in spells_of(driver_of(connection), HERE.bytes)]
    assert spells == [(1, "CLEARED_OUT", "VEHICLE", False), (2, "REVOKED", "NOT_POOR", True), (2, None, None, False)]


def test_a_measure_whose_start_is_not_known_is_not_told(connection: Connection) -> None:
    of = belongings(driver_of(connection), HERE.bytes)
    assert [(UUID(m["measure_id"]).int, m["starts_on"]) for m in of["measures"]] == [(2, "2018-12-01"), (1, "2019-12-01")]


def test_a_household_that_was_never_entered_has_no_entry(connection: Connection) -> None:
    assert belongings(driver_of(connection), IMPORTED.bytes)["ledger_entry"] is None
    entry = belongings(driver_of(connection), HERE.bytes)["ledger_entry"]
    assert entry == {"entered_on": "2018-09-10", "size": 5, "labour_count": 2, "groups": ["A", "B"], "hukou_kind": "RURAL"}


def test_a_village_ledger_leaves_out_who_is_closed_never_was_or_lives_elsewhere(connection: Connection) -> None:
    lines = village_ledger(connection, VILLAGE)
    assert [(UUID(line["household_id"]), line["size"]) for line in lines] == [(HERE, 2), (IMPORTED, 3)]
    assert [line["ledger_entry"] and line["ledger_entry"]["size"] for line in lines] == [5, None]
