"""Lives through what is left of a demonstration: everything that its installation does not hold yet is recorded."""

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from typing import Final

from sqlalchemy import Engine

from deploy.composition.write_side import WriteSide, write_side
from deploy.demo.chunks import chunks
from deploy.demo.diary import Diary
from deploy.demo.hospitals.rounds import opened_rounds
from deploy.demo.installation import Demonstration, begin, finish, keep_time
from deploy.demo.province import Province
from deploy.demo.recording import Recorder, Tally
from deploy.demo.registration import registration
from deploy.demo.scale import SCALES, Scale
from deploy.settings import Settings
from schemas.divisions import hainan

_KEPT_MIN: Final = 60_000
_KEPT_PER_HOUSEHOLD: Final = 1.3
"""Aggregates kept in memory: all that is listed and a little more, so that hardly anything is loaded twice."""
_KEEP_TIME_DAYS: Final = 7
_COLLECTIONS: Final = (50_000, 20, 100)

Stored = Callable[[date, int], None]
"""Told of each chunk: its day, and how many events there are now."""
Shows = Callable[[WriteSide], tuple[Engine, Engine]]
"""Waits until the read models of expenses and of the register show everything, and gives them."""


def record(settings: Settings, demonstration: Demonstration, stored: Stored, shown: Shows) -> Tally:
    """Record what is not stored yet; then the register's time goes on by itself. Raises CannotStart."""
    clock, ids = begin(settings, demonstration)
    scale, tally, kept_on = SCALES[demonstration.scale], Tally(), clock.now()
    with (
        _rare_collections(),
        write_side(settings, clock=clock, random_bytes=ids, cache_size=_kept(scale), exclusive=True) as side,
        registration(settings, clock) as vault,
        ExitStack() as stack,
    ):
        province = Province(scale, demonstration.seed, hainan(), side.shelf.policies().for_)
        opened = opened_rounds(side, clock, ids, vault, province, demonstration.seed, lambda: shown(side))
        rounds, patients = stack.enter_context(opened) if demonstration.hospitals else (None, None)
        last = None
        for recorded in Recorder(side, clock, ids, vault).record(chunks(Diary(province), "demo")):
            tally.add(recorded.tally)
            if rounds is not None and patients is not None:
                patients.learn(recorded.chunk)
                rounds.hold(recorded.chunk)
            last = recorded.chunk
            if recorded.replayed:
                continue
            stored(recorded.chunk.day, side.store.recorder.head().position)
            if (recorded.chunk.at - kept_on).days >= _KEEP_TIME_DAYS:
                kept_on = recorded.chunk.at
                keep_time(side.engine, kept_on)
        if rounds is not None and last is not None:
            rounds.end(last)
            rounds.hand_over()
            tally.not_meant += rounds.refused
        finish(side.engine, demonstration)
    return tally


def _kept(scale: Scale) -> int:
    return max(_KEPT_MIN, int((scale.not_exited + scale.exited) * _KEPT_PER_HOUSEHOLD))


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Let the collector of cycles look less often: it would go through everything that is kept, and find nothing to collect.

    It took a quarter of the time.
    """
    usual = gc.get_threshold()
    gc.set_threshold(*_COLLECTIONS)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.collect()
