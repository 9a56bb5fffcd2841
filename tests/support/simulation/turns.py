"""What a seed says: whose turn it is, what befalls it in that turn, and the seed of all its choices.

Each turn is made of numbers of its own, so that a run without some of its turns is a run too: so a failure is made small.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from random import Random

from tests.support.simulation.process import Fault, Harm, Moment

WHO = {
    "desk-1": 14,
    "desk-2": 13,
    "desk-3": 9,
    "relay-1": 14,
    "relay-2": 4,
    "projector-1": 11,
    "projector-2": 8,
    "feed-1": 11,
    "feed-2": 5,
    "rebuild": 2,
    "group": 4,
    "time": 4,
    "operator": 1,
}
"""How often each has its turn. The last three are no processes: partitions are shared out anew, time goes on or back, somebody
ends in an orderly way."""
_NAMES, _WEIGHTS = tuple(WHO), tuple(accumulate(WHO.values()))
HARMED, MOSTLY = 0.45, 0.7
"""How many of the turns something befalls; and of those that a rebuild has."""
_COMMITS = (Moment.COMMIT, Moment.COMMITTED)
HARMS = (
    *((Harm.KILL, moment) for moment in Moment for _ in range(6 if moment in _COMMITS else 1)),
    *((Harm.PAUSE, moment) for moment in Moment for _ in range(8 if moment is Moment.BEGIN else 3)),
    *((Harm.CUT, moment) for moment in _COMMITS for _ in range(5)),
    *((Harm.CUT, moment) for moment in (Moment.READ, Moment.BEGIN)),
    (Harm.FULL, Moment.BEGIN),
    (Harm.FULL, Moment.BEGIN),
)
"""What befalls, the more often where it is the more dangerous."""

EARLY, LATE = (1, 1, 1, 1, 2, 2, 3, 5), (1, 2, 5, 10, 15, 20, 30, 40)
"""Which such moment of a turn it is: a rebuild has many."""


@dataclass(frozen=True)
class Turn:
    """number: its place in the whole run; seed: of all that it chooses."""

    number: int
    who: str
    fault: Fault | None
    seed: int

    @property
    def chance(self) -> Random:
        """Where its choices come from."""
        return Random(self.seed)

    def unharmed(self) -> "Turn":
        """The same, and nothing befalls it."""
        return replace(self, fault=None)


def turns_of(seed: int, count: int) -> Iterator[Turn]:
    """The turns of a run, always the same for a seed."""
    chance = Random(seed)
    for number in range(1, count + 1):
        (who,) = chance.choices(_NAMES, cum_weights=_WEIGHTS)
        fault = None
        if chance.random() < (MOSTLY if who == "rebuild" else HARMED):
            harm, moment = chance.choice(HARMS)
            fault = Fault(harm, moment, chance.choice(LATE if who == "rebuild" else EARLY), chance.choice((0, 0, 1, 3, 8)))
        yield Turn(number, who, fault, chance.getrandbits(48))
