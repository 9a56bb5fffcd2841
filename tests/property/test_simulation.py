"""The whole pipe, simulated: 10,000 turns in four runs, in which anything may befall anybody; in the end all agree.

See `tests.support.simulation.run`. `make simulate N=100000` goes on with other seeds.
"""

import os
import sys
from collections import Counter
from subprocess import run as execute

import pytest

from tests.support.simulation.process import Harm, Moment
from tests.support.simulation.shortening import simulate_or_shorten

SEEDS = (1, 2, 3, 4)
STEPS = 2500


@pytest.mark.timeout(900)  # one that fails is run again and again, to be made small
@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_befalls_whom_all_agree_in_the_end(seed: int) -> None:
    outcome = simulate_or_shorten(seed, STEPS)
    assert outcome.steps == STEPS
    assert_much_happened(outcome.done)


def assert_much_happened(done: Counter[str]) -> None:
    """A run in which nothing was accepted, or nobody died, would agree with anything."""
    ordinary = ("accepts", "accepts the batch", "moved", "folded", "published", "swapped", "compared", "clock put back")
    assert all(done[what] for what in ordinary), done
    assert all(done[what] for what in ("repeats", "does not know", "overtaken", "fenced", "repeated")), done
    assert done["projector gives way"] + done["feed gives way"] + done["lost partitions"] + done["lost feeds"] > 0, done
    for who in ("desk", "relay", "projector", "feed"):
        for harm in Harm:
            assert befallen(done, who, harm), f"{who} never {harm.value}"
        for moment in (Moment.COMMIT, Moment.COMMITTED):
            assert befallen(done, who, Harm.KILL, moment), f"{who} never killed {moment.value}"
    assert sum(count for what, count in done.items() if what.startswith("rebuild died")) > 0


def befallen(done: Counter[str], who: str, harm: Harm, moment: Moment | None = None) -> int:
    """How often that befell such a one."""
    beginning = f"{who} {harm.value} {moment.value if moment else ''}"
    return sum(count for what, count in done.items() if what.startswith(beginning))


def test_a_seed_says_it_all() -> None:
    command = [sys.executable, "-m", "tests.support.simulation", "--seed", "5", "--steps", "120", "--story"]
    told = [
        execute(command, env={**os.environ, "PYTHONHASHSEED": number}, capture_output=True, text=True, check=True).stdout
        for number in ("1", "2")
    ]
    first, second = (text.partition("\n")[2] for text in told)
    assert first == second
    assert "120 " in first
