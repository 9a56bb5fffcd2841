"""A failing run made small: hypothesis leaves out turns, and what befell in them, as long as it fails in the same way."""

from collections.abc import Sequence
from random import Random

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from tests.support.simulation.run import Failed, Outcome, run, simulate
from tests.support.simulation.turns import Turn
from tests.support.simulation.world import Parts

TURNS_MAX = 20_000
"""In all attempts together: one or two minutes."""
_BLOCK = 16
_LEFT_OUT, _UNHARMED, _AS_IT_IS = 0, 1, 2**20
_KEPT = st.integers(_LEFT_OUT, _AS_IT_IS)
"""The smaller the better, to hypothesis; by chance it is rarely one of the two smallest."""


def simulate_or_shorten(seed: int, steps: int, parts: Parts = Parts()) -> Outcome:  # noqa: B008
    """As `simulate`; what fails is told by the fewest turns that fail."""
    try:
        return simulate(seed, steps, parts)
    except Failed as failed:
        raise shortened(failed, parts) from failed.__cause__


def shortened(failed: Failed, parts: Parts) -> Failed:
    """The shortest failure of the same kind that was found."""
    failures: dict[tuple[Turn, ...], Failed | None] = {(): None, failed.turns: failed}
    left = TURNS_MAX

    def fails(turns: tuple[Turn, ...]) -> bool:
        nonlocal left
        if turns not in failures and left > 0:
            left -= len(turns)
            failures[turns] = _failure(failed, turns, parts)
        return failures.get(turns) is not None

    bounds = settings(
        max_examples=200,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    try:
        shortest = failures[find(_some_of(failed.turns), fails, settings=bounds, random=Random(failed.seed))]
    except NoSuchExample:
        return failed
    assert shortest is not None
    return shortest


def _failure(failed: Failed, turns: Sequence[Turn], parts: Parts) -> Failed | None:
    try:
        run(failed.seed, turns, parts)
    except Failed as found:
        return found if type(found.__cause__) is type(failed.__cause__) else None
    return None


@st.composite
def _some_of(draw: st.DrawFn, turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """Some of the turns, in order; those of a block are left out together, or each for itself."""
    chosen: list[Turn] = []
    for start in range(0, len(turns), _BLOCK):
        block = draw(_KEPT)
        for turn in turns[start : start + _BLOCK]:
            kept = draw(_KEPT)
            if block != _LEFT_OUT and kept != _LEFT_OUT:
                chosen.append(turn.unharmed() if _UNHARMED in (block, kept) else turn)
    return tuple(chosen)
