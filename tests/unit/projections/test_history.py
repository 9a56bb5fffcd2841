"""What is believed on both clocks: what a change, a late fact and a correction do to the rectangles."""

from projections.database import FOREVER, NO_END
from projections.register.history import ALL_DAYS, Rewrites, believe
from projections.register.state import Household, Rectangle, Shape

REGISTERED: Shape = (4, 1, 1, 469030100201, 3)
PRE_EXIT: Shape = (5, 1, 1, 469030100201, 3)
BIGGER: Shape = (4, 1, 1, 469030100201, 4)
NOBODY_KNOWS: Shape = (1, 1, 0, 0, 3)


def stored(*beliefs: Rectangle) -> Household:
    """A household of which all this is believed, by its rows."""
    household = Household(b"h" * 16, 0)
    for belief in beliefs:
        belief.stored = True
        household.beliefs.append(belief)
    return household


def told(household: Household) -> list[tuple[int, int, int, Shape]]:
    return [(b.effective_from, b.effective_to, b.known_from, b.shape) for b in household.beliefs]


def test_the_first_shape_holds_for_ever() -> None:
    household, rewrites = stored(), Rewrites()
    believe(household, 10, [(10, REGISTERED)], 100, rewrites)
    assert told(household) == [(10, NO_END, 100, REGISTERED)]
    assert [r for _, r in rewrites.begun] == household.beliefs
    assert not rewrites.ceased


def test_a_household_without_a_status_is_not_told_of() -> None:
    household, rewrites = stored(), Rewrites()
    believe(household, 10, [(10, NOBODY_KNOWS)], 100, rewrites)
    assert not household.beliefs
    believe(household, 10, [(12, REGISTERED)], 110, rewrites)
    assert told(household) == [(12, NO_END, 110, REGISTERED)]


def test_a_change_ends_a_belief_and_begins_two() -> None:
    household, rewrites = stored(Rectangle(10, 100, REGISTERED)), Rewrites()
    (before,) = household.beliefs
    believe(household, 20, [(20, PRE_EXIT)], 200, rewrites)
    assert told(household) == [(10, 20, 200, REGISTERED), (20, NO_END, 200, PRE_EXIT)]
    assert rewrites.ceased == [(household.household_id, before)]
    assert (before.known_from, before.known_to) == (100, 200)


def test_what_does_not_change_is_not_written() -> None:
    household, rewrites = stored(Rectangle(10, 100, REGISTERED)), Rewrites()
    believe(household, 20, [(20, REGISTERED)], 200, rewrites)
    assert told(household) == [(10, NO_END, 100, REGISTERED)]
    assert not rewrites.begun
    assert not rewrites.ceased


def test_a_change_on_the_day_of_the_last_one_takes_its_place() -> None:
    household, rewrites = stored(Rectangle(10, 100, REGISTERED, 20), Rectangle(20, 100, PRE_EXIT)), Rewrites()
    believe(household, 20, [(20, BIGGER)], 200, rewrites)
    assert told(household) == [(10, 20, 100, REGISTERED), (20, NO_END, 200, BIGGER)]


def test_a_change_back_on_the_same_day_leaves_one_rectangle() -> None:
    household, rewrites = stored(Rectangle(10, 100, REGISTERED, 20), Rectangle(20, 100, PRE_EXIT)), Rewrites()
    believe(household, 20, [(20, REGISTERED)], 200, rewrites)
    assert told(household) == [(10, NO_END, 200, REGISTERED)]
    assert len(rewrites.ceased) == 2


def test_a_late_fact_changes_the_days_from_its_own_on() -> None:
    household, rewrites = stored(Rectangle(10, 100, REGISTERED, 20), Rectangle(20, 100, PRE_EXIT)), Rewrites()
    bigger_then = (5, 1, 1, 469030100201, 4)
    believe(household, 15, [(15, BIGGER), (20, bigger_then)], 200, rewrites)
    assert told(household) == [(10, 15, 200, REGISTERED), (15, 20, 200, BIGGER), (20, NO_END, 200, bigger_then)]
    assert {r.known_to for _, r in rewrites.ceased} == {200}


def test_a_late_fact_leaves_alone_what_it_does_not_change() -> None:
    household, rewrites = stored(Rectangle(10, 100, REGISTERED, 20), Rectangle(20, 100, PRE_EXIT)), Rewrites()
    believe(household, 15, [(15, BIGGER), (20, PRE_EXIT)], 200, rewrites)
    assert told(household) == [(10, 15, 200, REGISTERED), (15, 20, 200, BIGGER), (20, NO_END, 100, PRE_EXIT)]
    assert len(rewrites.ceased) == 1


def test_a_correction_may_take_the_first_days_back() -> None:
    household, rewrites = stored(Rectangle(10, 100, REGISTERED)), Rewrites()
    believe(household, ALL_DAYS, [(14, REGISTERED)], 200, rewrites)
    assert told(household) == [(14, NO_END, 200, REGISTERED)]
    believe(household, ALL_DAYS, [], 300, rewrites)
    assert told(household) == []


def test_what_was_believed_for_no_instant_is_marked_so() -> None:
    household, rewrites = stored(Rectangle(10, 100, REGISTERED)), Rewrites()
    believe(household, 20, [(20, PRE_EXIT)], 100, rewrites)
    (_, before), *_ = rewrites.ceased
    assert before.known_to == before.known_from == 100
    believe(household, 30, [(30, BIGGER)], 100, rewrites)
    lasting = [r for _, r in rewrites.begun if r.known_to != r.known_from]
    assert lasting == household.beliefs
    assert all(r.known_to == FOREVER for r in lasting)
