"""Processes that write to one store at once: what each does, and how they are started."""

import multiprocessing
from datetime import UTC, datetime, timedelta
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

from registry.store.application import RegistryApplication
from registry.store.retry import retry_on_conflict
from tests.support.meter import DailyCloser, Meter, id_of
from tests.support.meter_store import MeterDatabase, meter_with

SPAWN = multiprocessing.get_context("spawn")
PATIENCE_S = 120
SHARED_METERS = 3


class RacingClock:
    """A machine's clock that is wrong by so much, and runs so fast that days end while the processes write."""

    def __init__(self, wrong_by: timedelta) -> None:
        self._begun = datetime.now(UTC)
        self._wrong_by = wrong_by

    def now(self) -> datetime:
        passed = datetime.now(UTC) - self._begun
        return datetime(2018, 9, 4, tzinfo=UTC) + passed * 1_000_000 + self._wrong_by


def write_much(database: MeterDatabase, writer: int, readings: int, started: Barrier) -> None:
    """Read shared meters in turn, load, decide and save again on a conflict; and open a meter of one's own beside each."""
    clock = RacingClock(timedelta(hours=7 * writer))
    application = RegistryApplication(database.open(clock, DailyCloser()), cache_size=2 if writer % 2 else 0)
    started.wait(PATIENCE_S)
    attempts = count()
    for number in range(readings):

        def attempt(number: int = number) -> None:
            shared = application.load(Meter, id_of("meter", number % SHARED_METERS))
            shared.read("1.00", id_of("attempt", writer, next(attempts)))
            own = Meter.opened(id_of("meter", writer, number))
            application.save(own, shared)

        retry_on_conflict(attempt, attempts=1000, pause=lambda _: None)
    application.events.close()


def run_writers(database: MeterDatabase, writers: int, readings: int) -> None:
    """Make the shared meters, let the writers loose, and see that none failed."""
    store = database.open(RacingClock(timedelta()))
    application = RegistryApplication(store)
    for number in range(SHARED_METERS):
        meter_with(application, number)
    store.close()
    started = SPAWN.Barrier(writers)
    processes = [SPAWN.Process(target=write_much, args=(database, writer, readings, started)) for writer in range(writers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(PATIENCE_S)
    assert [process.exitcode for process in processes] == [0] * writers


def write_until_killed(database: MeterDatabase, writer: int, tell: Connection) -> None:
    """Open meters, two in each save, for ever; say so after each save."""
    application = RegistryApplication(database.open(RacingClock(timedelta()), DailyCloser()))
    for number in count():
        application.save(Meter.opened(id_of("one", writer, number)), Meter.opened(id_of("other", writer, number)))
        tell.send(number)
