"""Microseconds and back, without the rounding of floats."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis.strategies import datetimes

from registry.store.instant import from_micros, to_micros
from schemas.clock import SHANGHAI


@given(datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001
def test_an_instant_survives(naive: datetime) -> None:
    instant = naive.replace(tzinfo=UTC)
    assert from_micros(to_micros(instant)) == instant
    assert to_micros(instant.astimezone(SHANGHAI)) == to_micros(instant)


def test_the_epoch_is_zero() -> None:
    assert to_micros(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert from_micros(-1) == datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
