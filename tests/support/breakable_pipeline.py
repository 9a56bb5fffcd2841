"""The whole pipe on real databases in a folder, each part of which may die at a named point and is then opened again.

A part that dies is thrown away with all it has in memory; its successor knows only what the databases hold. So it is with a
process that is killed, but at a moment of the test's choosing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from enum import Enum
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, Engine, event

from consumers.projector.projector import Projector
from deploy.clocks import HandSetClock
from deploy.composition.log_side import open_consumer, open_producer
from deploy.composition.reference_documents import REGISTRY
from deploy.composition.write_side import WriteSide, prepare, write_side
from deploy.settings import Settings
from projections.register.read_model import REGISTER
from projections.views.views import Views
from registry.application.request import Outcome, Request
from registry.command import Command
from registry.log.producer import LogProducer, Mark, Meanwhile
from registry.reference.division_set import ChangedDivision, ChangeDivisions
from registry.relay.relay import RELAY, Relay
from registry.store.opening import recorder_for
from registry.store.write_transaction import WriteTransaction
from schemas.access import Actor
from schemas.messages import Message
from tests.support.planted_faults import Crash
from tests.support.scenario import DAY_ONE, FAR_VILLAGE, OTHER_VILLAGE, VILLAGE, noon_of

WRITES = "registry_writes"
"""What marks a transaction of a read model that writes; see `projections.database.writing`."""


class Death(Enum):
    """When a part dies: never, just before what it does becomes durable, or just after, before it knows."""

    NONE = "none"
    BEFORE = "before"
    AFTER = "after"


class DyingProducer:
    """A producer that dies in its next append, if it is told to."""

    def __init__(self, producer: LogProducer) -> None:
        self.death = Death.NONE
        self._producer = producer

    def append(self, messages: Sequence[Message], mark: Mark | None = None, meanwhile: Meanwhile | None = None) -> None:
        if self.death is Death.BEFORE:
            raise Crash
        self._producer.append(messages, mark)
        if self.death is Death.AFTER:
            raise Crash

    def mark(self, name: str) -> Mark | None:
        return self._producer.mark(name)

    def close(self) -> None:
        self._producer.close()


class RelayInReach:
    """A relay with the parts that it was made of."""

    def __init__(self, settings: Settings, clock: HandSetClock, page_max: int) -> None:
        self.producer = DyingProducer(open_producer(settings, RELAY, clock))
        self._store = recorder_for(settings.store)
        self.relay = Relay(self._store, self.producer, settings.source, page_max)

    def close(self) -> None:
        self.producer.close()
        self._store.close()


class BreakablePipeline:
    """One installation. `clock` is the test's; `deaths`: how often each part died, and when."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data=str(folder), synthetic_ids=True)
        self.clock = HandSetClock(noon_of(DAY_ONE))
        prepare(self.settings, clock=self.clock)
        self._opened = ExitStack()
        self.side = self._open_side()
        self.views = Views(self.settings.views)
        self._relay: RelayInReach | None = None
        self._projector: Projector | None = None
        self._engine: Engine | None = None
        self._generation = 0
        self.deaths: Counter[str] = Counter()
        villages = [ChangedDivision(code=c, level="VILLAGE", name_zh="测试村") for c in (VILLAGE, OTHER_VILLAGE, FAR_VILLAGE)]
        self.execute(ChangeDivisions(effective_on=DAY_ONE, edition="2018", divisions=tuple(villages)), REGISTRY)
        self.side.shelf.refresh()

    def execute(self, command: Command, actor: Actor, death: Death = Death.NONE) -> Outcome:
        """Carry a command out; where the process dies under it, it is sent again with the same key. Raises Refused."""
        request = Request(actor, "API", uuid4(), uuid4(), idempotency_key=str(uuid4()), digest=b"the same")
        try:
            with _dying_writes(self.side, death):
                return self.side.service.execute(command, request)
        except Crash:
            self._bury("command", death)
            self._opened.close()
            self.side = self._open_side()
        outcome = self.side.service.execute(command, request)
        assert outcome.replayed == (death is Death.AFTER), "what was durable is told again, what was not is done now"
        return outcome

    def close_periods(self, death: Death = Death.NONE) -> None:
        """Close what has ended by the clock."""
        try:
            with _dying_writes(self.side, death):
                self.side.store.close_periods()
        except Crash:
            self._bury("period", death)
            self._opened.close()
            self.side = self._open_side()

    def relay(self, page_max: int, death: Death = Death.NONE) -> int:
        """Move a page to the log. page_max: of a relay that is opened now."""
        if self._relay is None:
            self._relay = RelayInReach(self.settings, self.clock, page_max)
        self._relay.producer.death = death
        try:
            return self._relay.relay.step()
        except Crash:
            self._bury("relay", death)
            self.forget_relay()
            return 0

    def project(self, batch_max: int, death: Death = Death.NONE) -> int:
        """Fold a batch into the build that was live when the projector was opened. batch_max: of one that is opened now."""
        if self._projector is None:
            self._generation = self.views.generation(REGISTER)
            self._engine = self.views.open_live(REGISTER)
            self._generation = self._generation or self.views.generation(REGISTER)
            consumer = open_consumer(self.settings, "projector", REGISTER.topics)
            self._projector = Projector(consumer, REGISTER.project(self._engine), batch_max=batch_max)
        assert self._engine is not None
        try:
            with _dying_commit(self._engine, death):
                folded = self._projector.step()
        except Crash:
            self._bury("project", death)
            self.forget_projector()
            return 0
        return folded

    def rebuild(self, death: Death = Death.NONE) -> None:
        """Fold the whole log beside the live build, and swap; the projector goes on with the old one until it notices."""
        try:
            with self.views.begin_build(REGISTER) as making:
                (location,) = making.create()
                engine = location.open()
                projector = Projector(open_consumer(self.settings, "rebuild", REGISTER.topics), REGISTER.project(engine))
                projector.drain()
                projector.close()
                engine.dispose()
                making.join(1)
                if death is Death.BEFORE:
                    raise Crash
                making.swap()
        except Crash:
            self._bury("rebuild", death)

    def notice_swap(self) -> None:
        """What a projector does between its steps."""
        if self._projector is not None and self.views.generation(REGISTER) != self._generation:
            self.forget_projector()

    def flow(self) -> None:
        """Relay and project until nothing is left."""
        while self.relay(1000):
            pass
        self.notice_swap()
        while self.project(1000):
            pass

    @property
    def has_relay(self) -> bool:
        """Whether a relay is open."""
        return self._relay is not None

    @property
    def has_projector(self) -> bool:
        """Whether a projector is open."""
        return self._projector is not None

    def forget_relay(self) -> None:
        """Let the relay go with all it knows."""
        if self._relay is not None:
            self._relay.close()
            self._relay = None

    def forget_projector(self) -> None:
        """Let the projector go with all it knows."""
        if self._projector is not None:
            self._projector.close()
            self._projector = None

    def close(self) -> None:
        """Let go of everything."""
        self.forget_relay()
        self.forget_projector()
        self.views.close()
        self._opened.close()

    def _bury(self, part: str, death: Death) -> None:
        self.deaths[f"{part} {death.value}"] += 1

    def _open_side(self) -> WriteSide:
        return self._opened.enter_context(write_side(self.settings, clock=self.clock, cache_size=10))


