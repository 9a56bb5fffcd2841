"""The data of a demonstration: made, recognised, and kept in its own time."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, time
from typing import Final

from sqlalchemy import Engine

from deploy.cannot_start import CannotStart
from deploy.clocks import HandSetClock
from deploy.composition.installation_facts import keep_clock_offset, keep_fact, read_fact
from deploy.composition.write_side import prepare, prepare_store
from deploy.demo.days import FIRST_DAY, LAST_DAY
from deploy.demo.seeds import SeededBytes
from deploy.settings import Settings
from registry.store.instant import to_micros
from registry.store.opening import recorder_for
from registry.tokens.tables import open_database
from schemas.clock import SHANGHAI

BEGINS: Final = datetime.combine(FIRST_DAY, time(7), SHANGHAI).astimezone(UTC)
"""When the installation is prepared; the opening balance follows two hours later."""
ENDS: Final = datetime.combine(LAST_DAY, time(18), SHANGHAI).astimezone(UTC)
"""From here on the register's clock runs on by itself."""
_FACT: Final = "demonstration"


@dataclass(frozen=True, slots=True)
class Demonstration:
    """Which one the data are of, whether hospitals bill in it, and whether it was lived through to its end."""

    scale: str
    seed: int
    finished: bool = False
    hospitals: bool = False

    def __str__(self) -> str:
        return f"--scale {self.scale} --seed {self.seed}{'' if self.hospitals else ' --no-hospitals'}"


def found_demonstration(settings: Settings) -> Demonstration | None:
    """The demonstration that the data folder holds, or None where it holds nothing yet.

    Raises CannotStart where the data were made by something else.
    """
    prepare_store(settings)
    engine = open_database(settings.store)
    try:
        told = read_fact(engine, _FACT)
    finally:
        engine.dispose()
    if told is not None:
        return Demonstration(**json.loads(told))
    if not _holds_nothing_else(settings):
        raise CannotStart(f"the data in {settings.path('')} were not made by the demonstration: name another folder with --data")
    return None


def _holds_nothing_else(settings: Settings) -> bool:
    """No event, or only those of a preparation that was interrupted."""
    recorder = recorder_for(settings.store)
    try:
        return recorder.head().recorded_at_us in (None, to_micros(BEGINS))
    finally:
        recorder.close()


def begin(settings: Settings, demonstration: Demonstration) -> tuple[HandSetClock, SeededBytes]:
    """Prepare the installation in the demonstration's own time; once more changes nothing. Return its clock and its chance."""
    clock, ids = HandSetClock(BEGINS), SeededBytes(demonstration.seed)
    ids.begin("installation")
    prepare(settings, clock=clock, random_bytes=ids)
    engine = open_database(settings.store)
    try:
        if read_fact(engine, _FACT) is None:
            keep_time(engine, BEGINS)
            _keep(engine, demonstration)
    finally:
        engine.dispose()
    return clock, ids


def keep_time(engine: Engine, now: datetime) -> None:
    """Let the register's time go on from `now`, should anybody open it."""
    keep_clock_offset(engine, now - datetime.now(UTC))


def finish(engine: Engine, demonstration: Demonstration) -> None:
    """It was lived through; the clock runs on from its last day."""
    keep_time(engine, ENDS)
    _keep(engine, replace(demonstration, finished=True))


def _keep(engine: Engine, demonstration: Demonstration) -> None:
    keep_fact(engine, _FACT, json.dumps(asdict(demonstration)))
