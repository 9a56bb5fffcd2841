"""What treatment costs and what part of it the patient bears.

Source: mean costs of an admission by level are the national ones of 2018 (1,834, 6,002 and 13,313 yuan); how they spread, and the
personal shares, are calibrated so that a twentieth of the people carries about two thirds of the cost. In fen.
"""

from random import Random
from types import MappingProxyType
from typing import Final

from deploy.demo.hospitals.institutions import Tier

_SPREADS: Final = MappingProxyType({Tier.TOWNSHIP: (7.269, 0.70), Tier.COUNTY: (8.339, 0.85), Tier.TERTIARY: (8.996, 1.0)})
"""Mean and deviation of the logarithm of an admission's cost in yuan."""
_CHRONIC_MEDIAN: Final = 1_500
_CHRONIC_SIGMA: Final = 0.9
_LEVEL_FACTORS: Final = MappingProxyType({Tier.TOWNSHIP: 0.7, Tier.COUNTY: 1.0, Tier.TERTIARY: 1.25})
_SHARE_REGISTERED: Final = 0.10
_SHARE_OTHERS: Final = 0.44
_CHRONIC_REGISTERED: Final = 0.20
_CHRONIC_OTHERS: Final = 0.55
_KAPPA: Final = 12.0
"""How close the shares keep to their mean: the sum of the Beta's two parameters."""
_TOWNSHIP_BELOW: Final = 0.30
_COUNTY_BELOW: Final = 0.80
_LEAST: Final = 5_000


def tier(chance: Random) -> Tier:
    """Where somebody is admitted."""
    drawn = chance.random()
    return Tier.TOWNSHIP if drawn < _TOWNSHIP_BELOW else Tier.COUNTY if drawn < _COUNTY_BELOW else Tier.TERTIARY


def admission(at: Tier, chance: Random) -> int:
    """Cost of one admission."""
    return max(round(chance.lognormvariate(*_SPREADS[at]) * 100), _LEAST)


def share_of_admission(at: Tier, chance: Random, *, registered: bool) -> float:
    """The part of it that the patient bears."""
    if registered:
        return _beta(_SHARE_REGISTERED * _LEVEL_FACTORS[at], chance)
    return _beta(_SHARE_OTHERS * _LEVEL_FACTORS[at], chance)


def chronic_year(chance: Random) -> int:
    """Cost of a year's visits for a chronic illness."""
    return max(round(_CHRONIC_MEDIAN * chance.lognormvariate(0.0, _CHRONIC_SIGMA) * 100), _LEAST)


def share_of_chronic(chance: Random, *, registered: bool) -> float:
    """The part of it that the patient bears."""
    return _beta(_CHRONIC_REGISTERED if registered else _CHRONIC_OTHERS, chance)


def _beta(mean: float, chance: Random) -> float:
    return chance.betavariate(mean * _KAPPA, (1 - mean) * _KAPPA)
