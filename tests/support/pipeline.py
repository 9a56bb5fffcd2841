"""The whole pipe in one process, moved by hand: store -> relay -> embedded log -> projector -> SQLite views.

    pipe = Pipeline(tmp_path)
    pipe.execute(*registered())         # commands, each on its day, through the deciders and one save each
    pipe.record(events)                 # or events that were decided elsewhere, in one save
    pipe.stored(HOUSEHOLD)              # the events of a stream
    pipe.close_periods(until)           # weeks and months that end by then
    pipe.flow()                         # relay and project until nothing is left
    with pipe.engine.connect() as connection: ...

`relay()` and `project(batch_max)` move one part alone; `build(engine)` fills other views from the same log;
`digested_rows(engine)` is every row that two builds must agree on. The clock is the test's: `pipe.clock.at`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, select

from consumers.log.embedded import EmbeddedConsumer
from consumers.projector.projector import BATCH_MAX, Projector
from projections.database import open_engine
from projections.read_model import Projection, ReadModel
from projections.register.read_model import REGISTER
from registry.application.handlers import plan
from registry.application.loader import StoreLoader
from registry.decision import Decision
from registry.event import RegistryEvent
from registry.log.embedded import EmbeddedProducer
from registry.log.embedded_topics import create_topics
from registry.period.period import PeriodCalendar
from registry.relay.relay import RELAY, Relay
from registry.store.application import RegistryApplication
from registry.store.opening import create_store, open_store
from schemas.clock import shanghai_date
from schemas.topics import live_topics
from tests.support.scenario import CONVERSATION, DAY_ONE, By, legitimate, noon_of, places, shipped_policies

PROVINCE = "460000000000"
SOURCE = "/registry/test"
Rows = dict[str, list[tuple[Any, ...]]]


class HandClock:
    """A clock that a test moves."""

    def __init__(self, now: datetime) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at


class Pipeline:
    """A store, a log and one read model's views, in a folder of the test's."""

    def __init__(self, folder: Path, *, model: ReadModel = REGISTER, batch_max: int = BATCH_MAX) -> None:
        self.clock = HandClock(noon_of(DAY_ONE))
        self.log = folder / "log.db"
        url = f"sqlite:///{folder / 'registry.db'}"
        create_store(url)
        create_topics(self.log, live_topics())
        self.store = open_store(url, self.clock, closer=PeriodCalendar(PROVINCE))
        self.application = RegistryApplication(self.store)
        self.producer = EmbeddedProducer(self.log, now_ms=lambda: int(self.clock.at.timestamp() * 1000), name=RELAY)
        self.relay_ = Relay(self.store.recorder, self.producer, SOURCE)
        self.model = model
        self.engine = views(folder / "views.db", model)
        self.projector = self.new_projector(self.engine, batch_max=batch_max)
        self._ids = count(1)

    def execute(self, *steps: Any) -> None:
        """Decide and save commands (or `By`), one after another; the clock moves to each one's day. Raises Refused."""
        for step in _flat(steps):
            command, who = (step.command, step.actor) if isinstance(step, By) else (step, legitimate(step))
            self.clock.at = max(self.clock.at, noon_of(command.effective_on))
            self.application.save(*plan(command, StoreLoader(self.application), self.decision(who)))

    def decision(self, who: Any) -> Decision:
        """The circumstances of the next decision."""
        return Decision(
            actor=who,
            source="API",
            correlation_id=CONVERSATION,
            causation_id=CONVERSATION,
            now=self.clock.at,
            today=shanghai_date(self.clock.at),
            policy_for=shipped_policies().for_,
            next_id=lambda: UUID(int=(0x1D << 64) + next(self._ids)),
            divisions=places(),
        )

    def record(self, events: Sequence[RegistryEvent]) -> None:
        """Store events as they are, in one save; the store stamps them with the clock's time."""
        self.store.put(events)

    def stored(self, aggregate_id: UUID) -> list[RegistryEvent]:
        """The events of a stream."""
        return list(self.store.get(aggregate_id))

    def close_periods(self, until: datetime) -> None:
        """Move the clock on and close what has ended."""
        self.clock.at = max(self.clock.at, until)
        self.store.close_periods()

    def relay(self) -> int:
        """Move everything from the store to the log."""
        return self.relay_.drain()

    def project(self, batch_max: int | None = None) -> int:
        """Fold everything that is in the log; with another projector, where the batches are to have another size."""
        if batch_max is not None:
            self.projector = self.new_projector(self.engine, batch_max=batch_max)
        return self.projector.drain()

    def flow(self) -> None:
        """Relay and project until nothing is left."""
        self.relay()
        self.project()

    def new_projector(self, engine: Engine, *, batch_max: int = BATCH_MAX, partitions: Iterable[int] | None = None) -> Projector:
        """A projector that feeds these views from this log, from their checkpoints on."""
        chosen = None if partitions is None else tuple(partitions)
        consumer = EmbeddedConsumer(self.log, group=self.model.name, topics=self.model.topics, partitions=chosen)
        projection: Projection = self.model.project(engine)
        return Projector(consumer, projection, batch_max=batch_max)

    def build(self, engine: Engine, *, batch_max: int = BATCH_MAX) -> None:
        """Fill other views from the log."""
        projector = self.new_projector(engine, batch_max=batch_max)
        projector.drain()
        projector.close()

    def close(self) -> None:
        """Let go of everything."""
        self.projector.close()
        self.producer.close()
        self.store.close()
        self.engine.dispose()


def views(path: Path, model: ReadModel = REGISTER) -> Engine:
    """An empty SQLite database with the tables of a read model."""
    engine = open_engine(f"sqlite:///{path}")
    model.metadata.create_all(engine)
    return engine


def digested_rows(engine: Engine, model: ReadModel = REGISTER) -> Rows:
    """Every row of the digested tables, in key order."""
    with engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in model.digested
        }


def _flat(steps: Iterable[Any]) -> Iterable[Any]:
    for step in steps:
        if isinstance(step, list | tuple):
            yield from _flat(step)
        else:
            yield step
