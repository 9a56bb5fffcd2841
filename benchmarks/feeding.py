"""The public feed's catch-up on the demonstration's mix, beside a bare loop that does the same reading, decoding and appending.

The bare loop has every household at hand and remembers nothing: it polls, folds, encodes, and appends each poll with a mark.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from benchmarks.demonstration import demonstration
from benchmarks.figure import Figure, seconds_of
from consumers.feed.feed import BATCH_MAX, SOURCE_TOPIC, Feed, producer_name
from consumers.feed.household import Household
from consumers.feed.keeping import opened_memory
from consumers.feed.memory import FeedMemory
from consumers.feed.publishing import Publisher
from consumers.feed.reading import FeedReader
from consumers.feed.turning import Turning
from consumers.projector.projector import Projector
from deploy.clocks import SystemClock
from deploy.composition.log_side import open_consumer, open_producer
from deploy.settings import Settings
from projections.database import open_engine
from projections.register.read_model import REGISTER
from registry.log.producer import LogProducer, Mark
from schemas.catalogue import registry_catalogue
from schemas.uncollected import uncollected

GOAL_RATIO, ROUNDS = 0.85, 3
GOAL_TO_PROJECTOR = 1.0


def measure() -> Iterator[Figure]:
    """The better of a few rounds of each, in turns."""
    made = demonstration()
    spent, bare, projected = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(ROUNDS):
            fed = _unpublished(made, Path(folder, f"fed-{turn}"))
            spent.append(_feed(fed))
            bare.append(_bare(_unpublished(made, Path(folder, f"bare-{turn}"))))
            projected.append(_project(fed, Path(folder, f"projected-{turn}.db")))
        count, changes = _counts(fed)
    best, ratio = min(spent), min(bare) / min(spent)
    yield Figure(
        "public feed, catch-up of one process",
        f"{count / best:,.0f} events/s (bare {count / min(bare):,.0f})",
        ratio,
        f">= {GOAL_RATIO}",
        ratio >= GOAL_RATIO,
    )
    to_projector = min(projected) / best
    yield Figure(
        "public feed, beside the projector",
        f"{changes:,} changes of {count:,} events",
        to_projector,
        f">= {GOAL_TO_PROJECTOR}",
        to_projector >= GOAL_TO_PROJECTOR,
    )


def _unpublished(made: Settings, folder: Path) -> Settings:
    """The demonstration's log without anything published, in a folder of its own."""
    folder.mkdir()
    settings = Settings.read({}, data=str(folder))
    source, copy = (Path(each.log.removeprefix("embedded:")) for each in (made, settings))
    shutil.copy(source, copy)
    with sqlite3.connect(copy) as connection:
        public = "SELECT id FROM topic_partition WHERE topic IN ('household.changes', 'household.register')"
        connection.execute(f"DELETE FROM record WHERE id >> 40 IN ({public})")
        connection.execute(f"UPDATE topic_partition SET next_offset = 0 WHERE id IN ({public})")
        connection.execute("DELETE FROM mark WHERE name LIKE 'feed/%'")
    connection.close()
    return settings


def _producer(settings: Settings, name: str) -> LogProducer:
    return open_producer(settings, name, SystemClock())


def _feed(settings: Settings) -> float:
    with opened_memory(settings.views) as engine:
        feed = Feed(
            open_consumer(settings, "feed", [SOURCE_TOPIC]),
            lambda name: _producer(settings, name),
            FeedMemory(engine),
            registry_catalogue(),
            settings.source,
        )
        seconds = seconds_of(feed.drain)
        feed.close()
    return seconds


def _project(settings: Settings, path: Path) -> float:
    engine = open_engine(f"sqlite:///{path}")
    REGISTER.metadata.create_all(engine)
    projector = Projector(open_consumer(settings, "benchmark", REGISTER.topics), REGISTER.project(engine))
    seconds = seconds_of(projector.drain)
    projector.close()
    engine.dispose()
    return seconds


class _AtHand(FeedMemory):
    """Every household in memory, and none anywhere else."""

    def __init__(self) -> None:
        self.households: dict[bytes, Household] = {}

    def take(self, household_ids: Collection[bytes]) -> dict[bytes, Household]:
        return {known: self.households[known] for known in household_ids if known in self.households}


def _bare(settings: Settings) -> float:
    memory = _AtHand()
    turning = Turning(FeedReader(registry_catalogue()), memory)
    publisher = Publisher(registry_catalogue(), settings.source)
    consumer = open_consumer(settings, "bare", [SOURCE_TOPIC])
    producer = _producer(settings, producer_name(0))

    def work() -> None:
        with uncollected():
            while records := consumer.poll(BATCH_MAX, 0.0):
                turned = turning.turn(records)
                memory.households |= turned.households
                messages = [message for change in turned.changes for message in publisher.messages_of(change)]
                producer.append(messages, Mark(producer_name(0), {"next_offset": 0, "position": turned.reached.position}))

    seconds = seconds_of(work)
    producer.close()
    consumer.close()
    return seconds


def _counts(settings: Settings) -> tuple[int, int]:
    """Events that were read, changes that were published."""
    found = []
    for topic in (SOURCE_TOPIC, "household.changes"):
        consumer = open_consumer(settings, "count", [topic])
        found.append(sum(consumer.end_offsets().values()))
        consumer.close()
    return found[0], found[1]
