"""What a seed says: whose turn it is, what befalls it in that turn, and the seed of all its choices.

Each turn is made of numbers of its own, so that a run without some of its turns is a run too: so a failure is made small.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from random import Random

from tests.support.simulation.process import Fault, Harm, Moment

WHO = {
    "desk-1": 13,
    "desk-2": 13,
    "desk-3": 9,
    "relay-1": 15,
    "relay-2": 4,
    "projector-1": 13,
    "projector-2": 10,
    "feed-1": 8,
    "feed-2": 2,
    "rebuild": 2,
    "group": 5,
    "time": 5,
    "operator": 2,
}
"""How often each has its turn. The last three are no processes: partitions are shared out anew, time goes on or back, somebody
ends in an orderly way."""
_NAMES, _WEIGHTS = tuple(WHO), tuple(accumulate(WHO.values()))
HARMED = 0.35
"""How many of the turns something befalls."""
HARMS = (
    *((Harm.KILL, moment) for moment in Moment for _ in range(2 + 3 * (moment in (Moment.COMMIT, Moment.COMMITTED)))),
    *((Harm.PAUSE, moment) for moment in Moment for _ in range(3)),
    *((Harm.CUT, moment) for moment in Moment if moment is not Moment.BETWEEN for _ in range(2)),
    (Harm.FULL, Moment.BEGIN),
    (Harm.FULL, Moment.BEGIN),
)


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
        if chance.random() < HARMED:
            harm, moment = chance.choice(HARMS)
            fault = Fault(harm, moment, chance.choice((1, 1, 1, 2, 2, 3, 5)), chance.choice((0, 0, 1, 3, 8)))
        yield Turn(number, who, fault, chance.getrandbits(48))
