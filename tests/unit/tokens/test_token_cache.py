"""What is remembered of tokens, and for how long."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from registry.tokens.token_cache import FRESH_FOR, TokenCache
from registry.tokens.token_row import IssuedToken, KnownToken
from schemas.access import Actor

NOW = datetime(2018, 9, 4, tzinfo=UTC)
ACTOR = Actor("u-1", "OPERATOR", "o-1", "460000000000")


def known(number: int) -> KnownToken:
    return KnownToken(IssuedToken(UUID(int=number), ACTOR, NOW, NOW + timedelta(days=1), None, None), bytes(32))


def test_a_token_is_fresh_for_a_few_seconds() -> None:
    cache = TokenCache()
    cache.put(known(1), NOW)
    assert cache.get(UUID(int=1), NOW + FRESH_FOR - timedelta(microseconds=1)) == known(1)
    assert cache.get(UUID(int=1), NOW + FRESH_FOR) is None


def test_a_clock_that_was_set_back_makes_a_token_stale() -> None:
    cache = TokenCache()
    cache.put(known(1), NOW)
    assert cache.get(UUID(int=1), NOW - timedelta(seconds=1)) is None


def test_looking_does_not_make_it_fresher() -> None:
    cache = TokenCache()
    cache.put(known(1), NOW)
    for second in range(5):
        cache.get(UUID(int=1), NOW + timedelta(seconds=second))
    assert cache.get(UUID(int=1), NOW + FRESH_FOR) is None


def test_the_one_unused_for_longest_makes_room() -> None:
    cache = TokenCache()
    for number in range(1024):
        cache.put(known(number), NOW)
    cache.get(UUID(int=0), NOW)
    cache.put(known(5000), NOW)
    assert cache.get(UUID(int=0), NOW) is not None
    assert cache.get(UUID(int=1), NOW) is None
    assert cache.get(UUID(int=5000), NOW) is not None


def test_a_forgotten_token_is_gone() -> None:
    cache = TokenCache()
    cache.put(known(1), NOW)
    cache.forget(UUID(int=1))
    cache.forget(UUID(int=2))
    assert cache.get(UUID(int=1), NOW) is None
