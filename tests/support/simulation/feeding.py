"""A process that publishes: a member of a group of feeds whose partitions come and go, also while it sleeps."""

from collections.abc import Callable
from functools import partial

from sqlalchemy.exc import OperationalError

from consumers.feed.keeping import opened_memory
from consumers.feed.memory import FeedMemory
from projections.checkpoints import AnotherProjector
from registry.log.producer import LogProducer
from schemas.catalogue import registry_catalogue
from schemas.log_errors import ProducerFenced
from tests.support.simulation.process import Fault
from tests.support.simulation.projecting import BATCHES, MANY, ForgetfulMember
from tests.support.simulation.worker import Worker
from tests.support.simulation.world import SOURCE, Clock, World


class FeedWorker(Worker):
    """Publishes what a batch changes in each piece of work."""

    REFUSED = (ProducerFenced, AnotherProjector)

    def __init__(self, name: str, world: World, told: Callable[[str, Fault], None]) -> None:
        super().__init__(name, world, told)
        self.member = ForgetfulMember(world.feeds)

    def open(self) -> None:
        world = self.world
        engine = self.opened.enter_context(opened_memory(world.views_url))
        self.between()
        make = partial(world.parts.feed, batch_max=1000 if self.hurries else self.chance.choice(BATCHES))
        self._feed = make(
            self.member,
            self._open_producer,
            FeedMemory(engine, households_max=3),
            registry_catalogue(),
            SOURCE,
            losses_max=self.chance.choice((0, MANY)),
            pause=lambda seconds: self.between(),
        )
        self.opened.callback(self._feed.close)

    def work(self) -> str:
        feed, member = self._feed, self.member
        member.repeats = not self.hurries and self.chance.random() < 0.1
        published, losses = feed.changes_published, feed.losses
        read = feed.step()
        self.world.done["published"] += feed.changes_published - published
        self.world.done["lost feeds"] += feed.losses - losses
        return f"publishes {read} of {sorted(member.numbers)}"

    def held_up(self, error: Exception) -> str:
        if self.is_open and isinstance(error, OperationalError) and self.chance.random() < 0.5:
            return "is held up, and goes on"
        return super().held_up(error)

    def bury(self) -> None:
        super().bury()
        due, self.member = self.member.due, ForgetfulMember(self.world.feeds)
        self.member.due = due

    def _open_producer(self, name: str) -> LogProducer:
        return self.world.parts.producer(self.world.log, now_ms=Clock(self.world).now_ms, name=name, owner=self.name)
