"""Agendas and days: what a household means to do comes in order, and a day's steps come in chunks that may be saved alone."""

from datetime import date, timedelta
from uuid import UUID

from deploy.demo.chunks import CHUNK_WEIGHT, chunks
from deploy.demo.days import FIRST_DAY, LAST_DAY
from deploy.demo.diary import Diary
from deploy.demo.life import CLOSED, Life
from deploy.demo.province import Province
from deploy.demo.scale import Scale
from deploy.demo.staff import office_of
from registry.policy.documents import shipped
from registry.policy.policy import PolicyBook
from registry.reference.division_set import ChangeDivisions
from schemas.divisions import hainan

HAMLET = Scale("hamlet", 40, 30, 60, 18, 0)
OFFICE = office_of("469024101200")


def household() -> Life:
    return Life(1, UUID(int=1), OFFICE, 3, "REGISTERED", FIRST_DAY, FIRST_DAY)


def intent(*_: object) -> object:
    return None


def hamlet(seed: int = 1) -> Diary:
    return Diary(Province(HAMLET, seed, hainan(), PolicyBook(shipped()).for_))


def test_intents_come_on_their_days_in_the_order_in_which_they_were_planned() -> None:
    life, day = household(), date(2019, 3, 12)
    life.plan(day + timedelta(days=1), intent, "c")
    life.plan(day, intent, "a")
    life.plan(day, intent, "b")
    assert [beside for _, _, beside in life.due(day)] == [("a",), ("b",)]
    assert [beside for _, _, beside in life.due(day + timedelta(days=1))] == [("c",)]
    assert life.next_day() is None


def test_what_is_planned_for_a_holiday_waits_and_what_lies_beyond_the_end_is_let_go() -> None:
    life = household()
    life.plan(date(2019, 10, 3), intent)
    life.plan(LAST_DAY + timedelta(days=1), intent)
    assert [entry[0] for entry in life.agenda] == [date(2019, 10, 8).toordinal()]


def test_a_closed_household_does_nothing_more() -> None:
    life = household()
    life.plan(date(2019, 3, 12), intent)
    life.become(CLOSED, date(2019, 3, 11))
    assert list(life.due(date(2019, 3, 12))) == []


def test_chunks_have_names_of_their_own_and_times_in_order() -> None:
    all_chunks = list(chunks(hamlet(), "demo"))
    keys = [chunk.key for chunk in all_chunks]
    assert len(set(keys)) == len(keys)
    times = [chunk.at for chunk in all_chunks]
    assert times == sorted(times)
    assert all(chunk.steps for chunk in all_chunks)
    assert all(sum(2 + 2 * len(s.newcomers) for s in chunk.steps) < CHUNK_WEIGHT + 40 for chunk in all_chunks)


def test_the_villages_are_saved_before_anything_is_said_of_them() -> None:
    first = next(iter(chunks(hamlet(), "demo")))
    assert [type(step.command) for step in first.steps] == [ChangeDivisions]


def test_the_same_seed_tells_the_same_stories() -> None:
    one, same, other = (
        [[(step.household_id, type(step.command)) for step in chunk.steps] for chunk in chunks(hamlet(seed), "demo")]
        for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other
