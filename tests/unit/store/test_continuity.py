"""Which places must be filled before a save, and what it means where they are not."""

from uuid import UUID

import pytest

from registry.store.continuity import places_before, previous_states
from registry.store.errors import StreamGap

A, B = UUID(int=1), UUID(int=2)


def test_a_stream_that_begins_needs_nothing_before_it() -> None:
    assert places_before([(A, 1), (A, 2), (B, 1)]) == []


def test_a_stream_that_goes_on_needs_the_place_before_its_first_new_event() -> None:
    assert places_before([(A, 5), (B, 2), (A, 6), (B, 3)]) == [(A, 4), (B, 1)]


@pytest.mark.parametrize("versions", [(1, 3), (2, 2), (3, 2), (1, 1)])
def test_versions_of_one_stream_have_to_follow(versions: tuple[int, int]) -> None:
    with pytest.raises(StreamGap, match="cannot follow"):
        places_before([(A, versions[0]), (B, 1), (A, versions[1])])


@pytest.mark.parametrize("version", [0, -1])
def test_no_stream_begins_below_one(version: int) -> None:
    with pytest.raises(StreamGap, match="cannot begin"):
        places_before([(A, version)])


def test_filled_places_give_the_last_states() -> None:
    assert previous_states([(A, 4), (B, 1)], [b"a4", b"b1"]) == {A: b"a4", B: b"b1"}


def test_an_empty_place_is_a_gap() -> None:
    with pytest.raises(StreamGap, match="version 1 is not stored, so 2 cannot follow"):
        previous_states([(A, 4), (B, 1)], [b"a4", None])
