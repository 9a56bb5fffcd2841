"""What a process knows of policies and divisions: from the store's own events, soon after any process has changed them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from deploy.composition.reference_documents import REGISTRY
from deploy.composition.write_side import WriteSide
from registry.application.reference_shelf import FRESH_FOR_S, NoPolicy, ReferenceShelf
from registry.policy import documents
from registry.reference.division_set import ChangedDivision, ChangeDivisions
from registry.reference.policy_document import ActivatePolicy
from tests.support.hand_set_register import request_of
from tests.support.scenario import DAY_ONE, VILLAGE

NEW_VILLAGE = "469030100295"


class Ticks:
    """Seconds that a test lets pass; and how often the store was asked."""

    def __init__(self, side: WriteSide) -> None:
        self.now = 100.0
        self.asked: list[int] = []
        self._events = side.store.events_of_types

    def __call__(self) -> float:
        return self.now

    def events(self, after_position: int, types: tuple[str, ...]) -> Any:
        self.asked.append(after_position)
        return self._events(after_position, types)


@pytest.fixture
def ticks(side: WriteSide) -> Ticks:
    return Ticks(side)


@pytest.fixture
def shelf(ticks: Ticks) -> ReferenceShelf:
    return ReferenceShelf(ticks.events, ticks)


def add_village(side: WriteSide, code: str = NEW_VILLAGE) -> None:
    village = ChangedDivision(code=code, level="VILLAGE", name_zh="新村")
    command = ChangeDivisions(effective_on=DAY_ONE, edition=code, divisions=(village,))
    side.service.execute(command, request_of(side, REGISTRY))


def test_it_knows_what_the_store_holds_when_it_begins(shelf: ReferenceShelf) -> None:
    assert VILLAGE in shelf.divisions()
    assert shelf.policy_for(VILLAGE, DAY_ONE).version == "46/2018.1"


def test_what_another_process_changed_is_known_after_a_second(side: WriteSide, ticks: Ticks, shelf: ReferenceShelf) -> None:
    add_village(side)
    ticks.now += FRESH_FOR_S
    assert NEW_VILLAGE not in shelf.divisions()
    ticks.now += 0.01
    assert NEW_VILLAGE in shelf.divisions()


def test_who_cannot_wait_may_look_at_once(side: WriteSide, shelf: ReferenceShelf) -> None:
    add_village(side)
    shelf.refresh()
    assert NEW_VILLAGE in shelf.divisions()


def test_only_what_is_new_is_read(side: WriteSide, ticks: Ticks, shelf: ReferenceShelf) -> None:
    end = side.store.recorder.head().position
    ticks.now += 10
    shelf.divisions()
    add_village(side)
    ticks.now += 10
    shelf.divisions()
    ticks.now += 10
    shelf.divisions()
    assert ticks.asked == [0, end, end, end + 1]


def test_within_the_second_the_store_is_left_alone(ticks: Ticks, shelf: ReferenceShelf) -> None:
    for _ in range(100):
        shelf.policy_for(VILLAGE, DAY_ONE)
    assert ticks.asked == [0]


def test_a_revised_policy_holds_from_then_on(side: WriteSide, shelf: ReferenceShelf) -> None:
    shipped = next(d for d in documents.shipped() if (d["division"], d["year"]) == ("460000000000", 2018))
    revised = documents.whole({**shipped, "revision": shipped["revision"] + 1})
    command = ActivatePolicy(effective_on=date(2018, 1, 1), document=revised)
    side.service.execute(command, request_of(side, REGISTRY))
    shelf.refresh()
    assert shelf.policy_for(VILLAGE, DAY_ONE).version == "46/2018.2"
    assert shelf.policy_for(VILLAGE, date(2019, 5, 1)).version == "46/2019.1", "another year's is as it was"


def test_a_place_in_another_province_has_no_policy(shelf: ReferenceShelf) -> None:
    with pytest.raises(KeyError):
        shelf.policy_for("110101001001", DAY_ONE)


def test_without_a_policy_nothing_is_decided() -> None:
    shelf = ReferenceShelf(lambda after, types: (0, []), lambda: 0.0)
    for ask in (shelf.policies, lambda: shelf.policy_for(VILLAGE, DAY_ONE)):
        with pytest.raises(NoPolicy) as missing:
            ask()
        assert missing.value.code == "E-NO-POLICY"


def test_threads_that_find_it_stale_at_once_ask_the_store_once(ticks: Ticks, shelf: ReferenceShelf, side: WriteSide) -> None:
    add_village(side)
    ticks.now += 10
    with ThreadPoolExecutor(8) as pool:
        known = list(pool.map(lambda _: NEW_VILLAGE in shelf.divisions(), range(64)))
    assert all(known)
    assert len(ticks.asked) == 2
