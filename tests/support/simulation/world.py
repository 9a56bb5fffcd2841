"""What all processes of a simulation share: a folder of databases, a clock, a group, and what the outside knows."""

import atexit
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from shutil import copytree, rmtree
from tempfile import mkdtemp
from typing import Any
from uuid import UUID

from consumers.feed.feed import SOURCE_TOPIC, Feed
from consumers.projector.projector import Projector
from deploy.composition.reference_documents import REGISTRY, activate_documents
from deploy.ids import time_ordered_ids
from projections.read_model import ReadModel
from projections.register.read_model import REGISTER
from projections.views.views import Views
from registry.application.loader import StoreLoader
from registry.application.reference_shelf import ReferenceShelf
from registry.application.request import Request
from registry.application.service import CommandService
from registry.log.embedded import EmbeddedProducer
from registry.log.embedded_topics import create_topics
from registry.period.period import PeriodCalendar
from registry.policy import documents
from registry.reference.division_set import ChangedDivision, ChangeDivisions
from registry.relay.relay import Relay
from registry.store.application import RegistryApplication
from registry.store.errors import ConnectionLost, StoreUnavailable
from registry.store.event_store import RegistryEventStore
from registry.store.mapper import AvroMapper
from registry.store.sqlite import SQLiteStoreRecorder
from schemas.catalogue import registry_catalogue
from schemas.codec import Codec
from schemas.topics import live_topics
from tests.support.hand_group import HandGroup
from tests.support.scenario import DAY_ONE, FAR_VILLAGE, OTHER_VILLAGE, PROVINCE, VILLAGE, noon_of
from tests.support.simulation.databases import Cut
from tests.support.simulation.ledger import Ledger

IN_MEMORY = Path("/dev/shm")
"""Nothing here dies but by the scheduler's hand, so nothing needs to reach a disk."""
SOURCE = "/registry/simulation"
PREFIX = "simulation-"
FIRST_NOON = noon_of(DAY_ONE)
LAST_DAY = noon_of(DAY_ONE) + timedelta(days=800)
"""No policy reaches further."""


class Clock:
    """The clock of one process: the world's time, and how far it is wrong."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.wrong_by = timedelta()

    def now(self) -> datetime:
        return self._world.time + self.wrong_by

    def now_ms(self) -> int:
        """The same in milliseconds."""
        return int(self.now().timestamp() * 1000)


class RemoteRecorder(SQLiteStoreRecorder):
    """The store as over a network, where a broken connection leaves open whether a write was committed."""

    def _explained(self, error: Any) -> StoreUnavailable:
        return ConnectionLost(str(error)) if isinstance(error, Cut) else super()._explained(error)


@dataclass(frozen=True)
class Parts:
    """The real parts that the processes are made of; a test puts one with a known fault in the place of another."""

    store: type[RegistryEventStore] = RegistryEventStore
    service: Callable[[CommandService], CommandService] = lambda service: service
    producer: type[EmbeddedProducer] = EmbeddedProducer
    relay: type[Relay] = Relay
    model: ReadModel = REGISTER
    projector: type[Projector] = Projector
    feed: type[Feed] = Feed


@dataclass
class World:
    """One installation and all who work on it.

    done: what happened how often; relays: who became the relay, one after the other; taking_over: who is about to.
    """

    folder: Path
    parts: Parts
    time: datetime = FIRST_NOON
    turn: int = 0
    relays: list[str] = field(default_factory=list)
    taking_over: set[str] = field(default_factory=set)
    ledger: Ledger = field(default_factory=Ledger)
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.group = HandGroup(self.log, self.parts.model.topics)
        self.feeds = HandGroup(self.log, [SOURCE_TOPIC])

    @property
    def log(self) -> Path:
        return self.folder / "log.db"

    @property
    def store(self) -> Path:
        return self.folder / "registry.db"

    @property
    def views_url(self) -> str:
        return f"sqlite:///{self.folder / 'views'}"

    def views(self) -> Views:
        """The read models, as one process has them."""
        return Views(self.views_url, self.ticks)

    def ticks(self) -> float:
        """Seconds of a clock that never goes back."""
        return self.turn * 0.05

    def pass_time(self, days: float) -> None:
        """Let time go on, or back."""
        self.time = min(self.time + timedelta(days=days), LAST_DAY)


class Side:
    """The write side of one process: what commands need, without what is personal."""

    def __init__(self, world: World, opened: ExitStack, chance: Callable[[], Random]) -> None:
        self.clock = Clock(world)
        recorder = RemoteRecorder(world.store)
        codec = Codec(registry_catalogue())
        opened.callback(recorder.close)
        self.store = world.parts.store(AvroMapper(codec), recorder, self.clock, PeriodCalendar(PROVINCE))
        self.application = RegistryApplication(self.store, cache_size=4)
        self.shelf = ReferenceShelf(self.store.events_of_types, world.ticks)
        service = CommandService(
            store=self.application,
            new_loader=lambda: StoreLoader(self.application),
            clock=self.clock,
            next_id=time_ordered_ids(self.clock, lambda size: chance().randbytes(size)),
            policy_for=self.shelf.policy_for,
            divisions=self.shelf.divisions,
            pause=lambda failed: world.done.update(["overtaken"]),
        )
        self.service = world.parts.service(service)


@cache
def _template() -> Path:
    """A new installation, made once: policies, villages, an empty log."""
    folder = new_folder()
    atexit.register(rmtree, folder, ignore_errors=True)
    world, chance = World(folder, Parts()), Random(0)
    recorder = SQLiteStoreRecorder(world.store)
    recorder.create_table()
    recorder.close()
    create_topics(world.log, live_topics())
    with ExitStack() as opened:
        _activate_all(Side(world, opened, lambda: chance), chance)
    views = world.views()
    views.open_live(world.parts.model)
    views.close()
    return folder


def _activate_all(side: Side, chance: Random) -> None:
    """Policies and villages."""
    activate_documents(side.service, documents.shipped(), lambda: UUID(int=chance.getrandbits(128)))
    villages = [ChangedDivision(code=c, level="VILLAGE", name_zh="测试村") for c in (VILLAGE, OTHER_VILLAGE, FAR_VILLAGE)]
    conversation = UUID(int=chance.getrandbits(128))
    command = ChangeDivisions(effective_on=DAY_ONE, edition="2018", divisions=tuple(villages))
    side.service.execute(command, Request(REGISTRY, "API", conversation, conversation))


def new_world(parts: Parts) -> World:
    """A new installation in a folder of its own, to be removed by whoever asked."""
    folder = new_folder()
    copytree(_template(), folder, dirs_exist_ok=True)
    return World(folder, replace(parts))


def new_folder() -> Path:
    """An empty one, in memory where that can be."""
    return Path(mkdtemp(prefix=PREFIX, dir=IN_MEMORY if IN_MEMORY.is_dir() else None))
