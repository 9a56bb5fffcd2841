"""A process that runs the relay. Two of them take the place of each other."""

from registry.relay.relay import RELAY
from schemas.log_errors import ProducerFenced
from tests.support.signing import notary_of
from tests.support.simulation.worker import Worker
from tests.support.simulation.world import SOURCE, Clock, RemoteRecorder

CHECKPOINT_EVERY = 40
PAGES = (1, 3, 10, 1000)


class RelayWorker(Worker):
    """Moves a page in each piece of work."""

    REFUSED = (ProducerFenced,)

    def open(self) -> None:
        world = self.world
        self._begun = len(world.relays)
        world.taking_over.add(self.name)
        producer = world.parts.producer(world.log, now_ms=Clock(world).now_ms, name=RELAY, owner=self.name)
        self.opened.callback(producer.close)
        self._took_over()
        self.between()
        recorder = RemoteRecorder(world.store)
        self.opened.callback(recorder.close)
        notary = notary_of(SOURCE, CHECKPOINT_EVERY)
        page_max = 1000 if self.hurries else self.chance.choice(PAGES)
        self._relay = world.parts.relay(recorder, producer, SOURCE, page_max, notary=notary)

    def bury(self) -> None:
        super().bury()
        # Perhaps after it had taken the name over, without having learnt that it did.
        self._took_over()

    def work(self) -> str:
        try:
            moved = self._relay.step()
        except ProducerFenced:
            others = {*self.world.relays[self._begun :], *self.world.taking_over} - {self.name}
            assert others, "fenced, and nobody else came"
            self.world.done["fenced"] += 1
            raise
        self.world.done["moved"] += moved
        return f"moves {moved} to {self._relay.position}"

    def _took_over(self) -> None:
        if self.name in self.world.taking_over:
            self.world.taking_over.remove(self.name)
            self.world.relays.append(self.name)