@contextmanager
def _dying_writes(side: WriteSide, death: Death) -> Iterator[None]:
    """The process dies in the store's next write transaction."""
    recorder = side.store.recorder
    writing = recorder.writing

    @contextmanager
    def dying() -> Iterator[WriteTransaction]:
        with writing() as transaction:
            yield transaction
            if death is Death.BEFORE:
                raise Crash
        if death is Death.AFTER:
            raise Crash

    recorder.writing = dying  # type: ignore[method-assign]
    try:
        yield
    finally:
        del recorder.writing


@contextmanager
def _dying_commit(engine: Engine, death: Death) -> Iterator[None]:
    """The process dies around the next commit of a write on this engine: after it means before anything else is begun."""
    committed = False

    def commit(connection: Connection) -> None:
        nonlocal committed
        if connection.get_execution_options().get(WRITES):
            if death is Death.BEFORE:
                raise Crash
            committed = True

    def begin(_connection: Connection) -> None:
        if committed:
            raise Crash

    if death is Death.NONE:
        yield
        return
    listeners = (("commit", commit), ("begin", begin))
    for name, listener in listeners:
        event.listen(engine, name, listener)
    try:
        yield
        if committed:
            raise Crash
    finally:
        for name, listener in listeners:
            event.remove(engine, name, listener)
