"""As of any day, as known at any instant: one household, lists and totals, beside a plain model of the same facts."""

from collections import Counter
from dataclasses import replace
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import Engine

from projections.database import snapshot
from projections.register.queries.fields import id_text
from projections.register.queries.household_list import Wanted, all_then, list_then
from projections.register.queries.household_then import household_then
from projections.register.queries.moments import Moment, known_before
from projections.register.queries.pages import Page
from projections.register.queries.places import digits_below
from projections.register.queries.totals import totals_then
from projections.register.tables import HISTORY
from schemas.division_codes import covers
from tests.integration.queries.conftest import Make
from tests.support.register_rows import Known, Shape, believed, day, insert, instant, random_life, rectangles

PROVINCE, COUNTY, TOWNSHIP, VILLAGE = "460000000000", "469024000000", "469024100000", "469024100201"
VILLAGES = (VILLAGE, "469024100202", "469024101201", "460105001201", "460400100201")
FIRST, LAST = day("2017-12-01"), day("2020-12-31")
FIRST_KNOWN, LAST_KNOWN = instant("2018-09-01T00:00:00"), instant("2020-12-31T00:00:00")
Lives = dict[UUID, list[Known]]


def some_lives(count: int) -> Lives:
    """Lives with late facts; every third household moves, every fifth was recorded twice in one instant."""
    chance = Random(20180904)
    lives: Lives = {}
    for number in range(count):
        life = random_life(chance, int(chance.choice(VILLAGES)), chance.randrange(1, 12))
        if number % 3 == 0:
            moved = replace(life[-1].shape, division=int(chance.choice(VILLAGES)))
            life.append(Known(life[-1].effective_on + chance.randrange(-50, 50), life[-1].recorded_at + 1, moved))
        if number % 5 == 0:
            life.append(replace(life[-1], shape=replace(life[-1].shape, size=9)))
        lives[UUID(int=chance.getrandbits(128))] = life
    return lives


@pytest.fixture(scope="module")
def lives() -> Lives:
    return some_lives(120)


@pytest.fixture(scope="module")
def register(new_register: Make, lives: Lives) -> Engine:
    engine = new_register()
    insert(engine, HISTORY, *(row for key, life in lives.items() for row in rectangles(key.bytes, life)))
    return engine


def some_moments(lives: Lives, count: int) -> list[Moment]:
    """Anywhere, and at the very days and instants of facts, and just before them."""
    chance = Random(7)
    facts = [fact for life in lives.values() for fact in life]
    days = [chance.randrange(FIRST, LAST) for _ in range(count)]
    days += [fact.effective_on - number % 2 for number, fact in enumerate(chance.sample(facts, count))]
    instants = [chance.randrange(FIRST_KNOWN, LAST_KNOWN) for _ in range(count)]
    instants += [fact.recorded_at - number % 3 // 2 for number, fact in enumerate(chance.sample(facts, count))]
    moments = [Moment(as_of, known_at) for as_of, known_at in zip(days, reversed(instants), strict=True)]
    return [*moments, *(Moment(as_of) for as_of in days[:5])]


def told_by_the_model(lives: Lives, moment: Moment) -> dict[UUID, Shape]:
    known_at = LAST_KNOWN * 2 if moment.known_at is None else moment.known_at
    told = {key: believed(life, moment.as_of, known_at) for key, life in lives.items()}
    return {key: shape for key, shape in told.items() if shape is not None}


def test_one_household_is_what_was_believed_of_it(register: Engine, lives: Lives) -> None:
    with snapshot(register) as connection:
        for moment in some_moments(lives, 12):
            expected = told_by_the_model(lives, moment)
            for key in list(lives)[::4]:
                document = household_then(connection, key.bytes, moment)
                assert document == (as_document(key, expected[key]) if key in expected else None)


def as_document(key: UUID, shape: Shape) -> dict[str, object]:
    place = f"{shape.division:012}"
    words = {"status": shape.status, "overlay": shape.overlay, "spell_no": shape.spell_no or None, "size": shape.size}
    return {"household_id": str(key), "division": place, **words}


@pytest.mark.parametrize("place", [PROVINCE, COUNTY, TOWNSHIP, VILLAGE, "460400000000", "460100000000"])
def test_a_list_has_those_who_were_there_each_once(register: Engine, lives: Lives, place: str) -> None:
    with snapshot(register) as connection:
        for moment in some_moments(lives, 6):
            expected = {k: s for k, s in told_by_the_model(lives, moment).items() if covers(place, f"{s.division:012}")}
            listed = list(all_then(connection, Wanted(division=place), moment, Page()))
            assert len(listed) == len(expected)
            assert {row["household_id"]: row for row in listed} == {str(k): as_document(k, s) for k, s in expected.items()}
            assert listed == sorted(listed, key=lambda row: (row["division"], row["household_id"]))


def test_filters_ask_what_was_believed_then(register: Engine, lives: Lives) -> None:
    wanted = Wanted(division=PROVINCE, status=("REGISTERED", "PRE_EXIT"), overlay=("ACTIVE",), spell_no=1)
    found = 0
    with snapshot(register) as connection:
        for moment in some_moments(lives, 10):
            believed_then = told_by_the_model(lives, moment)
            expected = {
                str(key)
                for key, s in believed_then.items()
                if s.status in wanted.status and s.overlay == "ACTIVE" and s.spell_no == 1
            }
            assert {row["household_id"] for row in all_then(connection, wanted, moment, Page())} == expected
            found += len(expected)
    assert found > 10


@pytest.mark.parametrize("descending", [False, True])
def test_pages_make_up_the_list(register: Engine, lives: Lives, descending: bool) -> None:
    moment, wanted = Moment(day("2019-06-01"), instant("2019-09-01T00:00:00")), Wanted(division=PROVINCE)
    with snapshot(register) as connection:
        whole = list(all_then(connection, wanted, moment, Page(descending=descending)))
        rows, after = [], None
        for _ in range(len(whole)):
            page, after = list_then(connection, wanted, moment, Page(descending=descending, after=after, limit=7))
            rows += page
            if after is None:
                break
    assert len(whole) > 50
    assert rows == whole


@pytest.mark.parametrize("place", [PROVINCE, "460100000000", COUNTY, TOWNSHIP, VILLAGE])
def test_totals_count_those_who_were_there(register: Engine, lives: Lives, place: str) -> None:
    digits = digits_below(place)
    with snapshot(register) as connection:
        for moment in some_moments(lives, 8):
            households: Counter[tuple[str, str, str]] = Counter()
            persons: Counter[tuple[str, str, str]] = Counter()
            for shape in told_by_the_model(lives, moment).values():
                code = f"{shape.division:012}"
                if covers(place, code):
                    key = (code[:digits].ljust(12, "0"), shape.status, shape.overlay)
                    households[key] += 1
                    persons[key] += shape.size
            cells = totals_then(connection, place, digits, moment)
            assert {(c.place, c.status, c.overlay): c.households for c in cells} == households
            assert {(c.place, c.status, c.overlay): c.persons for c in cells} == persons
            assert len(cells) == len(households)


def test_what_is_known_is_what_every_partition_has_shown(new_register: Make) -> None:
    with snapshot(new_register()) as connection:
        assert known_before(connection) == instant("2021-04-05T16:00:00")


def test_ids_are_told_as_uuids() -> None:
    key = UUID("018f2f6a-1111-7000-8000-000000000007")
    assert id_text(key.bytes) == str(key)
