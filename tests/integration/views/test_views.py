"""Builds beside the live one, the swap, and what readers and crashes see of it, on SQLite and PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, Event, Thread
from time import monotonic, sleep

import pytest
from sqlalchemy import Engine, delete, func, insert, inspect, select

from projections.views.errors import BuildLost, RebuildRunning, ViewOutdated
from projections.views.views import FRESH_FOR_S, Views
from tests.support.event_counts import CHECKPOINT, EVENT_COUNTS, TYPE_COUNT

OpenViews = Callable[[], Views]
NEXT_VERSION = replace(EVENT_COUNTS, version=2)
OTHER = replace(EVENT_COUNTS, name="other")


def mark(engine: Engine, word: str) -> None:
    """Leave a row by which a build can be told from another."""
    with engine.begin() as connection:
        connection.execute(insert(TYPE_COUNT).values(event_type=word, partition=0, events=1))


def marks(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(select(TYPE_COUNT.c.event_type).order_by(TYPE_COUNT.c.event_type)))


def rebuilt(views: Views, word: str = "new") -> str:
    """Swap in a new build that holds this mark."""
    with views.begin_build(EVENT_COUNTS) as build:
        (location,) = build.create()
        engine = location.open()
        mark(engine, word)
        engine.dispose()
        build.join(1)
        build.swap()
    return build.name


def names(views: Views) -> dict[str, tuple[bool, bool]]:
    return {build.name: (build.whole, build.live) for build in views.builds()}


def test_where_nothing_was_made_nothing_is_live_and_looking_makes_nothing(views: Views) -> None:
    assert views.live(EVENT_COUNTS) is None
    assert views.generation(EVENT_COUNTS) == 0
    assert views.builds() == []


def test_the_first_build_is_made_once_with_all_its_tables(views: Views, open_views: OpenViews) -> None:
    engine = views.open_live(EVENT_COUNTS)
    assert set(inspect(engine).get_table_names()) == set(EVENT_COUNTS.metadata.tables)
    mark(engine, "first")
    again = open_views().open_live(EVENT_COUNTS)
    assert marks(again) == ["first"]
    assert names(views) == {"event_counts-v1-0001": (True, True)}


def test_several_who_open_the_first_build_at_once_get_the_same(open_views: OpenViews) -> None:
    everybody = [open_views() for _ in range(6)]
    together = Barrier(len(everybody))

    def open_it(views: Views) -> None:
        together.wait()
        views.open_live(EVENT_COUNTS)

    with ThreadPoolExecutor(len(everybody)) as pool:
        list(pool.map(open_it, everybody))
    assert names(everybody[0]) == {"event_counts-v1-0001": (True, True)}


def test_read_models_do_not_share_a_build(views: Views) -> None:
    mark(views.open_live(EVENT_COUNTS), "counts")
    assert marks(views.open_live(OTHER)) == []
    assert set(names(views)) == {"event_counts-v1-0001", "other-v1-0001"}


def test_a_swap_shows_to_other_processes_within_half_a_second(views: Views, open_views: OpenViews) -> None:
    mark(views.open_live(EVENT_COUNTS), "old")
    reader = open_views()
    before = reader.live(EVENT_COUNTS)
    assert before is not None
    assert marks(before) == ["old"]
    generation = reader.generation(EVENT_COUNTS)

    rebuilt(views, "new")
    assert reader.generation(EVENT_COUNTS) == generation + 1
    deadline = monotonic() + 0.5
    while (engine := reader.live(EVENT_COUNTS)) is before:
        assert monotonic() < deadline
        sleep(0.01)
    assert engine is not None
    assert marks(engine) == ["new"]


def test_a_projector_that_opens_after_a_swap_gets_the_new_build_at_once(views: Views, open_views: OpenViews) -> None:
    projector = open_views()
    mark(projector.open_live(EVENT_COUNTS), "old")
    rebuilt(views, "new")
    assert marks(projector.open_live(EVENT_COUNTS)) == ["new"]


def test_between_looks_a_reader_does_not_ask_again(views_url: str, open_views: OpenViews) -> None:
    now = [0.0]
    reader = Views(views_url, ticks=lambda: now[0])
    open_views().open_live(EVENT_COUNTS)
    before = reader.live(EVENT_COUNTS)
    rebuilt(open_views())
    assert reader.live(EVENT_COUNTS) is before
    now[0] = FRESH_FOR_S
    assert reader.live(EVENT_COUNTS) is not before
    reader.close()


def test_a_request_that_runs_during_a_swap_finishes_on_what_it_began_with(views: Views, open_views: OpenViews) -> None:
    now = [0.0]
    reader = open_views()
    reader._ticks = lambda: now[0]
    mark(views.open_live(EVENT_COUNTS), "old")
    engine = reader.live(EVENT_COUNTS)
    assert engine is not None
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(TYPE_COUNT)) == 1
        rebuilt(views, "new")
        now[0] = 1.0
        assert reader.live(EVENT_COUNTS) is not engine
        assert list(connection.scalars(select(TYPE_COUNT.c.event_type))) == ["old"]
    assert marks(engine) == ["old"], "a request that had only got its engine can still use it"


def reach(engine: Engine, offset: int) -> None:
    """Let a build have come so far in its only partition."""
    with engine.begin() as connection:
        connection.execute(delete(CHECKPOINT))
        connection.execute(insert(CHECKPOINT).values(topic="t", partition=0, next_offset=offset, position=1, known_before=1))


def test_readers_stay_with_the_old_build_until_the_new_one_has_come_as_far(views_url: str, open_views: OpenViews) -> None:
    now = [0.0]
    reader, projector = Views(views_url, ticks=lambda: now[0]), open_views()
    reach(projector.open_live(EVENT_COUNTS), 7)
    old = reader.live(EVENT_COUNTS)
    rebuilt(open_views())
    new = projector.open_live(EVENT_COUNTS)
    reach(new, 6)
    now[0] += FRESH_FOR_S
    assert reader.live(EVENT_COUNTS) is old
    reach(new, 7)
    assert reader.live(EVENT_COUNTS) is old, "it does not look at every request"
    now[0] += FRESH_FOR_S
    assert reader.live(EVENT_COUNTS) is not old
    reader.close()


def test_readers_do_not_wait_for_ever_for_a_projector(views_url: str, open_views: OpenViews) -> None:
    now = [0.0]
    reader = Views(views_url, ticks=lambda: now[0])
    reach(open_views().open_live(EVENT_COUNTS), 7)
    old = reader.live(EVENT_COUNTS)
    rebuilt(open_views())
    for _ in range(9):
        assert reader.live(EVENT_COUNTS) is old
        now[0] += FRESH_FOR_S
    assert reader.live(EVENT_COUNTS) is not old
    reader.close()


def test_readers_always_get_an_answer_while_builds_are_swapped(views: Views, open_views: OpenViews) -> None:
    mark(views.open_live(EVENT_COUNTS), "0")
    reader, stop, seen, failed = open_views(), Event(), list[str](), list[BaseException]()

    def read() -> None:
        try:
            while not stop.is_set():
                engine = reader.live(EVENT_COUNTS)
                assert engine is not None
                seen.extend(marks(engine))
        except BaseException as error:
            failed.append(error)

    threads = [Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    deadline = monotonic() + 20
    for number in range(4):
        if number:
            rebuilt(views, str(number))
        while str(number) not in seen and monotonic() < deadline:
            sleep(0.01)
    stop.set()
    for thread in threads:
        thread.join()
    assert failed == []
    assert set(seen) == {"0", "1", "2", "3"}


def test_old_builds_stay_until_they_are_dropped(views: Views) -> None:
    views.open_live(EVENT_COUNTS)
    second = rebuilt(views)
    third = rebuilt(views)
    assert names(views) == {"event_counts-v1-0001": (True, False), second: (True, False), third: (True, True)}
    assert views.drop_old(EVENT_COUNTS.name) == ["event_counts-v1-0001", second]
    assert names(views) == {third: (True, True)}
    assert views.drop_old(EVENT_COUNTS.name) == []
    engine = views.live(EVENT_COUNTS)
    assert engine is not None
    assert marks(engine) == ["new"]


def test_a_build_that_is_left_without_a_swap_leaves_nothing(views: Views) -> None:
    mark(views.open_live(EVENT_COUNTS), "old")
    with views.begin_build(EVENT_COUNTS) as build:
        build.create(2)
        assert names(views)[build.name] == (False, False)
    assert names(views) == {"event_counts-v1-0001": (True, True)}
    assert not views._place.exists(build.name)
    assert marks(views.open_live(EVENT_COUNTS)) == ["old"]


def test_an_interrupted_build_is_never_live_and_goes_with_the_next_one(views: Views, open_views: OpenViews) -> None:
    mark(views.open_live(EVENT_COUNTS), "old")
    dead = open_views()
    left = dead._begin(EVENT_COUNTS)  # as a killed process leaves it: rows and files, and a lock that nobody holds
    left.create(2)
    assert marks(views.open_live(EVENT_COUNTS)) == ["old"]
    assert names(views)[left.name] == (False, False)
    assert views.drop_old(EVENT_COUNTS.name) == []

    new = rebuilt(views)
    assert left.name not in names(views)
    assert new > left.name, "a name is never given twice"
    with pytest.raises(BuildLost):
        left._pointers.swap(left.name)
    assert names(views)[new] == (True, True)


def test_only_one_at_a_time_makes_builds_of_a_read_model(views: Views, open_views: OpenViews) -> None:
    with views.begin_build(EVENT_COUNTS):
        with pytest.raises(RebuildRunning), open_views().begin_build(EVENT_COUNTS):
            pass
        with open_views().begin_build(OTHER):
            pass
    rebuilt(open_views())


def test_a_build_of_another_version_is_neither_fed_nor_asked(views: Views) -> None:
    views.open_live(EVENT_COUNTS)
    assert views.live(NEXT_VERSION) is None
    with pytest.raises(ViewOutdated, match="registry rebuild event_counts"):
        views.open_live(NEXT_VERSION)
    with views.begin_build(NEXT_VERSION) as build:
        build.create()
        build.swap()
    assert build.name == "event_counts-v2-0002"
    views.open_live(NEXT_VERSION)
    assert views.live(EVENT_COUNTS) is None


def test_a_read_model_that_was_thrown_away_by_hand_is_made_anew(views: Views, open_views: OpenViews) -> None:
    mark(views.open_live(EVENT_COUNTS), "old")
    views._place.remove("event_counts-v1-0001")
    fresh = open_views()
    assert fresh.live(EVENT_COUNTS) is None
    assert marks(fresh.open_live(EVENT_COUNTS)) == []
    assert names(fresh)["event_counts-v1-0002"] == (True, True)


def test_an_address_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="sqlite:/// or postgresql://"):
        Views("mysql://host/views")
    with pytest.raises(ValueError, match="a folder"):
        Views("sqlite://")
