"""The scales, and the sizes of households that make the persons come out as the plan has them."""

from random import Random

import pytest

from deploy.demo import sizes
from deploy.demo.scale import SCALES
from deploy.demo.villages import apportion


@pytest.mark.parametrize("scale", SCALES.values(), ids=lambda scale: scale.name)
def test_the_persons_of_a_scale_are_in_the_plans_proportion_to_its_households(scale: object) -> None:
    scale = SCALES[scale.name]  # type: ignore[attr-defined]
    drawn = sizes.sizes(scale.not_exited, sizes.NOT_EXITED, scale.persons_not_exited, Random(1))
    assert len(drawn) == scale.not_exited
    assert sum(drawn) == scale.persons_not_exited
    assert 3.7 < sum(drawn) / len(drawn) < 3.73
    assert min(drawn) >= 1


def test_at_full_scale_the_figures_are_the_plans_own() -> None:
    full = SCALES["full"]
    assert (full.not_exited, full.persons_not_exited) == (33_000, 122_600)
    assert [full.target(year) for year in (2018, 2019, 2020, 2021)] == [83_000, 39_600, 0, 0]
    assert SCALES["small"].target(2018) == 8_300


def test_sizes_follow_their_shares_but_for_the_last_few() -> None:
    drawn = sizes.sizes(10_000, sizes.NOT_EXITED, 37_150, Random(1))
    for size, share in enumerate(sizes.NOT_EXITED, start=1):
        assert abs(drawn.count(size) - share) <= 60


def test_an_apportionment_loses_nothing_and_favours_the_largest_remainders() -> None:
    assert apportion(10, [1, 1, 1]) == [4, 3, 3]
    assert apportion(10, [50, 30, 20]) == [5, 3, 2]
    assert sum(apportion(299, [7, 11, 13, 17])) == 299
    assert apportion(3, [1000, 1, 1], at_least=1) == [3, 1, 1]
