"""How often people are treated: stays in hospital in a person-year, by age, and who has a chronic illness.

Source: admissions by age and the overdispersion are calibrated to the 18.2 % of all residents who were admitted in 2018; that
the registered fall ill a quarter more often is an assumption, as is the share of the chronically ill.
"""

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import Final

AGES: Final = (0, 6, 16, 45, 60, 75)
"""Where each band of ages begins."""
AGE_SHARES: Final = (8.0, 16.0, 40.0, 20.0, 11.5, 4.5)
"""Per cent of the people in each band."""
_RATES: Final = (0.20, 0.05, 0.10, 0.17, 0.32, 0.42)
REGISTERED_FACTOR: Final = 1.25
DISPERSION: Final = 0.6
"""k of the gamma that people's rates are drawn from: most are never admitted, few often."""
CHRONIC_SHARE: Final = 0.11
_STAYS_MAX: Final = 40


def band_of(age: int) -> int:
    """The band of an age in full years."""
    return max(bisect_right(AGES, age) - 1, 0)


def drawn_band(chance: Random) -> int:
    """The band of anybody."""
    return bisect_right(_AGE_LIMITS, chance.random() * _AGE_LIMITS[-1])


def rate(band: int, *, registered: bool) -> float:
    """Mean admissions in a person-year."""
    return _RATES[band] * (REGISTERED_FACTOR if registered else 1.0)


def stays(mean: float, chance: Random) -> int:
    """Admissions of one person while `mean` are expected: a Poisson of a gamma, drawn as the negative binomial that it is."""
    return bisect_right(_stay_limits(mean), chance.random())


@lru_cache(maxsize=1024)
def _stay_limits(mean: float) -> Sequence[float]:
    """Likelihood of at most 0, 1, 2 ... admissions."""
    share = mean / (DISPERSION + mean)
    likelihoods = [(1 - share) ** DISPERSION]
    for number in range(_STAYS_MAX):
        likelihoods.append(likelihoods[-1] * share * (number + DISPERSION) / (number + 1))
    return list(accumulate(likelihoods))


_AGE_LIMITS: Final = tuple(accumulate(AGE_SHARES))
