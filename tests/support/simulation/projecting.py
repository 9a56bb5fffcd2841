"""A process that projects: a member of a group whose partitions come and go, also while it sleeps."""

from collections.abc import Callable, Sequence

from sqlalchemy.exc import OperationalError

from projections.checkpoints import AnotherProjector
from schemas.messages import Record, ResumeFrom
from tests.support.hand_group import HandGroup, Member
from tests.support.simulation.process import Fault
from tests.support.simulation.worker import Worker
from tests.support.simulation.world import World

BATCHES = (1, 3, 20, 1000)
MANY = 1_000_000
PARTITIONS = 12


class ForgetfulMember(Member):
    """A member that is now and then given again what it was given before, of the partitions that it still has."""

    def __init__(self, group: HandGroup) -> None:
        super().__init__(group)
        self.repeats = False
        self._last: Sequence[Record] = ()

    def poll(self, max_records: int, timeout_s: float) -> Sequence[Record]:
        if self.repeats and (again := [record for record in self._last if record.partition in self.numbers]):
            self.repeats = False
            return again
        self._last = super().poll(max_records, timeout_s)
        return self._last

    def resume_from(self, next_offset: ResumeFrom) -> None:
        self._last = ()  # where to go on is asked first
        super().resume_from(next_offset)


class ProjectorWorker(Worker):
    """Folds a batch in each piece of work."""

    REFUSED = (AnotherProjector,)

    def __init__(self, name: str, world: World, told: Callable[[str, Fault], None]) -> None:
        super().__init__(name, world, told)
        self.member = ForgetfulMember(world.group)

    def open(self) -> None:
        model = self.world.parts.model
        self._views = self.world.views()
        self.opened.callback(self._views.close)
        self._generation = self._views.generation(model)
        engine = self._views.open_live(model)
        self.between()
        batch_max = 1000 if self.hurries else self.chance.choice(BATCHES)
        losses_max = self.chance.choice((0, MANY))
        make = self.world.parts.projector
        self._projector = make(
            self.member, model.project(engine), batch_max=batch_max, losses_max=losses_max, pause=lambda seconds: self.between()
        )
        self.opened.callback(self._projector.close)

    def work(self) -> str:
        projector, member = self._projector, self.member
        if (self.hurries or self.chance.random() < 0.7) and self._views.generation(self.world.parts.model) != self._generation:
            self._close()
            return "sees another build"
        member.repeats = not self.hurries and self.chance.random() < 0.1
        repeated, losses = projector.records_repeated, projector.losses
        folded = projector.step()
        self.world.done["folded"] += folded
        self.world.done["repeated"] += projector.records_repeated - repeated
        self.world.done["lost partitions"] += projector.losses - losses
        return f"folds {folded} of {sorted(member.numbers)}"

    def held_up(self, error: Exception) -> str:
        if self.is_open and isinstance(error, OperationalError) and self.chance.random() < 0.5:
            return "is held up, and goes on"
        return super().held_up(error)

    def bury(self) -> None:
        super().bury()
        self._leave()

    def _leave(self) -> None:
        """Its partitions are nobody's until they are shared out anew, or it is back."""
        due, self.member = self.member.due, ForgetfulMember(self.world.group)
        self.member.due = due
