"""Long simulations: `make simulate N=100000 SEED=7`, in rounds that each have a seed of their own.

A round that passed need not be run again: to go on after an interruption, begin with the next seed. A round that failed is told
by the fewest turns that fail, and comes again with its seed alone.
"""

import signal
import sys
import time
from argparse import ArgumentParser

from tests.support.simulation.run import Failed, Outcome, run
from tests.support.simulation.shortening import simulate_or_shorten
from tests.support.simulation.turns import turns_of
from tests.support.simulation.world import Parts

ROUND = 2500
"""Turns of one installation, as in the tests."""


def main() -> int:
    """Run the rounds; 1 if one failed."""
    parser = ArgumentParser(prog="make simulate", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--steps", type=int, default=10_000, help="turns in all")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the first round; the next has the next one")
    parser.add_argument("--only", default="", help="numbers of turns: of the first round just these, with their story")
    parser.add_argument("--story", action="store_true", help="tell every turn")
    options = parser.parse_args()
    seed, left = options.seed, options.steps
    signal.signal(signal.SIGTERM, _end)
    try:
        if options.only:
            numbers = {int(number) for number in options.only.split(",")}
            return _told(run(seed, [turn for turn in turns_of(seed, max(numbers)) if turn.number in numbers], Parts()), True)
        while left > 0:
            count = min(ROUND, left)
            _say(f"seed {seed}: ", end="")
            started = time.monotonic()
            outcome = simulate_or_shorten(seed, count)
            _say(f"{count} turns, {time.monotonic() - started:.0f} s, all agree ({outcome.fingerprint[:12]})")
            _told(outcome, options.story)
            seed, left = seed + 1, left - count
    except Failed as failed:
        _say(str(failed))
        return 1
    except (KeyboardInterrupt, _Ended):
        _say(f"\ngo on with SEED={seed} N={left}")
        return 130
    return 0


class _Ended(BaseException):
    """SIGTERM: the folders go too."""


def _end(_number: int, _frame: object) -> None:
    raise _Ended


def _told(outcome: Outcome, story: bool) -> int:
    if story:
        _say("\n".join((*outcome.story, *(f"{count:6} {what}" for what, count in sorted(outcome.done.items())))))
    return 0


def _say(text: str, end: str = "\n") -> None:
    sys.stdout.write(text + end)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
