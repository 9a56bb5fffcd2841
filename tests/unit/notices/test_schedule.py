"""When a delivery is tried again."""

from datetime import timedelta

from consumers.notices.schedule import Schedule


def test_each_wait_is_twice_the_one_before_up_to_the_longest() -> None:
    schedule = Schedule(first_s=30, longest_s=300, tries=7)
    waits = [schedule.after(number) for number in range(1, 8)]
    assert waits == [*(timedelta(seconds=s) for s in (30, 60, 120, 240, 300, 300)), None]


def test_as_it_stands_it_lasts_from_a_friday_evening_to_a_monday_morning_and_ends() -> None:
    schedule = Schedule()
    waits = [schedule.after(number) for number in range(1, schedule.tries)]
    assert timedelta(days=3) < sum((wait for wait in waits if wait is not None), timedelta()) < timedelta(days=4)
    assert schedule.after(schedule.tries) is None
    assert schedule.after(10_000) is None
