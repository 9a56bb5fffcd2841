"""The simulation can fail: each of these faults, planted in a real part, is found, and told by few turns."""

import pytest

from tests.support.simulation.known_bugs import KNOWN_BUGS
from tests.support.simulation.run import Failed, run, simulate
from tests.support.simulation.shortening import shortened
from tests.support.simulation.world import Parts

SEEDS = range(1, 11)
STEPS = 1000


def first_failure(parts: Parts) -> Failed | None:
    for seed in SEEDS:
        try:
            simulate(seed, STEPS, parts)
        except Failed as failed:
            return failed
    return None


@pytest.mark.parametrize("bug", KNOWN_BUGS)
def test_a_known_fault_is_found_within_ten_thousand_turns(bug: str) -> None:
    assert first_failure(KNOWN_BUGS[bug]) is not None


def test_a_failure_is_told_by_the_turns_that_it_needs_and_comes_again_with_just_those() -> None:
    parts = KNOWN_BUGS["a fenced producer appends"]
    failed = first_failure(parts)
    assert failed is not None
    short = shortened(failed, parts)
    assert len(short.turns) <= 10 < len(failed.turns)
    assert {"relay-1", "relay-2"} <= {turn.who for turn in short.turns} or {"feed-1", "feed-2"} <= {t.who for t in short.turns}
    with pytest.raises(Failed) as again:
        run(short.seed, short.turns, parts)
    assert again.value.story == short.story
    assert f"--seed {short.seed} --only" in str(short)
    assert run(short.seed, short.turns, Parts()).steps == len(short.turns), "the turns are not at fault: the part is"
