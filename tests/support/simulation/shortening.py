"""A failing run made small: hypothesis leaves out turns, and what befell in them, as long as it fails in the same way."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from tests.support.simulation.run import Failed, Outcome, run, simulate
from tests.support.simulation.turns import Turn
from tests.support.simulation.world import Parts

TURNS_MIN = 10_000
ATTEMPTS = 25
"""Turns in all attempts together: those at least, and this often as many as the whole failing run had; some minutes at most."""
_BLOCKS = (64, 8, 1)
"""Turns that are left out together: first many, then fewer of what is left."""
_LEFT_OUT, _UNHARMED, _AS_IT_IS = 0, 1, 2**20
_KEPT = st.integers(_LEFT_OUT, _AS_IT_IS)
"""The smaller the better, to hypothesis; by chance it is rarely one of the two smallest."""
_BOUNDS = settings(
    max_examples=200,
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True, repr=False)
class Selection:
    """Some turns of a run. Hypothesis would write all of them down, again and again."""

    turns: tuple[Turn, ...]


def simulate_or_shorten(seed: int, steps: int, parts: Parts = Parts()) -> Outcome:  # noqa: B008
    """As `simulate`; what fails is told by the fewest turns that fail."""
    try:
        return simulate(seed, steps, parts)
    except Failed as failed:
        raise shortened(failed, parts) from failed.__cause__


def shortened(failed: Failed, parts: Parts) -> Failed:
    """The shortest failure of the same kind that was found."""
    failures: dict[tuple[Turn, ...], Failed | None] = {(): None, failed.turns: failed}
    left = max(TURNS_MIN, ATTEMPTS * len(failed.turns))

    def fails(some: Selection) -> bool:
        nonlocal left
        turns = some.turns
        if turns not in failures and left > 0:
            left -= len(turns)
            failures[turns] = found = _failure(failed, turns, parts)
            if found is not None:
                failures[found.turns] = found
        return failures.get(turns) is not None

    shortest = failed
    for block in _BLOCKS:
        with suppress(NoSuchExample):
            some = find(_some_of(Selection(shortest.turns), block), fails, settings=_BOUNDS, random=Random(failed.seed))
            found = failures[some.turns]
            assert found is not None
            shortest = found
    return shortest


def _failure(failed: Failed, turns: Sequence[Turn], parts: Parts) -> Failed | None:
    try:
        run(failed.seed, turns, parts)
    except Failed as found:
        return found if type(found.__cause__) is type(failed.__cause__) else None
    return None


@st.composite
def _some_of(draw: st.DrawFn, whole: Selection, block: int) -> Selection:
    """Some of the turns, in order; those of a block are left out together."""
    chosen: list[Turn] = []
    for start in range(0, len(whole.turns), block):
        kept = draw(_KEPT)
        if kept != _LEFT_OUT:
            some = whole.turns[start : start + block]
            chosen += [turn.unharmed() for turn in some] if kept == _UNHARMED else some
    return Selection(tuple(chosen))
