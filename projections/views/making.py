"""A build that its maker alone knows, until it is swapped in."""

from collections.abc import Sequence

from projections.checkpoints import read_checkpoints
from projections.read_model import ReadModel
from projections.views.place import Location, Place
from projections.views.pointers import Pointers, Progress
from schemas.messages import TopicPartition


class BuildInTheMaking:
    """Made in so many parts at once, joined, swapped in; in this order. Whoever has one holds the read model's lock."""

    def __init__(self, name: str, model: ReadModel, place: Place, pointers: Pointers) -> None:
        self.name = name
        self.swapped = False
        self._model = model
        self._place = place
        self._pointers = pointers

    def create(self, parts: int = 1) -> Sequence[Location]:
        """Make empty tables; return where each part is to be written, by rows of keys that no other part has."""
        return self._place.create_parts(self.name, self._model.metadata, parts)

    def join(self, parts: int) -> None:
        """Make the parts one, once nobody has them open any more."""
        self._place.join_parts(self.name, self._model.metadata, parts)

    @property
    def location(self) -> Location:
        """Where it is, once joined."""
        return self._place.location(self.name, hasty=True)

    def tell(self, stage: str, done: int, total: int) -> None:
        """Let others see how far it is."""
        self._pointers.tell(self._model.name, Progress(self.name, stage, done, total))

    def swap(self) -> None:
        """Make it the live one, durably, in one transaction. Nobody has it open. Raises BuildLost."""
        self._place.settle(self.name)
        self._pointers.swap(self.name, None if self._model.effects is None else self._reached())
        self.swapped = True

    def _reached(self) -> dict[TopicPartition, int]:
        engine = self.location.open(mapped=False)
        try:
            with engine.connect() as connection:
                found = read_checkpoints(connection, self._model.checkpoint)
        finally:
            engine.dispose()
        return {place: checkpoint.next_offset for place, checkpoint in found.items()}
