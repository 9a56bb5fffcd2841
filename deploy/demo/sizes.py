"""How many people live in each household, so that the numbers of persons come out exactly.

Source: sizes of poor households are tilted to the mean of 3.715 that the plan's figures give; those that had exited are larger.
"""

from collections.abc import Sequence
from random import Random

from deploy.demo.villages import apportion

NOT_EXITED = (939, 1438, 2124, 2490, 1667, 869, 333, 140)
"""Per 10,000 households, of one person, of two, and so on."""
EXITED = (500, 1000, 1800, 2600, 2050, 1250, 550, 250)
ORDINARY = (800, 1500, 2200, 2700, 1600, 800, 300, 100)
_LARGEST = 8


def sizes(households: int, shares: Sequence[int], persons: int | None, chance: Random) -> bytes:
    """The size of each household, in an order of chance; together they have so many persons, where that is said."""
    counts = apportion(households, shares)
    drawn = [size for size, count in enumerate(counts, start=1) for _ in range(count)]
    chance.shuffle(drawn)
    missing = persons - sum(drawn) if persons is not None else 0
    place = len(drawn) - 1
    while missing:
        step = 1 if missing > 0 else -1
        if 1 < drawn[place] + step <= _LARGEST:
            drawn[place] += step
            missing -= step
        place = place - 1 if place else len(drawn) - 1
    return bytes(drawn)
