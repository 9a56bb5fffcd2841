"""Emits the effects of the live build, each place of the log once, whichever build and whichever of several projectors it is.

Emitting, moving the marks and looking whether the build is still the live one are one transaction beside the pointers: a swap
waits for it, and nothing of the old build happens after the swap. Emitted twice is only what was emitted when the process died
before that transaction was over: with the same key.
"""

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import Engine

from projections.checkpoints import read_checkpoints
from projections.database import snapshot
from projections.effects import Effect, effects_between
from projections.read_model import ReadModel
from projections.views.views import Views
from schemas.messages import TopicPartition

Emit = Callable[[Sequence[Effect]], None]
"""Brings effects about, durably on return; drops what it was given before, by its key. It must be quick: a swap waits for it."""

Offsets = dict[TopicPartition, int]
AT_ONCE: Final = 100
"""How many effects in one transaction, and those of the same record."""


_UNLIMITED: Final = 2**31 - 1


class Emitter:
    """Of one build. generation: of its read model's pointer, when that build was live."""

    def __init__(self, views: Views, model: ReadModel, generation: int, engine: Engine, emit: Emit) -> None:
        self._views = views
        self._model = model
        self._generation = generation
        self._engine = engine
        self._emit = emit
        self._done: Offsets = {}

    def step(self) -> int:
        """Emit what was folded since, some AT_ONCE; return how many. Nothing, where another build is live by now."""
        with snapshot(self._engine) as connection:
            reached = {place: at.next_offset for place, at in read_checkpoints(connection, self._model.checkpoint).items()}
        if reached == self._done:
            return 0
        with self._views.emitting(self._model, self._generation) as marks:
            if marks is None:
                return 0
            effects, until = self._next(marks, reached)
            if effects:
                self._emit(effects)
            # Another projector may have come further meanwhile, with a newer state of the same rows.
            marks |= {place: max(end, marks.get(place, 0)) for place, end in until.items()}
        if until == reached:
            self._done = reached
        return len(effects)

    def _next(self, since: Offsets, reached: Offsets) -> tuple[list[Effect], Offsets]:
        """The next effects, and up to where in the log they are all."""
        table = self._model.effects
        assert table is not None
        with snapshot(self._engine) as connection:
            found = effects_between(connection, table, since, reached, AT_ONCE)
            if len(found) < AT_ONCE:
                return [caused.effect for caused in found], reached
            last = found[-1]
            until = {place: end for place, end in reached.items() if place < last.place} | {last.place: last.offset}
            whole = [caused for caused in found if (caused.place, caused.offset) != (last.place, last.offset)]
            if not whole:  # a single record causes more than AT_ONCE
                until[last.place] = last.offset + 1
                whole = effects_between(connection, table, since, {last.place: last.offset + 1}, _UNLIMITED)
        return [caused.effect for caused in whole], until
