"""The projector's catch-up on the demonstration's mix, beside a bare loop that decodes, folds and writes the same rows.

The bare loop has every household at hand; it loads nothing and keeps no checkpoint. On Kafka it polls, elsewhere it has all
records in memory. Two projectors share the partitions by number, each a process of its own. See `measured_on` for where.
"""

import tempfile
import time
from collections.abc import Collection, Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, seconds_of
from benchmarks.measured_on import Database, counts_by_partition, empty_database, log_records, measured_on, where
from consumers.projector.projector import BATCH_MAX, Projector
from deploy.composition.log_side import on_kafka, open_consumer
from deploy.settings import Settings
from projections.database import snapshot, writing
from projections.event_reader import EventReader
from projections.register.cuts import Cuts
from projections.register.fold import Fold
from projections.register.projection import DIVISIONS_CHANGED, HOUSEHOLD_EVENTS, PERIOD_CLOSED, WANTED, RegisterProjection
from projections.register.read_model import REGISTER
from projections.register.state import Household
from projections.register.writing import write_batch
from schemas.catalogue import registry_catalogue
from schemas.messages import Record

GOAL_RATIO, GOAL_RATE, GOAL_TWO, ROUNDS = 0.85, 8_000, 1.6, 3
PATIENCE_S = 10.0


def measure() -> Iterator[Figure]:
    """The better of a few rounds of each, in turns."""
    settings, count = measured_on(), len(log_records())
    spent, parts, shared = [], [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for turn in range(ROUNDS):
            with empty_database(folder, f"projected-{turn}") as database:
                spent.append(catch_up(settings, database))
            with empty_database(folder, f"bare-{turn}") as database:
                parts.append(_bare(settings, database))
            with empty_database(folder, f"shared-{turn}") as database:
                shared.append(_catch_up_by_two(settings, database))
        file = folder / "projected-0.db"
        size = file.stat().st_size if file.exists() else 0
    best, bare = min(spent), min(parts, key=sum)
    rate, ratio = count / best, sum(bare) / best
    yield Figure(
        f"projection, catch-up of one process ({where()})",
        f"{rate:,.0f} events/s (bare {count / sum(bare):,.0f})",
        ratio,
        f">= {GOAL_RATIO}, {GOAL_RATE:,}/s",
        ratio >= GOAL_RATIO and rate >= GOAL_RATE,
    )
    two = best / min(shared)
    measured = f"{count / min(shared):,.0f} events/s"
    yield Figure(f"projection, catch-up of two processes ({where()})", measured, two, f">= {GOAL_TWO} times one", two >= GOAL_TWO)
    names = ("poll", "decode", "fold", "write")
    costs = ", ".join(f"{name} {1e6 * part / count:.0f}" for name, part in zip(names, bare, strict=True))
    yield Figure(f"projection, microseconds an event ({where()})", costs, None, "-", None)
    if size:
        yield Figure(f"projection, bytes an event in the read model ({where()})", f"{size / count:,.0f}", None, "-", None)


def catch_up(settings: Settings, database: Database) -> float:
    """Seconds that one projector takes from the log's beginning to its end."""
    return seconds_of(lambda: _project(settings, database, None, len(log_records())))


def _project(
    settings: Settings, database: Database, partitions: Collection[int] | None, count: int, together: Any = None
) -> None:
    """Fold so many records of these partitions, once everybody is ready."""
    engine = database.open()
    projector = Projector(open_consumer(settings, "benchmark", REGISTER.topics, partitions), RegisterProjection(engine))
    if together is not None:
        together.wait()
    while projector.records_read < count:
        assert projector.step(PATIENCE_S), "the log lacks records"
    projector.close()
    engine.dispose()


def _catch_up_by_two(settings: Settings, database: Database) -> float:
    """The same for two processes with half of the partitions each; starting them does not count."""
    context = get_context("spawn")
    together = context.Barrier(3)
    counts = counts_by_partition()
    numbers = sorted({number for _, number in counts}, key=lambda number: -counts.get((HOUSEHOLD_EVENTS, number), 0))
    # The largest and the smallest together, as one would share them out by hand.
    halves = [numbers[0::4] + numbers[3::4], numbers[1::4] + numbers[2::4]]
    totals = [sum(n for (_, number), n in counts.items() if number in half) for half in halves]
    processes = [
        context.Process(target=_project, args=(settings, database, half, total, together))
        for half, total in zip(halves, totals, strict=True)
    ]
    for process in processes:
        process.start()
    together.wait()
    begun = time.perf_counter()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    return time.perf_counter() - begun


def _polled(settings: Settings) -> Iterator[list[Record]]:
    """The log's records in batches: from Kafka as they come, else from memory."""
    if not on_kafka(settings):
        records = log_records()
        yield from (list(records[start : start + BATCH_MAX]) for start in range(0, len(records), BATCH_MAX))
        return
    left = len(log_records())
    consumer = open_consumer(settings, "benchmark-bare", REGISTER.topics)
    while left > 0 and (batch := list(consumer.poll(BATCH_MAX, PATIENCE_S))):
        left -= len(batch)
        yield batch
    consumer.close()


def _bare(settings: Settings, database: Database) -> tuple[float, float, float, float]:
    """Seconds of polling, decoding, folding and writing."""
    engine = database.open()
    reader = EventReader(registry_catalogue(), WANTED)
    households: dict[bytes, Household] = {}
    cuts = Cuts()
    poll = decode = folding = write = 0.0
    position, begun = 0, time.perf_counter()
    for batch in _polled(settings):
        polled = time.perf_counter()
        decoded = [(record, *reader.read(record.value)) for record in batch]
        read = time.perf_counter()
        with snapshot(engine) as connection:
            fold = Fold(connection, reader, cuts, households)
            for record, plan, event in decoded:
                position += 1
                if plan.event_type == DIVISIONS_CHANGED:
                    fold.change_divisions(event)
                elif plan.event_type == PERIOD_CLOSED and record.topic == HOUSEHOLD_EVENTS:
                    fold.close_period(record, event, position)
                elif record.topic == HOUSEHOLD_EVENTS:
                    fold.household_event(record, plan, event, position)
        folded = time.perf_counter()
        with writing(engine) as connection:
            write_batch(connection, fold.batch)
        written = time.perf_counter()
        poll, decode = poll + polled - begun, decode + read - polled
        folding, write = folding + folded - read, write + written - folded
        begun = time.perf_counter()
    engine.dispose()
    return poll, decode, folding, write
