"""The main job: make a province, live through its years, show what happened, and serve it."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from deploy.cannot_start import CannotStart
from deploy.child import Child
from deploy.clocks import HandSetClock
from deploy.composition.write_side import WriteSide, write_side
from deploy.demo.chunks import chunks
from deploy.demo.diary import Diary
from deploy.demo.installation import Demonstration, begin, finish, found_demonstration, keep_time
from deploy.demo.pipeline import caught_up, pipeline_beside
from deploy.demo.progress import Shown, shown_progress
from deploy.demo.province import Province
from deploy.demo.recording import Recorder, Tally
from deploy.demo.registration import registration
from deploy.demo.report import print_years
from deploy.demo.scale import SCALES
from deploy.demo.seeds import SeededBytes
from deploy.demo.years import a_household_that_re_entered, years
from deploy.settings import Settings
from projections.register.balance import Imbalance, check_balance
from projections.register.read_model import REGISTER
from schemas.divisions import hainan

DEFAULT_SCALE: Final = "small"
DEFAULT_SEED: Final = 20180904
_KEPT_MIN: Final = 60_000
_KEPT_PER_HOUSEHOLD: Final = 1.3
"""Aggregates kept in memory: all that is listed and a little more, so that hardly anything is loaded twice."""
_KEEP_TIME_DAYS: Final = 7
_COLLECTIONS: Final = (50_000, 20, 100)


class BalanceBroken(Exception):
    """E-BALANCE: the register's balance does not hold at some week's end."""

    code: ClassVar[str] = "E-BALANCE"

    def __init__(self, imbalances: list[Imbalance]) -> None:
        super().__init__("; ".join(str(each) for each in imbalances[:5]))
        self.imbalances = imbalances


@dataclass(frozen=True, slots=True)
class Lived:
    """What was lived through: which demonstration, how it went, and a village and a household to look into."""

    demonstration: Demonstration
    tally: Tally
    village: str
    household_id: UUID | None


def chosen_demonstration(settings: Settings, scale: str | None, seed: int | None) -> Demonstration:
    """The one that the data are of, or a new one as asked for. Raises CannotStart where the data are of another one."""
    found = found_demonstration(settings)
    if found is None:
        return Demonstration(scale or DEFAULT_SCALE, DEFAULT_SEED if seed is None else seed)
    if scale not in (None, found.scale) or seed not in (None, found.seed):
        raise CannotStart(f"the data in {settings.path('')} are of the demonstration {found}: name another folder with --data")
    return found


def live_through(settings: Settings, demonstration: Demonstration, tell: Callable[[str], None]) -> Lived:
    """Live through what is left of the demonstration, check the balance and print the table.

    Raises CannotStart, BalanceBroken.
    """
    clock, ids = begin(settings, demonstration)
    scale = SCALES[demonstration.scale]
    kept = max(_KEPT_MIN, int((scale.not_exited + scale.exited) * _KEPT_PER_HOUSEHOLD))
    with (
        write_side(settings, clock=clock, random_bytes=ids, cache_size=kept, exclusive=True) as side,
        pipeline_beside(settings) as pipeline,
        shown_progress() as shown,
    ):
        province = Province(scale, demonstration.seed, hainan(), side.shelf.policies().for_)
        tally = Tally()
        if not demonstration.finished:
            tally = record(side, clock, ids, province, lambda day, events: _look_around(pipeline, shown, day, events))
            finish(side.engine, demonstration)
        with caught_up(side, REGISTER, pipeline, shown.waiting) as connection:
            imbalances, found = check_balance(connection), years(connection)
            household_id = a_household_that_re_entered(connection)
    print_years(found, scale)
    if imbalances:
        raise BalanceBroken(imbalances)
    tell("the balance holds at every week's end, for every division, in households and persons")
    return Lived(demonstration, tally, province.villages[len(province.villages) // 2].code, household_id)


def record(
    side: WriteSide, clock: HandSetClock, ids: SeededBytes, province: Province, stored: Callable[[date, int], None]
) -> Tally:
    """Record what is not stored yet. `stored` is told of each chunk: its day, and how many events there are now."""
    tally, kept_on = Tally(), clock.now()
    with _rare_collections(), registration(side.settings, clock) as vault:
        recorder = Recorder(side, clock, ids, vault)
        for recorded in recorder.record(chunks(Diary(province), "demo")):
            tally.add(recorded.tally)
            if recorded.replayed:
                continue
            stored(recorded.chunk.day, side.store.recorder.head().position)
            if (recorded.chunk.at - kept_on).days >= _KEEP_TIME_DAYS:
                kept_on = recorded.chunk.at
                keep_time(side.engine, kept_on)
    return tally


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


def _look_around(pipeline: Child, shown: Shown, day: date, events: int) -> None:
    """Show how far it has come, and see that the pipeline keeps up. Raises CannotStart if it refuses."""
    pipeline.watch()
    shown.lived(day, events)
