"""The cache of households: bounded, and nobody changes one that is in it."""

from projections.register.household_cache import HouseholdCache
from projections.register.state import Household


def households(*numbers: int) -> list[Household]:
    return [Household(bytes([n]), partition=n % 2) for n in numbers]


def test_only_those_used_last_are_kept() -> None:
    cache = HouseholdCache(3)
    cache.keep(households(1, 2, 3))
    first = cache.take(b"\x01")
    assert first is not None
    cache.keep([first, *households(4)])
    assert len(cache) == 3
    assert [cache.take(bytes([n])) is not None for n in (1, 2, 3, 4)] == [True, False, True, True]


def test_a_household_is_handed_out_once() -> None:
    cache = HouseholdCache(3)
    cache.keep(households(1))
    assert cache.take(b"\x01") is not None
    assert cache.take(b"\x01") is None


def test_those_of_a_partition_can_be_forgotten() -> None:
    cache = HouseholdCache(5)
    cache.keep(households(1, 2, 3, 4))
    cache.forget([1])
    assert [cache.take(bytes([n])) is not None for n in (1, 2, 3, 4)] == [False, True, False, True]
    cache.clear()
    assert len(cache) == 0
