"""The projector's catch-up on the demonstration's mix, beside a bare loop that decodes, folds and writes the same rows.

The bare loop has all records in memory and every household at hand; it polls nothing, loads nothing and keeps no checkpoint.
"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.demonstration import demonstration
from benchmarks.figure import Figure, seconds_of
from consumers.projector.projector import BATCH_MAX, Projector
from deploy.composition.log_side import open_consumer
from deploy.settings import Settings
from projections.database import open_engine, snapshot, writing
from projections.event_reader import EventReader
from projections.register.cuts import Cuts
from projections.register.fold import Fold
from projections.register.projection import DIVISIONS_CHANGED, HOUSEHOLD_EVENTS, PERIOD_CLOSED, WANTED, RegisterProjection
from projections.register.read_model import REGISTER
from projections.register.state import Household
from projections.register.writing import write_batch
from schemas.catalogue import registry_catalogue
from schemas.messages import Record

GOAL_RATIO, GOAL_RATE, ROUNDS = 0.85, 8_000, 3


def measure() -> Iterator[Figure]:
    """The better of a few rounds of each, in turns."""
    settings = demonstration()
    records = _all_records(settings)
    spent, parts = [], []
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(ROUNDS):
            spent.append(catch_up(settings, Path(folder, f"projected-{turn}.db")))
            parts.append(_bare(records, Path(folder, f"bare-{turn}.db")))
        size = Path(folder, "projected-0.db").stat().st_size
    best, bare = min(spent), min(parts, key=sum)
    count = len(records)
    rate, ratio = count / best, sum(bare) / best
    yield Figure(
        "projection, catch-up of one process",
        f"{rate:,.0f} events/s (bare {count / sum(bare):,.0f})",
        ratio,
        f">= {GOAL_RATIO}, {GOAL_RATE:,}/s",
        ratio >= GOAL_RATIO and rate >= GOAL_RATE,
    )
    costs = ", ".join(f"{name} {1e6 * part / count:.0f}" for name, part in zip(("decode", "fold", "write"), bare, strict=True))
    yield Figure("projection, microseconds an event", costs, None, "-", None)
    yield Figure("projection, bytes an event in the read model", f"{size / count:,.0f}", None, "-", None)


def _all_records(settings: Settings) -> list[Record]:
    consumer = open_consumer(settings, "benchmark", REGISTER.topics)
    records: list[Record] = []
    while polled := consumer.poll(BATCH_MAX, 0.0):
        records += polled
    consumer.close()
    return records


def catch_up(settings: Settings, path: Path) -> float:
    """Seconds that one projector takes from the log's beginning to its end, into a file that is not there yet."""
    engine = open_engine(f"sqlite:///{path}")
    REGISTER.metadata.create_all(engine)
    consumer = open_consumer(settings, f"benchmark-{path.stem}", REGISTER.topics)
    projector = Projector(consumer, RegisterProjection(engine))
    seconds = seconds_of(projector.drain)
    projector.close()
    engine.dispose()
    return seconds


def _bare(records: Sequence[Record], path: Path) -> tuple[float, float, float]:
    """Seconds of decoding, folding and writing."""
    engine = open_engine(f"sqlite:///{path}")
    REGISTER.metadata.create_all(engine)
    reader = EventReader(registry_catalogue(), WANTED)
    households: dict[bytes, Household] = {}
    cuts = Cuts()
    decode = folding = write = 0.0
    for start in range(0, len(records), BATCH_MAX):
        begun = time.perf_counter()
        decoded = [(record, *reader.read(record.value)) for record in records[start : start + BATCH_MAX]]
        read = time.perf_counter()
        with snapshot(engine) as connection:
            fold = Fold(connection, reader, cuts, households)
            for position, (record, plan, event) in enumerate(decoded, start):
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
        decode, folding, write = decode + read - begun, folding + folded - read, write + written - folded
    engine.dispose()
    return decode, folding, write
